"""Reads of the mailroom that look over many mails, or into one."""

from __future__ import annotations

from django.conf import settings

from hostdesk.gateway.finding import narrowed_outbound
from hostdesk.gateway.judging import tools
from hostdesk.gateway.queries import outbound_for_agent, raw_of
from hostdesk.kit.keyed_links import holds_keys, without_keys
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.mail.reading import Attachment, ParsedMail
from hostdesk.people.models import Agent, Role

# Whoever reads such a mail could sign in as its reader.
_KEYS_IN_THEM = ("sign_in_link", "invitation")


def words_of(mail: InboundMail) -> ParsedMail | None:
    """What stands in a mail that was fetched for an agent, read in a limited child; None for what cannot be read.

    Raises `Missing` when nothing of it was kept.
    """
    read = tools().pool.read(raw_of(mail))
    return read if isinstance(read, ParsedMail) else None


def source_for(mail: InboundMail, agent: Agent) -> bytes:
    """The source of a mail that was fetched for an agent, byte for byte.

    Raises `Missing` when nothing was kept, `Refused` when it quotes a link of ours that acts for whoever holds it: such
    a source is for administrators. What the mail says is shown to everybody, without the link.
    """
    raw = raw_of(mail)
    _guard(raw, agent, "The source of this mail")
    return raw


def file_for(mail: InboundMail, agent: Agent, place: int) -> Attachment:
    """One file of a mail that was fetched for an agent, by its place from 1. Raises as `source_for` does."""
    read = words_of(mail)
    files = read.attachments if read else []
    if not 1 <= place <= len(files):
        raise Missing
    _guard(files[place - 1].content, agent, "This file")
    return files[place - 1]


def _guard(content: bytes, agent: Agent, what: str) -> None:
    if agent.role != Role.ADMIN and holds_keys(content):
        raise Refused(
            "contact.restricted",
            f"{what} holds a link of ours that only its reader may press, so it is for administrators. "
            "The words of the mail stand on its page, without the link.",
        )


def outbound_page(
    agent: Agent, *, state: str = "", typed: str = "", before: int | None = None, limit: int = 50
) -> list[OutboundMail]:
    """Outbound mails, newest first, of one state ("" for all) and with what was typed, without their text."""
    mails = narrowed_outbound(outbound_for_agent(agent), state=state, typed=typed).order_by("-id")
    if before is not None:
        mails = mails.filter(pk__lt=before)
    return list(mails.defer("text", "html", "headers", "files")[:limit])


def may_be_read(mail: OutboundMail) -> bool:
    """Whether staff may read the text of a mail: not of one that carries a way to sign in."""
    return mail.kind not in _KEYS_IN_THEM


def text_for(mail: OutboundMail, agent: Agent) -> str:
    """What an agent reads of a mail that we wrote: its links that act for their reader are not among it.

    Behind them a contact says yes, chooses a password, proves an address; an agent who could press one would be the contact.
    An administrator sees them where nothing can leave the house, as there is no other way to get at them.
    """
    if agent.role == Role.ADMIN and not settings.SMTP_URL:
        return mail.text
    return without_keys(mail.text)
