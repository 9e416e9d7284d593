"""The face of a clock: a bar that drains, a number, and words; knows deadlines, not tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hostdesk.web import times

Tone = Literal["good", "watch", "late", "plain"]


@dataclass(frozen=True, slots=True)
class Face:
    """What a clock shows. `share` is what is left of the whole, 0 to 100; None when nothing drains."""

    words: str
    tone: Tone
    share: int | None
    due_at: datetime | None
    whole: timedelta | None


def running(*, due_at: datetime, whole: timedelta, warned: bool, now: datetime) -> Face:
    """A clock that runs towards `due_at`; `whole` is its full length. Past it, the words count up."""
    left = due_at - now
    if left <= timedelta(0):
        return Face(f"{times.length(-left)} late", "late", 0, due_at, whole)
    share = min(100, max(1, round(100 * left / whole)))
    return Face(f"{times.length(left)} left", "watch" if warned else "good", share, due_at, whole)


def stopped(words: str) -> Face:
    """A clock that does not run: met, or waiting for somebody; the words say which and since when."""
    return Face(words, "plain", None, None, None)


def markup(face: Face, *, name: str) -> SafeString:
    """The clock as HTML; `name` says which clock, for those who cannot see the bar ("answer", "solution")."""
    if face.due_at is None or face.whole is None:
        return format_html('<span class="clock is-plain"><span class="left">{}</span></span>', face.words)
    return format_html(
        '<span class="clock is-{}" data-due="{}" data-whole="{}"><span class="left">{}</span>'
        '<progress max="100" value="{}" aria-label="{}"></progress></span>',
        face.tone,
        times.stamp(face.due_at),
        int(face.whole.total_seconds()),
        face.words,
        face.share,
        f"Time left: {name}",
    )
