"""Supervisors change the plan."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.powers import KEEPERS
from hostdesk.people.requests import DeskRequest
from hostdesk.schedule import plan as plans
from hostdesk.schedule import planning, reading, shown
from hostdesk.schedule.forms import Away, WeeklyShift
from hostdesk.web import flash
from hostdesk.web.htmx import go


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only(roles=KEEPERS)
def plan(request: DeskRequest) -> HttpResponse:
    """The weekly plan and its exceptions; a POST plans a weekly shift."""
    if request.method != "POST":
        return _page(request)
    form = WeeklyShift(request.POST, agents=reading.staff(), teams=reading.teams())
    if not form.is_valid():
        return _page(request, weekly=form, status=422)
    given, hours = form.cleaned_data, form.hours()
    assert hours is not None, "the form asks for both"
    try:
        rows = planning.plan_shift(
            form.who(),
            form.whose(),
            given["weekdays"],
            hours,
            since=given["since"],
            by=request.agent,
            at=request.at,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, weekly=form, status=422)
    many = f"{len(rows)} shifts a week" if len(rows) != 1 else "1 shift a week"
    flash.done(request, f"{form.who().name}: {many} planned." if rows else "That is planned already.")
    return go(request, reverse("schedule:plan"))


@require_POST
@agents_only(roles=KEEPERS)
def planned_end(request: DeskRequest, pk: int) -> HttpResponse:
    """A weekly shift is planned no longer."""
    row = reading.planned(pk)
    planning.end_planned(row, by=request.agent, at=request.at)
    flash.done(request, f"{row.agent.name} is no longer planned on {shown.WEEKDAYS[row.weekday]}.")
    return go(request, reverse("schedule:plan"))


@require_POST
@agents_only(roles=KEEPERS)
def changes(request: DeskRequest) -> HttpResponse:
    """Somebody is away, swaps, or works more."""
    form = Away(request.POST, agents=reading.staff(), teams=reading.teams())
    if not form.is_valid():
        return _page(request, away=form, status=422)
    first, last = form.days()
    wanted = planning.Difference(
        form.cleaned_data["kind"],
        first,
        last,
        stand_in=form.instead(),
        hours=form.hours() if form.is_extra() else None,
    )
    try:
        planning.change_plan(form.who(), form.whose(), wanted, by=request.agent, at=request.at)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return _page(request, away=form, status=422)
    flash.done(request, f"Noted for {form.who().name}.")
    return go(request, reverse("schedule:plan"))


@require_POST
@agents_only(roles=KEEPERS)
def change_removal(request: DeskRequest, pk: int) -> HttpResponse:
    """An exception holds no longer."""
    row = reading.change(pk)
    planning.take_back(row, by=request.agent, at=request.at)
    flash.done(request, f"Taken back: {row.agent.name} works as the plan says.")
    return go(request, reverse("schedule:plan"))


def _page(
    request: DeskRequest,
    *,
    weekly: WeeklyShift | None = None,
    away: Away | None = None,
    status: int = 200,
) -> HttpResponse:
    agents, teams = reading.staff(), reading.teams()
    today = request.at.astimezone(plans.zone()).date()
    holes = [shown.spoken(one, plans.zone(), request.at) for one in plans.holes(request.at)]
    context = {
        "place": "duty",
        "holes": holes,
        "rows": shown.weekly_rows(request.at),
        "changes": shown.change_rows(request.at),
        "weekly": weekly
        or WeeklyShift(agents=agents, teams=teams, initial={"since": today}, auto_id="weekly_%s"),
        "away": away or Away(agents=agents, teams=teams, initial={"first_day": today}, auto_id="away_%s"),
        "zone": plans.zone().key,
    }
    return render(request, "schedule/plan.html", context, status=status)
