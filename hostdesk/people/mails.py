"""Mails of the room; each goes to the stored address of one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.mail import compose, ours
from hostdesk.mail.actions import OutboundDraft, queue
from hostdesk.people import rules
from hostdesk.people.models import Agent, PendingContact, Person, SignInLink
from hostdesk.policy import queries as policy


def sign_in_link(
    person: Person, *, link: SignInLink, token: str, lost_password_of: str, at: datetime
) -> None:
    """The link with which a contact signs in; or, where the password of an account was said to be lost, asks for a new one."""
    facts = {
        "address": _address("people:link", token=token),
        "life": moments.in_words(rules.LINK_LIFE),
        "person": person,
        "account": lost_password_of,
    }
    words = "people/mail/lost_password" if lost_password_of else "people/mail/sign_in_link"
    _to_person(words, person, facts, kind="sign_in_link", about=f"link:{link.pk}", at=at)


def password_changed(person: Person, *, at: datetime) -> None:
    """A notice that the password of the client area is another one now."""
    facts = {"person": person, "at": _local(at), "address": _address("people:security")}
    _to_person("people/mail/password_changed", person, facts, kind="password_changed", about=None, at=at)


def please_verify(
    pending: PendingContact, others: Sequence[PendingContact], *, token: str, at: datetime
) -> None:
    """Ask the owner of an address whether it is theirs, and whether they want to act for the account.

    One press answers `others` too. It may go to a stranger: nothing stands in it that the asker could have worded.
    """
    facts = {
        "address": _address("requests:contact_verification", token=token),
        **_named([row.account.username for row in (pending, *others)]),
        "asker": pending.asked_by.person.email,
        "role": pending.role,
        "until": _local(pending.expires_at),
        "changes_address": pending.contact is not None and not pending.changes_role,
        "role_now": pending.contact.role if pending.contact is not None else "",
        "hands_over": pending.hands_over,
    }
    _send(
        pending.email,
        "",
        None,
        "people/mail/please_verify",
        facts,
        kind="contact_verification",
        about=None,
        at=at,
    )


def contacts_changed(
    email: str,
    person: Person | None,
    usernames: Sequence[str],
    sentence: str,
    *,
    asks: bool = False,
    at: datetime,
) -> None:
    """Notice of one change to who may act for accounts; `person` is None for an address that is no contact's any more.

    `asks`: the sentence asks for something, so that there is something to do.

    Ordinary mail from such an address goes unanswered, so it is told where it is read.
    """
    facts = {
        **_named(usernames),
        "sentence": sentence,
        "at": _local(at),
        "address": _address("people:contacts"),
        "is_listed": person is not None,
        "asks": asks,
        "complaints": ours.complaint_address(),
    }
    name = person.name if person else ""
    person_id = person.pk if person else None
    _send(
        email,
        name,
        person_id,
        "people/mail/contacts_changed",
        facts,
        kind="contacts_changed",
        about=None,
        at=at,
    )


def details_please(person: Person, *, token: str, why: str, at: datetime) -> None:
    """Ask once whether the details that we have are still right. Clause: contact.current."""
    facts = {
        "person": person,
        "why": why,
        "confirm": _address("people:details_link", token=token),
        "address": _address("people:contacts"),
        "urgent_telephone": policy.operator().urgent_telephone,
    }
    _to_person("people/mail/details_please", person, facts, kind="details_please", about=None, at=at)


def pin_changed(person: Person, *, at: datetime) -> None:
    """A notice that the telephone PIN is another one now."""
    facts = {"person": person, "at": _local(at), "address": _address("people:security")}
    _to_person("people/mail/pin_changed", person, facts, kind="pin_changed", about=None, at=at)


def pin_locked(person: Person, *, at: datetime) -> None:
    """A notice that somebody said wrong PINs on the telephone, and that it is locked now."""
    facts = {"person": person, "at": _local(at), "address": _address("people:security")}
    _to_person("people/mail/pin_locked", person, facts, kind="pin_locked", about=None, at=at)


def invitation(agent: Agent, *, token: str, at: datetime) -> None:
    """The link with which an agent sets a password."""
    facts = {
        "agent": agent,
        "address": _address("people:invitation", token=token),
        "until": _local(at + rules.INVITATION_LIFE),
    }
    _to_agent("people/mail/invitation", agent, facts, kind="invitation", at=at)


def agent_password_changed(agent: Agent, *, at: datetime) -> None:
    """A notice that an agent's password is another one now."""
    facts = {"agent": agent, "at": _local(at)}
    _to_agent("people/mail/agent_password_changed", agent, facts, kind="password_changed", at=at)


def second_step_reset(agent: Agent, *, at: datetime) -> None:
    """A notice that an agent's second step is gone and will be asked for anew."""
    facts = {"agent": agent, "at": _local(at), "address": _address("people:desk_sign_in")}
    _to_agent("people/mail/second_step_reset", agent, facts, kind="second_step_reset", at=at)


def _to_person(
    template: str, person: Person, facts: dict[str, object], *, kind: str, about: str | None, at: datetime
) -> None:
    _send(person.email, person.name, person.pk, template, facts, kind=kind, about=about, at=at)


def _send(
    email: str,
    name: str,
    person_id: int | None,
    template: str,
    facts: dict[str, object],
    *,
    kind: str,
    about: str | None,
    at: datetime,
) -> None:
    subject, text, html = compose.render(template, facts)
    draft = OutboundDraft(
        kind=kind,
        to_address=email,
        to_name=name,
        person_id=person_id,
        subject=subject,
        text=text,
        html=html,
        about=about,
        automatic=True,
        passes_breakers=True,
    )
    queue(draft, at=at)


def _to_agent(template: str, agent: Agent, facts: dict[str, object], *, kind: str, at: datetime) -> None:
    subject, text, html = compose.render(template, facts)
    draft = OutboundDraft(
        kind=kind,
        to_address=agent.email,
        to_name=agent.name,
        subject=subject,
        text=text,
        html=html,
        automatic=True,
        passes_breakers=True,
    )
    queue(draft, at=at)


def _named(usernames: Sequence[str]) -> dict[str, object]:
    """The accounts that a mail is about, as it names them."""
    return {"account": ", ".join(usernames), "several": len(usernames) > 1}


def _address(name: str, **parts: str) -> str:
    """A whole address of the desk, from the operator's setting and never from a request's headers."""
    return f"{settings.HOSTDESK_URL}{reverse(name, kwargs=parts)}"


def _local(instant: datetime) -> str:
    return moments.day_and_time(instant, ZoneInfo(settings.TIME_ZONE), now=instant)
