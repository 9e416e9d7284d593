"""How a request stands, in words: one sentence, and a line of steps that are done, now, or still to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hostdesk.kit import moments
from hostdesk.kit.money import Money
from hostdesk.people.models import Contact
from hostdesk.policy.catalogue import FREE
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import run_words, time_words
from hostdesk.requests.models import UNDER_WAY, AdminRequest, RequestState
from hostdesk.requests.standing import Case, asked_twice, last_day_ends, zone

OBJECT = "Time to object"
BY_CHANNEL = {"client": "in the client area", "mail": "in writing", "phone": "by telephone"}
TONES = {
    "confirm": "ours",
    "details": "ours",
    "second": "ours",
    "price": "ours",
    "payment": "watch",
    "approval": "watch",
    "wait": "plain",
    "window": "plain",
    "ready": "good",
    "doing": "good",
    "unclear": "late",
    "done": "good",
}
_SEEN = {"records": "DNS records", "quota_mb": "size in MB"}
_OWNER = "waits for the owner of the address"
_IT = {
    "ready": "is ready to be carried out",
    "done": "is done",
    "undone": "was done and taken back",
    "refused": "was refused",
    "withdrawn": "was withdrawn",
    "expired": "was not confirmed in time",
}
_ICONS = {
    "wait": "clock",
    "window": "moon",
    "doing": "loader",
    "unclear": "search",
    "done": "circle-check",
    "undone": "rotate-ccw",
    "refused": "circle-x",
    "withdrawn": "circle-slash",
    "expired": "circle-slash",
    "ready": "circle-check",
    "payment": "credit-card",
    "price": "credit-card",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What a reader needs first: a headline, what happens next, and the clause behind it ("" for none)."""

    headline: str
    sentence: str
    tone: str
    icon: str
    clause: str = ""


def what_it_does(state: str) -> str:
    """A state as the rest of a sentence that begins with "it": "waits for payment", "was refused"."""
    return _IT.get(state) or str(RequestState(state).label)


@dataclass(frozen=True, slots=True)
class Point:
    """One step on the way of a request; `at` is when it was done, or None."""

    title: str
    state: Literal["done", "now", "next", "ended"]
    sentence: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One detail of what was asked for, as label and value."""

    label: str
    value: str


def price(request: AdminRequest) -> str:
    """What it costs, as `R112.00`; "" for what is free."""
    return Money(request.price_cents, request.currency).shown() if request.price_cents else ""


def details(case: Case) -> list[Fact]:
    """What was asked for, in the order of the catalogue; a date and a choice as they were given."""
    given = case.request.details
    return [Fact(one.label, given[one.key]) for one in case.kind.details if given.get(one.key)]


def seen(facts: Mapping[str, object]) -> list[tuple[str, list[str]]]:
    """What was seen before or after a run, as (label, lines); the label is "" for a person's own words."""
    return [
        ("" if key == "seen" else _SEEN.get(key, key.replace("_", " ")), _lines(key, value))
        for key, value in facts.items()
    ]


def _lines(key: str, value: object) -> list[str]:
    if not isinstance(value, list):
        return [str(value)]
    lines = [_record(str(line)) if key == "records" else str(line) for line in value]
    return lines or ["none"]


def _record(line: str) -> str:
    """`3600 A 192.0.2.1` as `A 192.0.2.1 (for 3600 s)`; what is no record as it is."""
    ttl, _, rest = line.partition(" ")
    if not rest:
        return line
    return rest if ttl == "-" else f"{rest} (for {ttl} s)"


def proof(case: Case, asking: rules.Asking) -> str:
    """What shows that the contact asked, for staff."""
    said = {
        "signed_in": "signed in",
        "confirmed_mail": "pressed the button at the stored address",
        "believed_mail": f"mail {asking.trust}",
        "spoken_pin": "said the telephone PIN",
    }
    found = [said[one] for one in sorted(rules.proofs(asking))]
    if case.request.channel == "mail" and asking.trust and asking.trust not in ("proven", "plausible"):
        found.append(f"mail {asking.trust}")
    return ", ".join(found) or "nothing yet"


def left_to_do(request: AdminRequest) -> str:
    """What an agent does on an open ticket whose request has ended."""
    if request.state == RequestState.WITHDRAWN:
        return "If somebody else stopped it than who asked, ask both whether they agree. Then answer what else was written here, or resolve the ticket."
    return "Nothing is left to do for it. Answer what else was written here, or resolve the ticket."


