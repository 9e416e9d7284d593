"""Windows and bookings in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from hostdesk.audit.models import Entry
from hostdesk.kit import moments, numbers
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.slot_mails import work_in_words

STATES = {
    "proposed": ("proposed", "watch"),
    "agreed": ("agreed", "good"),
    "done": ("to be verified", "watch"),
    "verified": ("done and verified", "good"),
    "not_right": ("was not right", "late"),
    "missed": ("not done", "late"),
    "released": ("given up", "plain"),
}
"""Word and tone of every state of a booking."""


def zone() -> ZoneInfo:
    """The operator's clock."""
    return ZoneInfo(settings.TIME_ZONE)


def spoken(window: MaintenanceWindow, at: datetime) -> str:
    """`Sat 28 Nov, 00:00 to 06:00`."""
    return moments.stretch(window.begins_at, window.ends_at, zone(), now=at)


def week_of(window: MaintenanceWindow, at: datetime) -> str:
    """The heading under which a window stands: `Week of Mon 23 Nov`."""
    local = window.begins_at.astimezone(zone())
    monday = local - timedelta(days=local.weekday())
    return f"Week of {moments.day_and_time(monday, zone(), now=at).rpartition(',')[0]}"


def load_words(window: MaintenanceWindow, at: datetime) -> tuple[str, str]:
    """How full a window is, and its tone."""
    if window.closed_at is not None:
        return "closed", "plain"
    if window.capacity == 0:
        return "takes no tickets: full", "watch"
    words = f"{window.booked} of {window.capacity} places taken"
    if window.ends_at <= at:
        return f"over; {words}", "plain"
    return (f"full: {words}", "watch") if window.free == 0 else (words, "good")


def kinds(words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The policy's kinds of work, as choices."""
    return [(word, work_in_words(word).capitalize()) for word in words]


_SAYS = {
    "slot moved": "{who} moved {number} from {was} to {window}",
    "slot given up": "{number} gave up {window}",
    "slot missed": "{number} was not done {window} and is back in the queue",
    "slot expired": "Nobody answered for {number}; {window} was given back",
    "slot not right": "{who} says that the work on {number} is not right",
    "slot offered again": "{number} lost {was}; {window} was proposed instead",
    "window added": "{who} added a window",
    "window closed": "{who} closed a window",
    "window capacity changed": "{who} changed a capacity from {from} to {to}",
}


IN_TIMELINE = {
    "slot proposed": "{who} proposed {window} for the work",
    "slot agreed": "{who} agreed to {window}",
    "slot moved": "{who} moved the work from {was} to {window}",
    "slot given up": "The time {window} was given up",
    "slot expired": "Nobody answered to {window}, and the place was given back",
    "slot offered again": "{was} does not hold any more, {window} was proposed",
    "slot missed": "Not checked off in its window, {window}",
    "slot done": "{who} did the work in its window",
    "slot verified": "{who} looked, and the work is right",
    "slot not right": "{who} looked, and the work is not right",
    "window begun": "Its window is open: {to} is on duty and has it now",
    "nothing to answer": "{who} read it: nothing to answer",
}
"""The same events on the ticket's own page."""
DECIDED = {
    ("sla.offpeak", "proposed"): "A quiet time was proposed",
    ("sla.offpeak", "agreed"): "A quiet time is agreed",
    ("sla.offpeak", "moved"): "The quiet time was moved",
    ("sla.offpeak", "given up"): "The quiet time was given up",
    ("sla.offpeak", "offered again"): "Another quiet time was proposed",
    ("sla.offpeak", "done"): "Done in its window",
    ("sla.offpeak", "verified"): "Looked at a second time, and right",
    ("sla.offpeak", "not right"): "Looked at a second time, and not right",
    ("channel.tickets", "let go"): "Whoever had it is off duty",
    ("channel.tickets", "given for its window"): "Given to somebody on duty for its window",
    ("sla.offpeak", "missed"): "Not done in its window",
}


def event(entry: Entry) -> tuple[str, str, datetime]:
    """One event as a sentence, the number of its ticket or "", and when."""
    is_ticket = entry.subject_type == "ticket"
    number = numbers.shown(entry.subject_id) if is_ticket else ""
    facts = {"was": "", "window": "", "from": "", "to": "", **entry.facts}
    sentence = _SAYS[entry.verb].format_map({**facts, "who": entry.actor_name, "number": number})
    reason = str(entry.facts.get("reason") or "").rstrip(".")
    return f"{sentence}: {reason}" if reason else sentence, number, entry.at
