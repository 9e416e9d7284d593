"""What pages of the room show, made ready: no query hides in a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hostdesk.audit.models import Look, LookKind
from hostdesk.hosting import queries as hosting
from hostdesk.hosting.models import Account, Service
from hostdesk.people import queries
from hostdesk.people.models import Contact, PendingContact, Session
from hostdesk.people.standing import doubt
from hostdesk.policy import queries as policy

_PROGRAMS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|Chromium)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """One signed-in browser: `name` such as "Firefox on Windows"; `this` is the one that asks."""

    session: Session
    name: str
    this: bool


def browsers(sessions: Iterable[Session], *, this: int) -> list[Browser]:
    """Sessions as their owner knows them."""
    return [Browser(session, browser_name(session.user_agent), session.pk == this) for session in sessions]


def browser_name(user_agent: str) -> str:
    """`Firefox on Windows`, from what the browser says of itself; "Another program" for what is none."""
    program = _first(_PROGRAMS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if program and system:
        return f"{program} on {system}"
    return program or system or "Another program"


def _first(names: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, text)), "")


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account with all that a page shows of it."""

    account: Account
    services: tuple[Service, ...]
    domains: tuple[str, ...]
    contacts: tuple[Contact, ...]
    policy: str
    pending: tuple[PendingContact, ...] = ()
    me: Contact | None = None
    may_change: bool = False


def accounts_with_contacts(accounts: Sequence[Account]) -> list[AccountCard]:
    """Accounts with services, domains and contacts, in a number of queries that does not grow with theirs."""
    keys = [account.pk for account in accounts]
    services = hosting.services_by_account(keys)
    domains = hosting.domains_by_account(keys)
    contacts = queries.contacts_by_account(keys)
    slugs = hosting.policy_slugs_for(keys)
    return [
        AccountCard(
            account,
            tuple(services[account.pk]),
            tuple(domains[account.pk]),
            tuple(contacts[account.pk]),
            slugs[account.pk],
        )
        for account in accounts
    ]


def accounts_for_agent(
    accounts: Sequence[Account], *, at: datetime
) -> tuple[list[AccountCard], frozenset[int]]:
    """(the cards with what waits for an address's owner, the keys of contacts whose details are out of date).

    Each contact says when they read the policy in force for the account (scope.published).
    """
    pending = queries.pending_by_account([account.pk for account in accounts])
    cards = [
        replace(card, pending=tuple(pending[card.account.pk])) for card in accounts_with_contacts(accounts)
    ]
    versions = {version.slug: version for version in policy.newest()}
    everybody = {contact.person_id for card in cards for contact in card.contacts}
    readings = queries.readings_of(everybody, [version.id for version in versions.values()])
    for card in cards:
        for contact in card.contacts:
            contact.policy_number = versions[card.policy].number
            contact.read_policy_at = readings.get((contact.person_id, versions[card.policy].id))
    doubts = frozenset(
        contact.pk
        for card in cards
        for contact in card.contacts
        if doubt(contact, versions[card.policy].terms, at=at)
    )
    return cards, doubts


def accounts_of(mine: Sequence[Contact]) -> list[AccountCard]:
    """The cards of a person's own accounts: what waits for an address's owner, and whether this person may change the list."""
    cards = accounts_with_contacts([contact.account for contact in mine])
    pending = queries.pending_by_account([contact.account_id for contact in mine])
    versions = {version.slug: version for version in policy.newest()}
    return [
        replace(
            card,
            pending=tuple(pending[me.account_id]),
            me=me,
            may_change=me.role in versions[card.policy].terms.restricted_roles,
        )
        for card, me in zip(cards, mine, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class RoleWords:
    """What one role may ask for, in plain words, with the clause it rests on."""

    name: str
    may: str
    clause: str


def roles() -> list[RoleWords]:
    """The three roles as the policy in force sees them."""
    terms = policy.current().terms
    count = terms.authorised_contacts_limit
    return [
        RoleWords(
            "Primary contact",
            "may ask for anything: help, changes to the account, and changes to who is listed here.",
            "contact.restricted",
        ),
        RoleWords(
            "Secondary contact",
            "may ask for the same. Its address lies outside the hosting, so that it works when the hosting does not.",
            "contact.off_server",
        ),
        RoleWords(
            "Authorised contact",
            f"may ask for help, but not for what only the primary or secondary contact may decide. "
            f"An account can have up to {count}.",
            "contact.listed_sender",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Looked:
    """One look, in words."""

    at: datetime
    agent_id: int
    agent_name: str
    what: str
    words: str
    where: str
    customer_id: int | None = None
    customer: str = ""


_NUMBERED = {"ticket": "Ticket #{}", "mail": "Mail {}", "sent_mail": "Sent mail {}", "source": "Raw mail {}",
             "file": "File {}",
    "mail_file": "File of mail {}", "request": "Request {}"}  # fmt: skip


def looked(looks: Sequence[Look], *, whose: bool = False) -> list[Looked]:
    """Looks as supervisors read them; `whose`: with the customers' names. One query for those, one for the browsers, which are forgotten
    a month after they ended.
    """
    known = queries.sessions_by_id(look.session_id for look in looks if look.session_id)
    names = hosting.customer_names({look.customer_id for look in looks if look.customer_id}) if whose else {}
    return [
        Looked(
            look.at,
            look.agent_id,
            look.agent_name,
            _what(look),
            "" if look.kind == LookKind.LIST else look.words,
            _where(look, known.get(look.session_id)),
            look.customer_id,
            names.get(look.customer_id or 0, ""),
        )
        for look in looks
    ]


def _what(look: Look) -> str:
    if look.kind == LookKind.LIST:
        return f"List: {look.words}"
    return _NUMBERED.get(look.kind, str(look.get_kind_display())).format(look.thing_id)


def _where(look: Look, session: Session | None) -> str:
    if look.token_id:
        return f"API token {look.token_id}"
    if session is None:
        return f"session {look.session_id}"
    return f"{browser_name(session.user_agent)}, {session.client_address}"
