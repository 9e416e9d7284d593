"""What registration data says, from RDAP's JSON (RFC 9083, 9537) or the lines of WHOIS. Pure; believes nothing.

Every answer can be read: what is missing or makes no sense is left out, and `marks` says what was noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hostdesk.kit import addresses
from hostdesk.ports.outcomes import PortRefused

DEEPEST = 40
_MOST_ENTITIES = 200
_MOST_TEXT = 200
_CHANGES = ("registration", "reregistration", "transfer", "last changed")
_OWNERS = ("registrant", "administrative")
_GONE = (
    "redemption period",
    "redemptionperiod",
    "pending delete",
    "pendingdelete",
    "inactive",
    "autorenewperiod",
)
_REDACTED = re.compile(
    r"redacted|withheld|not disclosed|gdpr masked|data protected|statutory masking", re.IGNORECASE
)
_PRIVATE = re.compile(
    r"privacy|proxy|whoisguard|whois ?agent|private registra|contact ?privacy|anonymi[sz]e", re.IGNORECASE
)
_DAYS = ("%d-%b-%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%Y/%m/%d", "%Y.%m.%d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Registration:
    """The registration of a domain as one answer tells it; None and "" for what it does not tell.

    `changed_at` is the latest registration, transfer or change. `emails` are the owner's, in the one form of
    `kit.addresses`. `marks`: `redacted`, `private` (a privacy or proxy service), `other_name` (it speaks of another
    domain), `gone` (being deleted), `many_addresses`, `odd_address`, `odd_dates`.
    """

    domain: str
    registered_at: datetime | None = None
    changed_at: datetime | None = None
    expires_at: datetime | None = None
    registrar: str = ""
    owner: str = ""
    emails: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


def from_rdap(body: bytes, *, domain: str, at: datetime) -> Registration:
    """The registration that an RDAP answer tells of. Raises `PortRefused` for what is no such answer."""
    told = _json(body)
    if told.get("objectClassName") != "domain":
        raise PortRefused("The answer is not about a domain.")
    entities = list(_entities(told))
    owners = [one for one in entities if _has_role(one, _OWNERS)]
    cards = [dict(_card(one)) for one in owners]
    typed = [value for one in owners for key, value in _card(one) if key == "email"]
    dates = list(_dates(told))
    registrar = next(
        (name for one in entities if _has_role(one, ("registrar",)) and (name := _named(one))), ""
    )
    owner = next((name for card in cards if (name := _text(card.get("org")) or _text(card.get("fn")))), "")
    marks = set(_rdap_marks(told, owners))
    return _registration(
        domain,
        said_name=_raw(told.get("ldhName")),
        dates=dates,
        typed=typed,
        registrar=registrar,
        owner=owner,
        servers=[_text(one.get("ldhName")) for one in _dicts(told.get("nameservers"))],
        statuses=[_text(one) for one in _list(told.get("status"))],
        marks=marks,
        at=at,
    )


def related(body: bytes) -> str:
    """The address of the registrar's own RDAP answer, where the registry's names one; "" else."""
    for link in _dicts(_json(body).get("links")):
        if link.get("rel") == "related" and "rdap" in _text(link.get("type")):
            return str(link.get("href") or "")[:2000]
    return ""


def from_whois(text: str, *, domain: str, at: datetime) -> Registration:
    """The registration that WHOIS lines tell of. Raises `PortRefused` when they tell of none."""
    lines = list(_lines(text))
    said = [value for key, value in lines if key in ("domain name", "domain")]
    if not said:
        raise PortRefused("The answer tells of no such domain.")
    dates = [(kind, value) for key, value in lines for kind, words in _WHOIS_DATES.items() if key in words]
    typed = [value for key, value in lines if key in ("registrant email", "admin email", "e-mail", "email")]
    owner = next(
        (v for k, v in lines if k in ("registrant organization", "registrant name", "registrant")), ""
    )
    marks = (
        {"redacted"} if any(_REDACTED.search(v) for k, v in lines if k.startswith("registrant")) else set()
    )
    if not typed:
        marks.add("redacted")
    return _registration(
        domain,
        said_name=said[0],
        dates=dates,
        typed=[one for one in typed if not _REDACTED.search(one)],
        registrar=next((v for k, v in lines if k == "registrar"), ""),
        owner=owner,
        servers=[v.split(" ")[0] for k, v in lines if k in ("name server", "nserver")],
        statuses=[v for k, v in lines if k in ("domain status", "status")],
        marks=marks,
        at=at,
    )


def referral(text: str) -> str:
    """The next WHOIS server that an answer names; "" when it names none."""
    words = ("refer", "whois", "registrar whois server", "whois server")
    named = next((v for k, v in _lines(text) if k in words), "")
    return (
        named.lower()
        .removeprefix("whois://")
        .removeprefix("http://")
        .removeprefix("https://")
        .strip("/")[:253]
    )


_WHOIS_DATES = {
    "registration": (
        "creation date",
        "created",
        "registered",
        "registered on",
        "registration date",
        "domain registered",
    ),
    "last changed": ("updated date", "last updated", "changed", "last modified", "last-update", "modified"),
    "expiration": (
        "registry expiry date",
        "registrar registration expiration date",
        "expiry date",
        "expires",
        "expiration date",
        "expire",
        "paid-till",
        "renewal date",
    ),
}


def _registration(
    domain: str,
    *,
    said_name: str,
    dates: list[tuple[str, str]],
    typed: list[str],
    registrar: str,
    owner: str,
    servers: list[str],
    statuses: list[str],
    marks: set[str],
    at: datetime,
) -> Registration:
    name = addresses.normalised_domain(said_name.strip().removesuffix("."))
    if name != domain:
        marks.add("other_name")
    known = [(kind, moment) for kind, text in dates if (moment := _moment(text)) is not None]
    if any(kind != "expiration" and moment > at for kind, moment in known):
        marks.add("odd_dates")
    if _REDACTED.search(owner):
        marks.add("redacted")
    elif _PRIVATE.search(owner) or any(_PRIVATE.search(one) for one in typed):
        marks.add("private")
    if any(status.lower().split(" http")[0].strip() in _GONE for status in statuses):
        marks.add("gone")
    emails = []
    for one in typed:
        address = None if _CONTROL.search(one) else addresses.normalised(one.strip())
        if address is None:
            marks.add("odd_address")
        elif address not in emails:
            emails.append(address)
    if len(emails) > 1:
        marks.add("many_addresses")
    registered = [moment for kind, moment in known if kind in ("registration", "reregistration")]
    changes = [moment for kind, moment in known if kind in _CHANGES]
    ends = [moment for kind, moment in known if kind == "expiration"]
    return Registration(
        domain=domain,
        registered_at=max(registered) if registered else None,
        changed_at=max(changes) if changes else None,
        expires_at=min(ends) if ends else None,
        registrar=_plain(registrar),
        owner=_plain(owner),
        emails=tuple(emails[:5]),
        name_servers=tuple(sorted({_plain(one).lower() for one in servers if one}))[:20],
        marks=frozenset(marks),
    )


def _json(body: bytes) -> dict[str, Any]:
    """The object in an answer. `Any`: any value of JSON may stand in it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PortRefused("The answer is not UTF-8.") from error
    if _depth(text) > DEEPEST:
        raise PortRefused("The answer is nested too deep.")
    try:
        told = json.loads(text)
    except ValueError as error:
        raise PortRefused("The answer is not JSON.") from error
    if not isinstance(told, dict):
        raise PortRefused("The answer is no object.")
    return told


