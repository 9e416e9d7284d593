"""The end of a shift, and its beginning: handing over, and what happened meanwhile."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions.handing_over import Line, end_shift
from hostdesk.tickets.queries import desk, handing_over
from hostdesk.tickets.views.desk_rows import lines, waiting_sum
from hostdesk.web import flash
from hostdesk.web.htmx import go

MOST_CHARACTERS = 10_000
"""Of one note."""


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def hand_over(request: DeskRequest) -> HttpResponse:
    """One page for all that matters; the button hands over and ends the shift."""
    found = handing_over.shift_end(request.agent, request.at)
    saw_list(request, "own tickets")
    if request.method != "POST":
        return _page(request, found)
    lines = [_line(request, one) for one in found.tickets]
    try:
        left = end_shift(lines, by=request.agent, at=request.at)
    except Refused as refusal:
        return _page(request, found, refused=refusal.sentence, status=422)
    many = "1 ticket" if left == 1 else f"{left} tickets"
    flash.done(request, f"You are off duty. {many} handed over." if left else "You are off duty.")
    return go(request, reverse("schedule:duty"))


def _line(request: DeskRequest, one: handing_over.ToHandOver) -> Line:
    """What the form says of one ticket; one it does not name goes back to the queue, or stays where it may."""
    words = request.POST.get(f"note-{one.ticket.pk}", "")[:MOST_CHARACTERS]
    where = request.POST.get(f"to-{one.ticket.pk}", "")
    if where == "keep" or (not where and one.may_keep):
        return Line(one.ticket, words, "keep")
    if where in ("", "queue"):
        return Line(one.ticket, words)
    return Line(one.ticket, words, "colleague", next((c for c in one.colleagues if str(c.pk) == where), None))


def _page(
    request: DeskRequest, found: handing_over.ShiftEnd, *, refused: str = "", status: int = 200
) -> HttpResponse:
    rows = [
        {
            "one": one,
            "note": request.POST.get(f"note-{one.ticket.pk}", ""),
            "to": request.POST.get(f"to-{one.ticket.pk}") or ("keep" if one.may_keep else "queue"),
            "choices": _choices(one),
        }
        for one in found.tickets
    ]
    context = {"place": "duty", "rows": rows, "others": found.others, "refused": refused}
    return render(request, "tickets/desk/shift_end.html", context, status=status)


def _choices(one: handing_over.ToHandOver) -> list[tuple[str, str]]:
    stays = [("keep", "stays with me until it moves")] if one.may_keep else []
    return [*stays, ("queue", "back to the queue"), *((str(c.pk), c.name) for c in one.colleagues)]


@require_safe
@agents_only
def since_away(request: DeskRequest) -> HttpResponse:
    """What happened since the reader was last on duty."""
    found = handing_over.since_away(request.agent, request.at)
    saw_list(request, "tickets since away")
    context = {
        "place": "duty",
        "found": found,
        "attention": lines(found.attention, request.at),
        "mine": lines(found.mine, request.at),
        "said": waiting_sum(found.counts.waiting, found.counts.oldest_at, request.at, counted=desk.COUNTED),
    }
    return render(request, "tickets/desk/since_away.html", context)
