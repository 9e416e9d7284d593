"""The desk's calendar of windows for larger work, and what supervisors do with it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.schedule import actions as schedule
from hostdesk.schedule.queries import window_for_agent
from hostdesk.tickets.actions import slot_work
from hostdesk.tickets.forms_slots import CapacityForm, NewWindowForm, WindowForm
from hostdesk.tickets.queries import slots as queries
from hostdesk.tickets.views.slot_words import STATES, event, load_words, spoken, week_of
from hostdesk.web import flash
from hostdesk.web.htmx import go

SUPERVISORS = frozenset({"supervisor", "admin"})


@require_safe
@agents_only
def windows(request: DeskRequest) -> HttpResponse:
    """The windows to come with their load, what waits for a second look, what was moved lately."""
    return _show(request, None)


def _show(request: DeskRequest, refused: NewWindowForm | None, status: int = 200) -> HttpResponse:
    agent, at = request.agent, request.at
    saw_list(request, "windows for larger work")
    rows = [_row(one, at) for one in queries.loads_for_agent(agent, at=at)]
    times = [(key[1], list(some)) for key, some in groupby(rows, key=lambda row: (row["key"], row["when"]))]
    context = {
        "place": "windows",
        "weeks": [_week(*one) for one in enumerate(groupby(times, key=lambda time: time[1][0]["week"]))],
        "to_verify": queries.to_verify_for_agent(agent),
        "events": [event(one) for one in queries.lately_for_agent(agent, at=at)],
        "rules": agent.role in SUPERVISORS,
        "teams": queries.teams_with_windows(),
        "form": refused,
    }
    return render(request, "tickets/desk/windows.html", context, status=status)


_OPEN_WEEKS = 2


def _week(
    place: int, named: tuple[object, Iterable[tuple[str, list[dict[str, object]]]]]
) -> dict[str, object]:
    """One week; folded where it is far away and nothing is booked in it."""
    name, some = named
    times = list(some)
    booked = any(row["bookings"] or row["hidden"] for _, rows in times for row in rows)
    return {"name": name, "times": times, "is_open": place < _OPEN_WEEKS or booked}


def _row(load: queries.WindowLoad, at: datetime) -> dict[str, object]:
    window = load.window
    return {
        "window": window,
        "key": (window.begins_at, window.ends_at),
        "week": week_of(window, at),
        "when": spoken(window, at),
        "load": load_words(window, at),
        "over": window.ends_at <= at or window.closed_at is not None,
        "hidden": load.hidden,
        "bookings": [(one, *STATES[one.state]) for one in load.bookings],
    }


@require_POST
@agents_only(roles=SUPERVISORS)
def window_new(request: DeskRequest) -> HttpResponse:
    """Add a window."""
    form = NewWindowForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    given = form.cleaned_data
    team = next((one for one in queries.teams_with_windows() if one.pk == given["team"]), None)
    if team is None:
        raise Missing
    try:
        added = schedule.add_window(
            team,
            begins_at=given["begins_at"],
            ends_at=given["ends_at"],
            capacity=given["capacity"],
            by=request.agent,
            at=request.at,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _show(request, form, status=422)
    flash.done(request, f"Added: {spoken(added, request.at)}.")
    return go(request, reverse("tickets:windows"))


@require_POST
@agents_only(roles=SUPERVISORS)
def capacity(request: DeskRequest, pk: int) -> HttpResponse:
    """Change how many tickets a window takes."""
    window = window_for_agent(request.agent, pk)
    form = CapacityForm(request.POST)
    if not form.is_valid():
        flash.said_no(request, Refused("", "Give the places as a whole number, none or more."))
        return go(request, reverse("tickets:windows"))
    try:
        changed = schedule.change_capacity(
            window, capacity=form.cleaned_data["capacity"], by=request.agent, at=request.at
        )
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        tickets = "1 ticket" if changed.capacity == 1 else f"{changed.capacity} tickets"
        flash.done(request, f"{spoken(changed, request.at)} takes {tickets} now.")
    return go(request, reverse("tickets:windows"))


@require_POST
@agents_only(roles=SUPERVISORS)
def closing(request: DeskRequest, pk: int) -> HttpResponse:
    """Close a window; its tickets get another time proposed, or come back to the queue."""
    window = window_for_agent(request.agent, pk)
    form = WindowForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        moved = slot_work.close_and_move(window, reason=reason, by=request.agent, at=request.at)
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        told = f" {moved} customers were told." if moved > 1 else " One customer was told." if moved else ""
        flash.done(request, f"Closed: {spoken(window, request.at)}.{told}")
    return go(request, reverse("tickets:windows"))