def brief(request: AdminRequest, state: str = "") -> str:
    """How it stands, for a line of a list; `state` is another one than its own."""
    words = _OWNER if request.asked_owner else str(RequestState(state or request.state).label)
    return words[0].upper() + words[1:]


def tone(request: AdminRequest, state: str = "") -> str:
    """The colour of how it stands: whose turn it is."""
    return "ours" if request.asked_owner else TONES.get(state or request.state, "plain")


def standing(case: Case, *, me: Contact | None, at: datetime) -> Standing:
    """How a request stands for this contact, or for staff when `me` is None."""
    request = case.request
    headline, sentence = _said(case, me, at)
    state = run_words.state_shown(request)
    return Standing(
        headline=headline,
        sentence=sentence,
        tone=tone(request, state),
        icon="circle-question-mark" if request.asked_owner else _ICONS.get(state, "circle-question-mark"),
        clause=request.clause,
    )


def _is_asker(case: Case, me: Contact | None) -> bool:
    return me is not None and me.person_id == case.request.contact.person_id


def _until(case: Case, at: datetime) -> str:
    return moments.said(case.request.asked_at + case.version.terms.request_confirm, zone(), now=at)


def _confirm(case: Case, me: Contact | None, at: datetime) -> tuple[str, str]:
    if _is_asker(case, me):
        return "Did you ask for this?", (
            "Nothing is changed before you say so. Press the button below"
            f"{_OR_LINK if rules.a_link_suffices(case.kind) else ''}, until {_until(case, at)}."
        )
    name = case.request.contact.person.name
    return (
        f"Waits for {name} to confirm it",
        f"Nothing is changed before that. The question ends {_until(case, at)}.",
    )


_OR_LINK = ", or the one behind the link that we mailed to you"


def _second(case: Case, me: Contact | None, at: datetime) -> tuple[str, str]:
    until = _until(case, at)
    if case.kind.second != "contact":
        return "It must be confirmed twice", f"It cannot be undone, so we ask a second time, until {until}."
    decides = me is not None and me.role in case.version.terms.restricted_roles
    if decides and not _is_asker(case, me):
        name = case.request.contact.person.name
        return "Do you agree?", f"{name} asked for this. It needs the yes of a second contact, until {until}."
    if asked_twice(case):
        return (
            "It must be confirmed twice",
            f"Nobody else may decide, so who asked says yes again, until {until}.",
        )
    return "Another contact must agree", f"We have asked the contacts who may decide, until {until}."


def _price(case: Case, me: Contact | None, at: datetime) -> tuple[str, str]:
    who = "you accept" if _is_asker(case, me) else f"{case.request.contact.person.name} accepts"
    return f"It costs {price(case.request)}", (
        f"Nothing is done, and nothing is charged, before {who} the price. The offer stands until {_until(case, at)}."
    )


def _payment(case: Case, _me: Contact | None, _at: datetime) -> tuple[str, str]:
    request = case.request
    return f"Waits for the payment of {price(request)}", (
        f"It is paid like the hosting itself, with {request.ticket.number} as the reference. We begin when it is paid."
    )


def _details(case: Case, me: Contact | None, _at: datetime) -> tuple[str, str]:
    if _is_asker(case, me):
        return "Are your contact details still right?", (
            "Your request keeps its place. Look at your details and press one button; then we go on."
        )
    return "Waits for contact details to be confirmed", (
        f"The details of {case.request.contact.person.name} are out of date. The request keeps its place."
    )


_SAID = {
    "confirm": _confirm,
    "details": _details,
    "second": _second,
    "price": _price,
    "payment": _payment,
    "wait": lambda case, _me, at: time_words.objecting(case, at),
    "window": lambda case, _me, at: time_words.quiet(case, at),
    "ready": lambda case, _me, at: run_words.ready(case, at),
    "doing": lambda case, _me, _at: run_words.doing(case),
    "unclear": lambda case, _me, _at: run_words.unclear(case),
}
_FIXED = {
    "asked": ("Has just been asked", ""),
    "approval": (
        "A second person of our staff looks at it",
        "Changes of this kind are carried out only after two of us have looked. There is nothing to do.",
    ),
    "done": ("Done", "It was carried out, and looked at afterwards."),
    "undone": ("Done and undone", "It was carried out, and taken back afterwards."),
}
_ENDED = {"refused": "Not carried out", "withdrawn": "Stopped", "expired": "Not confirmed in time"}


