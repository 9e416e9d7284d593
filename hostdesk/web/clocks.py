"""The face of a clock: a bar that drains, a number, and words; knows deadlines, not tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape  # as in web.letters
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

from hostdesk.web import times

Tone = Literal["good", "watch", "late", "plain"]


@dataclass(frozen=True, slots=True)
class Face:
    """What a clock shows. `share` is what is left of the whole, 0 to 100; None when nothing drains.

    `goal` is what it counts down to: "0:48 to answer", and after the end "1:10 late to answer".
    """

    words: str
    tone: Tone
    share: int | None = None
    due_at: datetime | None = None
    whole: timedelta | None = None
    goal: str = ""


def running(*, due_at: datetime, whole: timedelta, warned: bool, now: datetime, goal: str = "") -> Face:
    """A clock that runs towards `due_at`; `whole` is its full length. Past it, the words count up.

    Without a `goal` it says "0:48 left" and "1:10 late".
    """
    left = due_at - now
    if left <= timedelta(0):
        return Face(f"{times.length(-left)} late {goal}".rstrip(), "late", 0, due_at, whole, goal)
    share = min(100, max(1, round(100 * left / whole)))
    words = f"{times.length(left)} {goal or 'left'}"
    return Face(words, "watch" if warned else "good", share, due_at, whole, goal)


def stopped(words: str) -> Face:
    """A clock that does not run: met, or waiting for somebody; the words say which and since when."""
    return Face(words, "plain")


def markup(face: Face) -> SafeString:
    """The clock as HTML."""
    words = escape(face.words)
    if face.due_at is None or face.whole is None:
        return mark_safe(f'<span class="clock is-plain"><span class="left">{words}</span></span>')  # noqa: S308
    return mark_safe(  # noqa: S308  (escaped piece by piece; a queue shows fifty)
        f'<span class="clock is-{face.tone}" data-due="{times.stamp(face.due_at)}"'
        f' data-whole="{int(face.whole.total_seconds())}" data-goal="{escape(face.goal)}">'
        f'<span class="left">{words}</span><progress max="100" value="{face.share}" aria-hidden="true"></progress></span>'
    )
