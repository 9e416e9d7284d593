"""The kinds of figures that `terms.yaml` knows: each with value, unit, clause and source."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hostdesk.kit.money import Money
from hostdesk.policy.week import Week

BY_POLICY = "policy"
BY_OPERATOR = "set by the operator"

Word = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]*\Z")]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every figure carries beside its value."""

    clause: str
    source: Literal["policy", "set by the operator"]
    why: str = ""


class Seconds(Entry, frozen=True, kw_only=True):
    """A short time."""

    unit: Literal["seconds"]
    value: Annotated[int, Meta(ge=1, le=86_400)]


class Minutes(Entry, frozen=True, kw_only=True):
    """A time of up to a month."""

    unit: Literal["minutes"]
    value: Annotated[int, Meta(ge=1, le=43_200)]


class Hours(Entry, frozen=True, kw_only=True):
    """A time of up to three months."""

    unit: Literal["hours"]
    value: Annotated[int, Meta(ge=1, le=2_160)]


class Days(Entry, frozen=True, kw_only=True):
    """A time of up to ten years."""

    unit: Literal["days"]
    value: Annotated[int, Meta(ge=1, le=3_650)]


class Count(Entry, frozen=True, kw_only=True):
    """How many of something."""

    unit: Literal["count"]
    value: Annotated[int, Meta(ge=1, le=1_000)]


class Percent(Entry, frozen=True, kw_only=True):
    """A share."""

    unit: Literal["percent"]
    value: Annotated[int, Meta(ge=0, le=100)]


class Cents(Entry, frozen=True, kw_only=True):
    """A price, in hundredths of the operator's currency."""

    unit: Literal["cents"]
    value: Annotated[int, Meta(ge=0, le=100_000_000)]


class CentsPerHour(Entry, frozen=True, kw_only=True):
    """A rate, in hundredths of the operator's currency."""

    unit: Literal["cents per hour"]
    value: Annotated[int, Meta(ge=0, le=100_000_000)]


class Words(Entry, frozen=True, kw_only=True):
    """A list of words that the program knows."""

    unit: Literal["words"]
    value: Annotated[tuple[Word, ...], Meta(min_length=1)]


class HoursOfTheWeek(Entry, frozen=True, kw_only=True):
    """Times that come round every week, in local time, such as `mon-fri 08:00-17:00`."""

    unit: Literal["hours of the week"]
    value: Annotated[tuple[str, ...], Meta(min_length=1)]


class Dates(Entry, frozen=True, kw_only=True):
    """Days of the calendar, such as `2026-12-25`; none is an answer too."""

    unit: Literal["dates"]
    value: tuple[Annotated[str, Meta(pattern=r"\A\d{4}-\d{2}-\d{2}\Z")], ...]


Figure = timedelta | int | Money | Week | tuple[str, ...]
