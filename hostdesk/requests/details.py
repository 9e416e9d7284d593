"""What a request type asks for: typed by people, checked here, kept as plain texts by key. Pure but for the domains given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from hostdesk.kit import addresses
from hostdesk.kit.keyed_links import without_keys
from hostdesk.policy.catalogue import Detail, RequestType
from hostdesk.ports.panels import records

LONGEST = 500
SAMPLE_DOMAIN = "your-domain.example"
"""What the catalogue writes in examples where the account's own domain is to be read."""
FURTHEST = 3660
"""Days from today, beyond which a date is a slip of the pen."""
NEEDED = "This is needed before anything can be done."


def checked(
    kind: RequestType, given: Mapping[str, str], *, domains: Iterable[str], today: date
) -> tuple[dict[str, str], dict[str, str]]:
    """(the details in their one form, what is wrong by key).

    `domains` are those of the account, as A-labels; `today` is the day where the desk stands.
    """
    ours = list(domains)
    found: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for detail in kind.details:
        typed = given.get(detail.key, "").strip()
        if not typed:
            if detail.required:
                wrong[detail.key] = NEEDED
            continue
        if len(typed) > LONGEST or not typed.isprintable():
            wrong[detail.key] = f"Write it in one line of at most {LONGEST} characters."
            continue
        if without_keys(typed) != typed:
            wrong[detail.key] = "A link that only you may press stands in it. Leave it out."
            continue
        value = _READERS[detail.kind](typed, detail, ours)
        if value is None:
            wrong[detail.key] = _sentence(detail, ours)
        elif not _fits_today(value, detail, today):
            wrong[detail.key] = _WRONG_DAY[detail.day]
        else:
            found[detail.key] = value
    if not wrong and kind.carried_out in _RECORDS:
        wrong = _wrong_record(found)
    return found, wrong


_RECORDS = ("set_dns_record", "remove_dns_record")


def _wrong_record(found: Mapping[str, str]) -> dict[str, str]:
    """What no panel could ever enter is said while it is typed, and not days later."""
    for key, read in (("name", records.name_of), ("value", records.wanted)):
        try:
            read(found)
        except records.WrongRecord as wrong:
            return {key: str(wrong)}
    return {}


def _domain(typed: str, detail: Detail, ours: list[str]) -> str | None:
    name = addresses.normalised_domain(typed.removesuffix("."))
    if name is None or "_" in name:
        return None
    if detail.foreign:
        return name
    return name if _is_ours(name, ours) else None


def _mailbox(typed: str, detail: Detail, ours: list[str]) -> str | None:
    address = addresses.normalised(typed)
    if address is None or detail.foreign:
        return address
    return address if _is_ours(addresses.domain_of(address), ours) else None


def _is_ours(name: str, ours: list[str]) -> bool:
    return any(addresses.lies_within(name, domain) for domain in ours)


def _choice(typed: str, detail: Detail, _ours: list[str]) -> str | None:
    return typed if typed in detail.choices else None


def _number(typed: str, _detail: Detail, _ours: list[str]) -> str | None:
    return str(int(typed)) if re.fullmatch(r"0*[1-9][0-9]{0,8}", typed, re.ASCII) else None


def _date(typed: str, _detail: Detail, _ours: list[str]) -> str | None:
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        return None


_WRONG_DAY = {
    "past": "Choose today or a day before, of the last ten years.",
    "coming": "This day is over; choose today or a later one.",
}


def _fits_today(value: str, detail: Detail, today: date) -> bool:
    if detail.day == "any":
        return True
    days_from_now = (date.fromisoformat(value) - today).days
    # The furthest is for slips of the pen: who means the year 9999 means something else.
    return -FURTHEST <= days_from_now <= 0 if detail.day == "past" else 0 <= days_from_now <= FURTHEST


def _text(typed: str, _detail: Detail, _ours: list[str]) -> str | None:
    return typed


_READERS = {
    "domain": _domain,
    "mailbox": _mailbox,
    "choice": _choice,
    "number": _number,
    "date": _date,
    "text": _text,
}


def _sentence(detail: Detail, ours: list[str]) -> str:
    where = f" on one of the account's domains ({', '.join(ours)})" if ours and not detail.foreign else ""
    example = detail.example.replace(SAMPLE_DOMAIN, ours[0]) if ours else detail.example
    return {
        "domain": f"Write a domain such as {example or 'shop.example'}{where}.",
        "mailbox": f"Write a mail address such as {example or 'info@shop.example'}{where}.",
        "choice": f"Choose one of {', '.join(detail.choices)}.",
        "number": "Write a whole number from 1 to 999999999.",
        "date": "Write a date such as 2026-11-20.",
        "text": "Write it in one line.",
    }[detail.kind]
