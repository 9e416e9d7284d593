"""Reads about the time of larger work: of one ticket, of the windows that an agent sees, of a calendar (sla.offpeak)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hostdesk.audit.models import Entry
from hostdesk.people.models import Agent, Person, Team
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import offpeak
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.schedule.queries import windows_for, windows_for_agent
from hostdesk.tickets.models import ENDED, LIVE_SLOTS, Ticket, WindowBooking
from hostdesk.tickets.queries.access import tickets_for_agent, tickets_for_person

LATELY = timedelta(days=14)
SHOWN_BACK = timedelta(days=2)
IN_CALENDARS = timedelta(days=30)
_VERBS = (
    *("slot moved", "slot given up", "slot missed", "slot expired", "slot not right", "slot offered again"),
    *("window added", "window closed", "window capacity changed"),
)
_MOVED = 2
"""A booking that was proposed and agreed counts one; a change of what is agreed counts more."""
_MOST_EVENTS = 20
_MOST_IN_CALENDAR = 300


@dataclass(frozen=True)
class Slot:
    """How a ticket stands with its quiet time: the newest booking, the windows to choose from, and what is still possible.

    `changeable`: the customer may still move or leave what is agreed; `until` is how long. `was` is the time before, where
    what is agreed was moved, and `why` the reason, both in words.
    """

    booking: WindowBooking | None
    windows: list[MaintenanceWindow]
    until: datetime | None
    changeable: bool
    was: str = ""
    why: str = ""


@dataclass(frozen=True)
class WindowLoad:
    """One window with the bookings of tickets that may be seen; `hidden` are held by others."""

    window: MaintenanceWindow
    bookings: list[WindowBooking] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        """Places held for tickets that this reader does not see."""
        return max(self.window.booked - len(self.bookings), 0)


def booking_of(ticket: Ticket) -> WindowBooking | None:
    """The newest booking of a ticket."""
    found = WindowBooking.objects.filter(ticket=ticket).select_related(
        "window__team", "proposed_by", "done_by"
    )
    return found.order_by("-id").first()


def slot_for_agent(ticket: Ticket, *, at: datetime) -> Slot:
    """For the desk: any window that has not begun can be offered."""
    return _slot(ticket, at=at, after=at)


def slot_for_contact(ticket: Ticket, *, at: datetime) -> Slot:
    """For the client area: windows that can still be chosen without an agent."""
    notice = offpeak.notice(policy.current(ticket.policy_slug).terms)
    found = _slot(ticket, at=at, after=at + notice)
    if found.booking is None or found.booking.state != "agreed" or found.booking.sequence < _MOVED:
        return found
    moved = Entry.objects.filter(subject_type="ticket", subject_id=ticket.pk, verb="slot moved")
    facts = moved.order_by("-id").values_list("facts", flat=True).first() or {}
    return replace(found, was=str(facts.get("was", "")), why=str(facts.get("reason", "")))


def _slot(ticket: Ticket, *, at: datetime, after: datetime) -> Slot:
    booking = booking_of(ticket)
    live = booking is not None and booking.state in LIVE_SLOTS
    version = policy.current(ticket.policy_slug)
    windows = [] if ticket.state in ENDED else windows_for(ticket.team_id, version, after=after)
    until = offpeak.changeable_until(booking.window.begins_at, version.terms) if booking and live else None
    others = [one for one in windows if not (live and booking and one.pk == booking.window_id)]
    return Slot(booking, others, until, until is not None and until > at)


def loads_for_agent(agent: Agent, *, at: datetime) -> list[WindowLoad]:
    """The windows of lately and to come, soonest first, each with its tickets that the agent may see."""
    windows = windows_for_agent(agent, since=at - SHOWN_BACK)
    held = WindowBooking.objects.filter(window__in=[one.pk for one in windows]).exclude(state="released")
    seen = held.filter(ticket__in=tickets_for_agent(agent)).select_related(
        "ticket__customer", "ticket__assignee", "done_by"
    )
    by_window: defaultdict[int, list[WindowBooking]] = defaultdict(list)
    for one in seen.order_by("pk"):
        by_window[one.window_id].append(one)
    return [WindowLoad(one, by_window[one.pk]) for one in windows]


def to_verify_for_agent(agent: Agent, *, most: int = 50) -> list[WindowBooking]:
    """Work that was done and that nobody else has looked at yet, oldest first."""
    done = WindowBooking.objects.filter(state="done", ticket__in=tickets_for_agent(agent))
    return list(done.select_related("ticket__customer", "done_by", "window__team").order_by("done_at")[:most])


def lately_for_agent(agent: Agent, *, at: datetime) -> list[Entry]:
    """What was moved, given up, missed or changed in the last days, newest first."""
    found = Entry.objects.filter(verb__in=_VERBS, at__gt=at - LATELY, at__lte=at).order_by("-id")
    listed = list(found[:_MOST_EVENTS])
    asked = [one.subject_id for one in listed if one.subject_type == "ticket"]
    seen = set(tickets_for_agent(agent).filter(pk__in=asked).values_list("pk", flat=True))
    return [one for one in listed if one.subject_type != "ticket" or one.subject_id in seen]


def teams_with_windows() -> list[Team]:
    """Teams for which a supervisor can add windows."""
    return list(Team.objects.filter(sealed=False).order_by("name"))


def bookings_for_agent_calendar(agent: Agent, *, at: datetime) -> list[WindowBooking]:
    """What an agent's calendar shows: larger work on tickets that they hold or proposed it for, and on those of nobody."""
    shown = WindowBooking.objects.filter(window__ends_at__gt=at - IN_CALENDARS)
    mine = shown.filter(ticket__in=tickets_for_agent(agent))
    held = mine.filter(ticket__assignee=agent) | mine.filter(ticket__assignee=None)
    return list(
        held.select_related("window", "ticket").order_by("-window__begins_at", "pk")[:_MOST_IN_CALENDAR]
    )


def bookings_for_person_calendar(person: Person, *, at: datetime) -> list[WindowBooking]:
    """What a contact's calendar shows: the times of their own tickets and of those of their accounts."""
    shown = WindowBooking.objects.filter(window__ends_at__gt=at - IN_CALENDARS)
    seen = shown.filter(ticket__in=tickets_for_person(person))
    return list(
        seen.select_related("window", "ticket").order_by("-window__begins_at", "pk")[:_MOST_IN_CALENDAR]
    )
