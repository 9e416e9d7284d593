"""What a contact may ask for on an account, and what each request entails, said before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hostdesk.kit import moments
from hostdesk.kit.money import Money
from hostdesk.people.models import Contact
from hostdesk.people.standing import contact_state
from hostdesk.policy.catalogue import FREE, RequestType
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.standing import price_of

OTHERS = "Other changes"


@dataclass(frozen=True, slots=True)
class Offer:
    """One type of request as this contact sees it; `sentence` and `clause` say why not when it is not `allowed`."""

    key: str
    kind: RequestType
    allowed: bool
    clause: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Group:
    """Requests under one heading."""

    name: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing to know before asking; `weighs` marks what cannot be taken back or costs money."""

    icon: str
    sentence: str
    weighs: bool = False


def offers(contact: Contact, version: Version, *, at: datetime) -> list[Group]:
    """All that can be asked for on the contact's account, by group; what this role may not ask for says why."""
    state = contact_state(contact, version.terms, at=at)
    asking = rules.Asking(role=contact.role, channel="client", contact_state=state, signed_in=True)
    found = []
    for key, kind in version.catalogue.administrative.items():
        if not kind.proof:
            continue
        verdict = rules.judge(asking, kind, version.terms)
        found.append(Offer(key, kind, verdict.outcome != "refused", verdict.clause, verdict.sentence))
    return grouped(found)


def grouped(found: Iterable[Offer]) -> list[Group]:
    """Offers by the group of the catalogue, in its order."""
    groups: dict[str, list[Offer]] = {}
    for offer in found:
        groups.setdefault(offer.kind.group or OTHERS, []).append(offer)
    return [Group(name, tuple(inside)) for name, inside in groups.items()]


def conditions(kind: RequestType, version: Version, *, others_can_agree: bool) -> list[Condition]:
    """What a request of this kind costs and needs, in the order in which it is asked for."""
    terms = version.terms
    found = []
    if kind.destroys:
        found.append(Condition("triangle-alert", "It cannot be undone.", weighs=True))
    if kind.price != FREE:
        amount = Money(price_of(kind, version), terms.cleanup.currency).shown()
        sentence = (
            f"It costs {amount}. You accept the price before anything is done, and we begin when it is paid."
        )
        found.append(Condition("credit-card", sentence, weighs=True))
    if kind.second == "contact" and others_can_agree:
        roles = " or ".join(terms.restricted_roles)
        found.append(Condition("users", f"A second contact, the {roles}, must agree. We ask them by mail."))
    elif rules.needs_second_yes(kind, terms):
        found.append(
            Condition(
                "users",
                "You are asked to confirm it twice: the second time on its page, or behind a link in our mail.",
            )
        )
    if rules.approvals_needed(kind):
        found.append(
            Condition("shield-check", "Two people of our staff look at it before it is carried out.")
        )
    wait = rules.waiting_time(kind, terms)
    if wait > timedelta(0):
        length = moments.in_words(wait)
        found.append(
            Condition(
                "clock",
                f"It is carried out {length} after every contact has been told, so that they can stop it.",
            )
        )
    if kind.offpeak:
        found.append(Condition("moon", "It is done in quiet hours."))
    found.append(Condition("mail", "The other contacts of the account hear that you asked."))
    return found