def _depth(text: str) -> int:
    """How deep brackets are nested, those in strings left out."""
    deepest = depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        sign = bracket[0]
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _entities(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The domain's own entities; those below them are the registrar's desks."""
    yield from _dicts(told.get("entities"))


def _has_role(entity: dict[str, Any], roles: Iterable[str]) -> bool:
    return any(role in roles for role in map(_text, _list(entity.get("roles"))))


def _card(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and value of each line of a jCard (RFC 7095)."""
    card = _list(entity.get("vcardArray"))
    for line in _list(card[1] if len(card) > 1 else None)[:_MOST_ENTITIES]:
        if isinstance(line, list) and len(line) > 3 and isinstance(line[0], str):  # noqa: PLR2004  (RFC 7095)
            value = line[3]
            yield line[0].lower(), _raw(value[0] if isinstance(value, list) and value else value)


def _named(entity: dict[str, Any]) -> str:
    card = dict(_card(entity))
    return _text(card.get("org")) or _text(card.get("fn"))


def _dates(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for event in _dicts(told.get("events")):
        kind = _text(event.get("eventAction")).lower()
        if kind in (*_CHANGES, "expiration"):
            yield kind, _text(event.get("eventDate"))


def _rdap_marks(told: dict[str, Any], owners: list[dict[str, Any]]) -> Iterator[str]:
    if _list(told.get("redacted")) or not owners:
        yield "redacted"
    remarks = [r for one in (told, *owners) for r in _dicts(one.get("remarks"))]
    if any(_REDACTED.search(_text(remark.get("title"))) for remark in remarks):
        yield "redacted"
    if owners and not any(
        value.strip() for one in owners for key, value in _card(one) if key in ("fn", "org", "email")
    ):
        yield "redacted"
    if any(role in ("proxy", "privacy") for one in owners for role in map(_text, _list(one.get("roles")))):
        yield "private"


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines()[:5000]:
        key, colon, value = line.strip().partition(":")
        if colon and value.strip() and not key.startswith(("%", "#", ">>>")):
            yield key.strip().lower(), value.strip()[:_MOST_TEXT]


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        by_day = next((day for shape in _DAYS if (day := _day(text, shape)) is not None), None)
        if by_day is None:
            return None
        found = by_day
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _day(text: str, shape: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), shape).replace(tzinfo=UTC)
    except ValueError:
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in _list(value)[:_MOST_ENTITIES] if isinstance(one, dict)]


def _raw(value: object) -> str:
    return value[:2000] if isinstance(value, str) else ""


def _text(value: object) -> str:
    return _plain(value) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """One line of printable text, for pages."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: _MOST_TEXT * 2])
    return " ".join(kept.split())[:_MOST_TEXT]
