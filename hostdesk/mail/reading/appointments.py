"""Appointments as a sentence: what, when and in which zone, where, who asks, and how often."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from hostdesk.mail.reading import headers

MAX_CALENDAR = 200_000
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_SHORT_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), _DAYS, strict=True))
_EVERY = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_ANSWERS = {"ACCEPTED": "accepts", "DECLINED": "declines", "TENTATIVE": "may come to"}
_LINE = re.compile(r'([A-Za-z0-9-]{1,60})((?:;[A-Za-z0-9-]{1,60}=(?:"[^"]*"|[^":;,]*)(?:,(?:"[^"]*"|[^":;,]*))*)*):(.*)', re.DOTALL)  # fmt: skip
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,60})=("[^"]*"|[^;]*)')
_WHEN = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
_SPAN = re.compile(r"P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,7})S)?)?")
LONGEST = 200


@dataclass(frozen=True)
class Moment:
    """A day, or a time of day with the zone as its writer called it."""

    at: datetime
    zone: str = ""
    whole_day: bool = False


@dataclass(frozen=True)
class Appointment:
    """What an invitation says. `method` is iTIP's word: REQUEST, CANCEL, REPLY, COUNTER, PUBLISH or ""."""

    method: str = ""
    title: str = ""
    begins: Moment | None = None
    ends: Moment | None = None
    place: str = ""
    organiser: str = ""
    repeated: str = ""
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The whole of it for a reader."""
        title = f"“{self.title}”" if self.title else "an appointment without a title"
        pieces = [self._beginning(title)]
        when = self._when()
        pieces += [when] if when else []
        pieces += [self.repeated] if self.repeated else []
        pieces += [f"at {self.place}"] if self.place else []
        out = ", ".join(pieces) + "."
        return f"{out} Organised by {self.organiser}." if self.organiser else out

    def _beginning(self, title: str) -> str:
        if self.method == "CANCEL":
            return f"Cancelled appointment: {title}"
        if self.method == "REPLY":
            if len(self.answers) == 1:
                who, answer = self.answers[0]
                return f"Answer to an invitation: {who} {answer} {title}"
            return f"Answer to an invitation: {title}"
        if self.method == "COUNTER":
            return f"Another time is proposed for {title}"
        if self.method in ("PUBLISH", "ADD"):
            return f"Appointment: {title}"
        return f"Invitation: {title}"

    def _when(self) -> str:
        if self.begins is None:
            return ""
        first, last = self.begins, self.ends
        if first.whole_day:
            final = (last.at - timedelta(days=1)).date() if last and last.whole_day else first.at.date()
            if final <= first.at.date():
                return f"on {_day(first.at)}, all day"
            return f"from {_day(first.at)} to {_day(final)}"
        zone = f" ({first.zone})" if first.zone else " (no time zone given)"
        if last is None or last.at == first.at:
            return f"on {_day(first.at)} at {first.at:%H:%M}{zone}"
        if last.at.date() == first.at.date() and last.zone == first.zone:
            return f"on {_day(first.at)} from {first.at:%H:%M} to {last.at:%H:%M}{zone}"
        last_zone = f" ({last.zone})" if last.zone and last.zone != first.zone else ""
        return f"from {_day(first.at)} {first.at:%H:%M}{zone} to {_day(last.at)} {last.at:%H:%M}{last_zone}"


def _day(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def read(text: str, *, method: str = "") -> Appointment | None:
    """The first appointment of an iCalendar text (RFC 5545), as far as it can be read; None when there is none.

    `method` is what the mail's own header says, where the calendar itself says nothing.
    """
    found: dict[str, tuple[dict[str, str], str]] = {}
    answers: list[tuple[str, str]] = []
    open_parts: list[str] = []
    for line in _lines(text):
        matched = _LINE.match(line)
        if matched is None:
            continue
        name, parameters, value = matched[1].upper(), _parameters(matched[2]), matched[3]
        if name == "BEGIN":
            open_parts.append(value.strip().upper())
        elif name == "END":
            if open_parts and open_parts.pop() in ("VEVENT", "VTODO"):
                break
        elif not open_parts or open_parts == ["VCALENDAR"]:
            method = value.strip().upper() if name == "METHOD" else method
        elif open_parts[-1] in ("VEVENT", "VTODO"):
            if name == "ATTENDEE":
                answers.append((_person(parameters, value), parameters.get("PARTSTAT", "").upper()))
            found.setdefault(name, (parameters, value))
    if not found:
        return None
    return _appointment(found, answers, method.upper())


def _appointment(
    found: dict[str, tuple[dict[str, str], str]], answers: list[tuple[str, str]], method: str
) -> Appointment:
    begins = _moment(*found["DTSTART"]) if "DTSTART" in found else None
    ends = None
    for name in ("DTEND", "DUE"):
        if name in found:
            ends = _moment(*found[name])
            break
    if ends is None and begins is not None and "DURATION" in found:
        ends = _after(begins, found["DURATION"][1])
    if found.get("STATUS", ({}, ""))[1].strip().upper() == "CANCELLED":
        method = "CANCEL"
    return Appointment(
        method=method,
        title=_words(found.get("SUMMARY", ({}, ""))[1]),
        begins=begins,
        ends=ends,
        place=_words(found.get("LOCATION", ({}, ""))[1]),
        organiser=_person(*found["ORGANIZER"]) if "ORGANIZER" in found else "",
        repeated=_repeated(found["RRULE"][1]) if "RRULE" in found else "",
        answers=[(who, _ANSWERS[said]) for who, said in answers if who and said in _ANSWERS],
    )


def _lines(text: str) -> list[str]:
    """Content lines, unfolded."""
    text = text[:MAX_CALENDAR].replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\n[ \t]", "", text).split("\n")


def _parameters(raw: str) -> dict[str, str]:
    return {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(raw)}


def _words(value: str) -> str:
    """A text value on one line."""
    value = re.sub(r"\\([nN,;\\])", lambda found: " " if found[1] in "nN" else found[1], value)
    return headers.clean(value)[:LONGEST]


def _person(parameters: dict[str, str], value: str) -> str:
    address = re.sub(r"\A\s*mailto:", "", value, flags=re.IGNORECASE).strip()
    address = headers.clean(address)[:LONGEST] if "@" in address else ""
    name = _words(parameters.get("CN", "")).strip("'\"")
    if not name or name.lower() == address.lower():
        return address
    return f"{name} <{address}>" if address else name


def _moment(parameters: dict[str, str], value: str) -> Moment | None:
    found = _WHEN.match(value.strip())
    if found is None:
        return None
    numbers = [int(one) for one in found.groups()[:6] if one is not None]
    try:
        at = datetime(*numbers)  # type: ignore[arg-type,misc]  # noqa: DTZ001  (a wall clock somewhere)
    except ValueError:
        return None
    if found[4] is None:
        return Moment(at, whole_day=True)
    zone = "UTC" if found[7] else headers.clean(parameters.get("TZID", ""))
    return Moment(at, re.sub(r"\A/.*?/(?=\w+/\w+\Z)", "", zone)[:80])


def _after(begins: Moment, span: str) -> Moment | None:
    found = _SPAN.fullmatch(span.strip().lstrip("+").upper())
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        return Moment(begins.at + length, begins.zone, begins.whole_day)
    except OverflowError:
        return None


def _repeated(rule: str) -> str:
    """A recurrence rule in words where it is a simple one."""
    parts = dict(piece.upper().split("=", 1) for piece in rule.strip().split(";") if "=" in piece)
    unit = _EVERY.get(parts.get("FREQ", ""))
    if unit is None:
        return "repeated"
    interval = parts.get("INTERVAL", "1")
    words = (
        f"every {unit}" if interval == "1" or not interval.isdecimal() else f"every {interval[:4]} {unit}s"
    )
    days = [_SHORT_DAYS.get(day) for day in parts.get("BYDAY", "").split(",") if day]
    named = [day for day in days if day]
    if named and len(named) == len(days) and unit == "week":
        words += " on " + (" and ".join([", ".join(named[:-1]), named[-1]]) if named[1:] else named[0])
    elif days or set(parts) & {"BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"}:
        words += " by a rule of its own"
    if parts.get("COUNT", "").isdecimal():
        return f"{words}, {parts['COUNT'][:6]} times"
    until = _moment({}, parts.get("UNTIL", ""))
    return f"{words} until {_day(until.at)}" if until else words
