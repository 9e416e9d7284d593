"""The range of the first answer in words: round, never a single figure, and never past the promise without a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hostdesk.kit import moments
from hostdesk.tickets.queries.crews import Nobody
from hostdesk.tickets.queries.expected import Likely
from hostdesk.web import times

_HOUR = timedelta(hours=1)
_WHY = {
    "queue": "more tickets wait before yours than usual",
    "people": "fewer people are on duty than usual at this time of day",
    "nobody": "",
    "slower": "answers take longer than usual at the moment",
}


def when(likely: Likely, now: datetime) -> SafeString:
    """From `now` on: "within 40 minutes", "in 20 to 45 minutes", "between 45 minutes and 1 hour 10 minutes from now".

    Where support closes and opens in between, two instants.
    """
    if likely.rests:
        return format_html("between {} and {}", times.tag(likely.begins, now), times.tag(likely.ends, now))
    return format_html(
        '<span title="{}">{}</span>',
        times.spoken_period(likely.begins, likely.ends, now),
        _lengths(likely.begins - now, likely.ends - now),
    )


def sentence(likely: Likely, due: datetime, now: datetime) -> SafeString:
    """When a person probably answers, beside when the answer is due, with the reason where that may be missed."""
    said, by = when(likely, now), times.tag(due, now)
    # That nobody is there has been said already.
    why = f": {_WHY[likely.why]}" if _WHY[likely.why] else ""
    if due <= now:
        return format_html("Most likely a person answers {}{}.", said, why)
    if likely.begins > due:
        later = "Most likely a person answers {}. That is later than {}, which we aim for{}."
        return format_html(later, said, by, why)
    if likely.ends > due:
        later = "Most likely a person answers {}. It may become later than {}, which we aim for{}."
        return format_html(later, said, by, why)
    return format_html("Most likely a person answers {}. We aim for {} at the latest.", said, by)


def nobody_there(nobody: Nobody, now: datetime) -> SafeString:
    """That nobody who may take it is on duty, and until when: "Nobody is on duty before 06:00." Names skills, no people."""
    until = format_html("before {}", times.tag(nobody.until, now)) if nobody.until else "at the moment"
    if not nobody.skills:
        return format_html("Nobody is on duty {}.", until)
    words = [f"\u201c{word}\u201d" for word in nobody.skills]
    one = len(words) == 1
    return format_html(
        "It needs somebody with the {} {}, and nobody who has {} is on duty {}.",
        "skill" if one else "skills",
        words[0] if one else f"{', '.join(words[:-1])} and {words[-1]}",
        "it" if one else "them",
        until,
    )


def nobody_briefly(nobody: Nobody, now: datetime) -> SafeString:
    """The same for a list: "nobody who can do it is on duty before 06:00"."""
    until = format_html("before {}", times.tag(nobody.until, now)) if nobody.until else "at the moment"
    return format_html("nobody {}is on duty {}", "who can do it " if nobody.skills else "", until)


def _lengths(least: timedelta, most: timedelta) -> str:
    longest = moments.in_words(most)
    if not least:
        return f"within {longest}"
    if most < _HOUR:
        return f"in {moments.in_words(least).split()[0]} to {longest}"
    return f"between {moments.in_words(least)} and {longest} from now"
