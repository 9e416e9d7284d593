"""What the address of a mailroom page asks for, read strictly; what makes no sense leads nowhere."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.http import urlencode

from hostdesk.gateway.finding import Wanted
from hostdesk.gateway.views.faces import DISPOSITIONS, TRUSTS
from hostdesk.kit.refusals import Missing
from hostdesk.mail.models import Door
from hostdesk.people.requests import DeskRequest

PAGE = 50
_LONGEST = 200
_MOST_DIGITS = 18


def wanted(request: DeskRequest) -> Wanted:
    """The filters of the inbound list."""
    return Wanted(
        disposition=one_of(request, "disposition", DISPOSITIONS),
        typed=typed(request),
        trust=one_of(request, "trust", TRUSTS),
        door=one_of(request, "door", Door.values),
        reason=_text(request, "reason", longest=1_000),
        since=_day(request, "since"),
        until=_day(request, "until"),
    )


def typed(request: DeskRequest) -> str:
    """The words searched for."""
    return _text(request, "q", longest=_LONGEST)


def one_of(request: DeskRequest, name: str, known: Collection[str]) -> str:
    """A filter of the address; `Missing` for a word that is none."""
    word = request.GET.get(name, "")
    if word and word not in known:
        raise Missing
    return word


def number(text: str | None) -> int | None:
    """A number of the address; None for everything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def following(address: str, kept: dict[str, str], pks: list[int]) -> str:
    """The address of the next page; "" at the end. `pks` holds one more than a page when there is one."""
    if len(pks) <= PAGE:
        return ""
    return f"{address}?{urlencode({**{k: v for k, v in kept.items() if v}, 'before': str(pks[PAGE - 1])})}"


def _text(request: DeskRequest, name: str, *, longest: int) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:longest]


def _day(request: DeskRequest, name: str) -> date | None:
    """A day as `2026-11-23`; a half-typed one narrows nothing, as in the field it comes from."""
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    # The day after it must exist too.
    return day if date(1970, 1, 2) < day < date(9990, 1, 1) else None
