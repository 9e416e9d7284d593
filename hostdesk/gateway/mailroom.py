"""Reads of the mailroom that look over many mails, or into one."""

from __future__ import annotations

import re

from django.conf import settings

from hostdesk.gateway.finding import narrowed_outbound
from hostdesk.gateway.judging import tools
from hostdesk.gateway.queries import outbound_for_agent, raw_of
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.mail.reading import ParsedMail
from hostdesk.people.models import Agent, Role

# Whoever reads such a mail could sign in as its reader.
_KEYS_IN_THEM = ("sign_in_link", "invitation")


def words_of(mail: InboundMail) -> ParsedMail | None:
    """What stands in a mail that was fetched for an agent, read in a limited child; None for what cannot be read.

    Raises `Missing` when nothing of it was kept.
    """
    read = tools().pool.read(raw_of(mail))
    return read if isinstance(read, ParsedMail) else None


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
    return _LINK_WITH_A_KEY.sub(ONLY_ITS_READER, mail.text)


# Under whichever name the desk was known when it wrote.
_LINK_WITH_A_KEY = re.compile(r"https?://[^\s/]+/[a-z/-]+/[\w:.=~-]{30,}\S*")
ONLY_ITS_READER = "(a link that only its reader gets)"
