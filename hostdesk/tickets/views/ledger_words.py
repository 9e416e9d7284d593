"""The ledgers of a ticket's clocks in pictures and words: facts in, what a template shows out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hostdesk.policy.registry import CLAUSES
from hostdesk.sla.picture import Picture, drawn
from hostdesk.tickets.models import ClockStep
from hostdesk.tickets.queries.ledger import Ledger
from hostdesk.web import times

NAMES = {
    "response": "First answer",
    "update": "Next word",
    "resolution": "Solution",
    "consult": "Another team's answer",
}
WAITS_FOR = {
    "customer": "the customer",
    "window": "the agreed quiet time",
    "details": "the contact's details",
    "objections": "the end of the time to object",
    "quiet": "quiet hours",
}
_CAUSES = {
    "arrival": "the request arrived",
    "answered": "we answered",
    "customer wrote": "the customer wrote",
    "resolved": "marked as solved",
    "customer says solved": "the customer says that it is solved",
    "waiting_customer": "the customer's turn",
    "waiting_window": "a quiet time was agreed",
    "contact details": "the contact's details",
    "account chosen": "the account was named",
    "policy published": "a kinder policy was published",
    "nothing to answer": "somebody read it, and nothing was to be answered",
    "slot agreed": "a quiet time was agreed",
    "slot moved": "the quiet time was moved",
    "time": "by itself",
    "reopened by hand": "opened again by hand",
}
_WIDE = 1000
_HEIGHTS = {"counts": (6, 12), "waits": (11, 2), "late": (3, 18)}
Tone = Literal["good", "watch", "late", "plain"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One step: when, what happened, by which clause and version, and where the end stood afterwards."""

    at: datetime
    what: str
    why: str
    tone: Tone
    clause: str
    address: str
    version: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """One clock on the page: `standing` in a sentence, `picture` as SVG, its marks in words, its steps."""

    name: str
    clause: str
    title: str
    address: str
    tone: Tone
    state: str
    standing: SafeString
    picture: SafeString
    begin: datetime
    end: datetime
    entries: list[Entry]


def shown(ledger: Ledger, *, slug: str, now: datetime) -> Shown:
    """One ledger, ready to show, of a ticket under the policy `slug`."""
    picture = drawn(ledger.steps, until=now)
    tone, state = _state(picture)
    return Shown(
        name=NAMES[ledger.clock.kind],
        clause=ledger.clock.clause,
        title=CLAUSES[ledger.clock.clause].title,
        address=f"/policy/{slug}/#{ledger.clock.clause}",
        tone=tone,
        state=state,
        standing=_standing(picture, now),
        picture=_svg(picture, now),
        begin=picture.begin,
        end=picture.end,
        entries=[_entry(row, slug, now) for row in ledger.rows],
    )


def _state(picture: Picture) -> tuple[Tone, str]:
    clock = picture.clock
    if clock.stopped_at is not None:
        return ("good", "kept") if clock.late_at is None else ("late", "kept late")
    if clock.late_at is not None:
        return "late", "late"
    if clock.waits:
        return "plain", "waits"
    return ("watch", "warned") if clock.state == "warned" else ("good", "runs")


def _standing(picture: Picture, now: datetime) -> SafeString:
    """Where the clock stands, in one sentence with the figures behind it."""
    clock = picture.clock
    target = clock.target
    used = f"{times.length(clock.passed(now))} of {times.length(target.due_after)} used"
    if clock.stopped_at is not None:
        return format_html("Ended {}; {}.", times.tag(clock.stopped_at, now), used)
    if clock.waits:
        waits = " and ".join(WAITS_FOR.get(one, one) for one in sorted(clock.waits))
        since = times.tag(clock.paused_at or clock.started_at, now)
        return format_html("Waits for {} since {}; {}.", waits, since, used)
    due = times.tag(clock.due_at, now)
    if clock.agreed_until is not None and clock.agreed_until >= clock.due_at:
        return format_html("Due {}, as agreed; {}.", due, used)
    if clock.late_at is not None:
        return format_html("Was due {}; {}.", times.tag(clock.late_at, now), used)
    warning = times.tag(clock.warn_at, now)
    verb = "warned" if clock.warn_at <= now else "warns"
    return format_html("Due {}, {} {}; {}.", due, verb, warning, used)


def _svg(picture: Picture, now: datetime) -> SafeString:
    """The bar: thick where it counts, a line where it waits, taller where it is late; marks for warning, end and now."""
    whole = max(picture.end - picture.begin, timedelta(seconds=1)) * 1.02

    def place(at: datetime) -> float:
        return max(0.0, min(_WIDE, (at - picture.begin) / whole * _WIDE))

    bars = "".join(
        f'<rect class="{one.what}" x="{place(one.begin):.1f}" y="{_HEIGHTS[one.what][0]}"'
        f' width="{max(place(one.end) - place(one.begin), 1.5):.1f}" height="{_HEIGHTS[one.what][1]}"/>'
        for one in picture.stretches
    )
    clock = picture.clock
    marks = [("due", clock.due_at)]
    if picture.first_due_at != clock.due_at:
        marks.append(("first-due", picture.first_due_at))
    if clock.stopped_at is None:
        marks.append(("now", now))
        if not clock.waits:
            marks.append(("warn", clock.warn_at))
    lines = "".join(
        f'<line class="{name}" x1="{place(at):.1f}" x2="{place(at):.1f}" y1="0" y2="24"/>'
        for name, at in marks
        if picture.begin <= at
    )
    # Figures only: nothing in it comes from anybody.
    return mark_safe(  # noqa: S308
        f'<svg class="ledger-bar" viewBox="0 0 {_WIDE} 24" preserveAspectRatio="none" aria-hidden="true">{bars}{lines}</svg>'
    )


def _entry(row: ClockStep, slug: str, now: datetime) -> Entry:
    what, tone = _what(row, now)
    version = row.policy_version
    return Entry(
        at=row.at,
        what=what,
        why=_CAUSES.get(row.cause, row.cause),
        tone=tone,
        clause=row.clause,
        address=f"/policy/{version.slug}/{version.number}/#{row.clause}"
        if version
        else f"/policy/{slug}/#{row.clause}",
        version=f"{version.slug}/{version.number}" if version else "",
        due_at=row.due_at,
    )


def _what(row: ClockStep, now: datetime) -> tuple[str, Tone]:  # noqa: PLR0911  (a table)
    match row.step:
        case "pause":
            return f"Waits for {WAITS_FOR.get(row.wait, row.wait)}", "plain"
        case "resume":
            return f"No longer waits for {WAITS_FOR.get(row.wait, row.wait)}", "good"
        case "agree" if row.until is not None:
            return f"Not due before {times.spoken(row.until, now)}", "plain"
        case "agree":
            return "The agreed time was taken back", "plain"
        case "retarget":
            return "Another promise; what has passed has passed", "plain"
        case "stop":
            return "Ended", "good"
        case "restart":
            return "Runs on from where it ended", "good"
        case "warned":
            return "Warned", "watch"
        case "breached":
            return "Late", "late"
    return "Began to count", "good"
