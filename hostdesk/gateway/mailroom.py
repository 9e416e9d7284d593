"""Reads of the mailroom that look over many mails, or into one."""

from __future__ import annotations

from django.db.models import Count

from hostdesk.gateway.judging import tools
from hostdesk.gateway.queries import mails_for_agent, outbound_for_agent, raw_of
from hostdesk.mail.models import Disposition, InboundMail, OutboundMail, OutboundState
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Agent

WAITING = "waiting"
# Whoever reads such a mail could sign in as its reader.
_KEYS_IN_THEM = ("sign_in_link", "invitation")


def counts_for_agent(agent: Agent) -> dict[str, int]:
    """How many mails an agent may see, by what became of them: every disposition stands in it, and `waiting`.

    One query in which each mail is counted once, under the one word it has: the figures add up to what was received.
    """
    found = mails_for_agent(agent).order_by().values_list("disposition").annotate(many=Count("pk"))
    known = {word or WAITING: many for word, many in found}
    return {word: known.get(word, 0) for word in (WAITING, *Disposition.values)}


def words_of(mail: InboundMail) -> ParsedMail | None:
    """What stands in a mail that was fetched for an agent, read in a limited child; None for what cannot be read.

    Raises `Missing` when nothing of it was kept.
    """
    read = tools().pool.read(raw_of(mail))
    return read if isinstance(read, ParsedMail) else None


def outbound_page(
    agent: Agent, *, state: str = "", before: int | None = None, limit: int = 50
) -> list[OutboundMail]:
    """Outbound mails, newest first, of one state ("" for all), without their text."""
    mails = outbound_for_agent(agent).order_by("-id").defer("text", "html", "headers", "files")
    if state:
        mails = mails.filter(state=state)
    if before is not None:
        mails = mails.filter(pk__lt=before)
    return list(mails[:limit])


def outbound_counts_for_agent(agent: Agent) -> dict[str, int]:
    """How many outbound mails stand where; every state is in it."""
    found = outbound_for_agent(agent).order_by().values_list("state").annotate(many=Count("pk"))
    known = dict(found)
    return {state: known.get(state, 0) for state in OutboundState.values}


def may_be_read(mail: OutboundMail) -> bool:
    """Whether staff may read the text of a mail: not of one that carries a way to sign in."""
    return mail.kind not in _KEYS_IN_THEM
