"""Finds what the sender newly wrote: without quotation, without signature, answers between quotes kept."""

from hostdesk.mail.reading.reply.engine import reply_of

__all__ = ["reply_of"]
