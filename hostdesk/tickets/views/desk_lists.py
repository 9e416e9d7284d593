"""Lists of the desk: queue, mine, all, search."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from hostdesk.kit.refusals import Missing
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.tickets.actions import taking
from hostdesk.tickets.queries import desk, live
from hostdesk.tickets.queries.unserved import emergencies_for_agent, unserved_for_agent
from hostdesk.tickets.queries.waiting_words import NOTHING_WANTED, in_open_windows, wanted_for_agent
from hostdesk.tickets.views.desk_rows import lines, waiting_sum
from hostdesk.web import flash
from hostdesk.web.htmx import go, show
from hostdesk.web.keys import key_of

LISTS = {
    "unfinished": ("Unfinished", ("new", "open", "waiting_customer", "waiting_window", "waiting_team")),
    "waiting": ("Waiting for others", ("waiting_customer", "waiting_window", "waiting_team")),
    "resolved": ("Resolved", ("resolved",)),
    "closed": ("Closed", ("closed",)),
}


@require_GET
@agents_only
def home(request: DeskRequest) -> HttpResponse:  # noqa: ARG001  (every view takes one)
    """The desk begins at the queue."""
    return redirect("tickets:queue")


@require_GET
@agents_only
def queue(request: DeskRequest) -> HttpResponse:
    """What waits, oldest first, and above it in words what is late or close to it. Clause: sla.fcfs."""
    agent, now = request.agent, request.at
    after = request.GET.get("after")
    page = desk.queue_for_agent(agent, after=after)
    saw_list(request, "queue")
    counts = desk.counts_for_agent(agent)
    attention = [] if after else desk.attention_for_agent(agent)
    wanted = NOTHING_WANTED if after else wanted_for_agent(agent, at=now)
    emergencies = emergencies_for_agent(agent) if counts.emergencies and not after else []
    return render(
        request,
        "tickets/desk/queue.html",
        {
            "place": "queue",
            "rows": lines(page.rows, now),
            "attention": lines(attention, now),
            "emergencies": lines(emergencies, now),
            "wrote": lines(wanted.wrote, now),
            "unheld": lines(wanted.unheld, now),
            "skills": counts.skills and not after,
            "attention_said": _attention_said(attention),
            "said": waiting_sum(counts.waiting, counts.oldest_at, now, counted=desk.COUNTED),
            "waiting": counts.waiting,
            "newest": live.newest_number(),
            "following": _following("tickets:queue", page.next_cursor),
            "first": reverse("tickets:queue") if after else "",
        },
    )


@require_GET
@agents_only
def queue_news(request: DeskRequest) -> HttpResponse:
    """How many tickets came since the page was made: a chip at the edge, or nothing (204)."""
    after = key_of(request.GET.get("after", ""))
    many = live.arrived_for_agent(request.agent, after=after) if after is not None else 0
    if not many:
        return HttpResponse(status=204)
    return render(request, "tickets/desk/queue_news.html", {"many": many})


@require_GET
@agents_only
def unserved(request: DeskRequest) -> HttpResponse:
    """What waits for a skill that nobody on duty has: a piece of the queue's page, or a page of its own."""
    found = unserved_for_agent(request.agent, at=request.at)
    saw_list(request, "queue")
    context = {"place": "queue", "many": found.many, "rows": lines(found.rows, request.at)}
    return show(request, "tickets/desk/unserved.html", context, fragment="panel")


@require_POST
@agents_only
def take_next(request: DeskRequest) -> HttpResponse:
    """Give the agent the oldest ticket that waits. Clause: sla.fcfs."""
    ticket = taking.take_next(by=request.agent, at=request.at)
    if ticket is None:
        left = desk.counts_for_agent(request.agent).waiting
        nothing = "Nothing waits that you could take." if left else "Nothing waits."
        flash.done(request, f"{nothing} New tickets appear in the queue by themselves.")
        return go(request, reverse("tickets:queue"))
    undo = reverse("tickets:assignment", args=[ticket.pk])
    flash.done(request, "This one is yours now.", undo=undo)
    return go(request, reverse("tickets:ticket", args=[ticket.pk]))


@require_GET
@agents_only
def mine(request: DeskRequest) -> HttpResponse:
    """The agent's own unfinished tickets: our turn first."""
    rows = desk.mine_for_agent(request.agent)
    saw_list(request, "own tickets")
    in_window = in_open_windows(request.agent, at=request.at)
    groups = {
        "in_window": [row for row in rows if row.pk in in_window],
        "ours": [row for row in rows if row.pk not in in_window and row.is_ours],
        "others": [row for row in rows if row.pk not in in_window and not row.is_ours],
    }
    shown = {name: lines(some, request.at, holder="left out") for name, some in groups.items()}
    return render(request, "tickets/desk/mine.html", {"place": "mine", "any": bool(rows), **shown})


@require_GET
@agents_only
def listed(request: DeskRequest, name: str = "unfinished") -> HttpResponse:
    """All tickets the agent may see, by state, newest first."""
    if name not in LISTS:
        raise Missing
    title, states = LISTS[name]
    page = desk.listed_for_agent(request.agent, states, after=request.GET.get("after"))
    saw_list(request, f"tickets, {title.lower()}")
    address = reverse("tickets:all") if name == "unfinished" else reverse("tickets:listed", args=[name])
    return render(
        request,
        "tickets/desk/listed.html",
        {
            "place": "all",
            "title": title,
            "lists": [(key, word, key == name) for key, (word, _) in LISTS.items()],
            "rows": lines(page.rows, request.at),
            "following": f"{address}?{urlencode({'after': page.next_cursor})}" if page.next_cursor else "",
            "first": address if request.GET.get("after") else "",
        },
    )


@require_GET
@agents_only
def search(request: DeskRequest) -> HttpResponse:
    """Tickets by number, person, domain, account or words; a number that is exact opens its ticket."""
    sought = request.GET.get("q", "").strip()[:200]
    rows = desk.search_for_agent(request.agent, sought) if sought else []
    if sought:
        saw(request, "search", words=sought)
    if len(rows) == 1 and sought.lstrip("#") in (rows[0].number, str(rows[0].pk)):
        return redirect("tickets:ticket", number=rows[0].pk)
    context: dict[str, Any] = {
        "sought": sought,
        "rows": lines(rows, request.at),
        "full": len(rows) >= desk.PAGE,
    }
    return render(request, "tickets/desk/search.html", context)


def _following(name: str, cursor: str | None) -> str:
    return f"{reverse(name)}?{urlencode({'after': cursor})}" if cursor else ""


def _attention_said(rows: list[desk.Row]) -> str:
    """What stands over the band of attention: "2 late, 1 past its warning"."""
    late = sum(row.attention == 2 for row in rows)  # noqa: PLR2004  (2 is late, see Ticket)
    warned = len(rows) - late
    said = [f"{late} late" if late else "", f"{warned} past the warning" if warned else ""]
    return ", ".join(part for part in said if part)