def _said(case: Case, me: Contact | None, at: datetime) -> tuple[str, str]:
    state = case.request.state
    if case.request.asked_owner:
        return f"Waits for the owner of {case.request.asked_owner}", (
            "We asked there by mail. It counts as soon as the button in that mail is pressed; until then nothing is changed."
        )
    if state in _SAID:
        return _SAID[state](case, me, at)
    return _FIXED[state] if state in _FIXED else (_ENDED[state], case.request.sentence)


def steps(case: Case, *, at: datetime) -> list[Point]:
    """The whole way of a request, in the order in which things are asked for; only what this kind needs.

    Of one that has ended without being done, what was done before and how it ended.
    """
    way = _way(case, at=at)
    request = case.request
    if request.state not in UNDER_WAY and request.state not in ("done", "undone"):
        title, sentence = _said(case, None, at)
        done = [point for point in way if point.state == "done"]
        return [*done, Point(title, "ended", sentence, request.ended_at)]
    return way


def _way(case: Case, *, at: datetime) -> list[Point]:
    request, kind, terms = case.request, case.kind, case.version.terms
    stands = "run" if request.state in ("doing", "unclear", "done", "undone") else request.state
    found = [Point(_asked_title(case), "done", at=request.asked_at)]

    def put(key: str, title: str, *, done: bool, sentence: str = "", when: datetime | None = None) -> None:
        state: Literal["done", "now", "next"] = "done" if done else "now" if stands == key else "next"
        found.append(Point(title, state, sentence, when if done else None))

    if request.channel != "client" or request.state == "confirm":
        put(
            "confirm",
            "Confirmed by who asked",
            done=request.proven_at is not None,
            sentence=_confirmed_by(request, "first"),
            when=request.proven_at,
        )
    if request.state == "details":
        put("details", "Contact details confirmed", done=False)
    if rules.needs_second_yes(kind, terms):
        another = kind.second == "contact" and not asked_twice(case)
        title = "Another contact agreed" if another else "Confirmed a second time"
        by = _confirmed_by(request, "second")
        put("second", title, done=request.second_at is not None, sentence=by, when=request.second_at)
    if kind.price != FREE:
        accepted = request.price_accepted_at
        put("price", f"Price of {price(request)} accepted", done=accepted is not None, when=accepted)
        paid = getattr(request, "payment", None)
        put("payment", "Paid", done=paid is not None, when=paid.at if paid else None)
    if rules.approvals_needed(kind):
        yes = next((one for one in request.approvals.all() if one.yes), None)
        put(
            "approval",
            "Approved by a second person of our staff",
            done=yes is not None,
            when=yes.at if yes else None,
        )
    wait = rules.waiting_time(kind, terms)
    if wait > timedelta(0):
        ends = (request.told_at or at) + wait
        over = request.told_at is not None and ends <= at and stands not in ("approval", "payment", "price")
        told = f"{moments.in_words(wait)} in which every contact can stop it"
        put("wait", OBJECT, done=over, sentence=told, when=ends)
    last = last_day_ends(case)
    if last is not None:
        objections_over = any(point.title == OBJECT and point.state == "done" for point in found)
        put(
            "wait" if objections_over else "last_day",
            "The last day wanted has ended",
            done=last <= at,
            when=last,
        )
    if kind.offpeak:
        over = stands in ("ready", "run")
        put(
            "window",
            "Quiet hours have come",
            done=over,
            sentence="" if over else time_words.coming(case, at),
        )
    if request.asked_owner:
        stands = "owner"
        put("owner", f"Agreed by the owner of {request.asked_owner}", done=False, sentence="asked by mail")
    put(
        "ready" if stands == "ready" else "run",
        "Carried out",
        done=request.state in ("done", "undone"),
        when=request.ended_at if request.state == "done" else None,
    )
    if request.state == "undone":
        put("undone", "Taken back", done=True, when=request.ended_at)
    return found


def _asked_title(case: Case) -> str:
    request = case.request
    return f"Asked by {request.contact.person.name} {BY_CHANNEL[request.channel]}"


def _confirmed_by(request: AdminRequest, purpose: str) -> str:
    how = {"link": "behind the mailed link", "signed_in": "signed in", "pin": "by telephone PIN"}
    given = [one for one in request.confirmations.all() if one.purpose == purpose and one.used_at]
    return ", ".join(f"{one.contact.person.name}, {how.get(one.via, one.via)}" for one in given)
