"""The mailroom, in: every mail that came in with what became of it, found again, and run again by the dozen."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from hostdesk.gateway import counting, queries
from hostdesk.gateway.actions import by_hand
from hostdesk.gateway.finding import Wanted
from hostdesk.gateway.views import wishes
from hostdesk.gateway.views.breakers import open_breakers
from hostdesk.gateway.views.faces import DISPOSITIONS, chips, flow, inbound_lines, mailbox_lines, tabs
from hostdesk.mail.models import Door, Trust
from hostdesk.mail.queries import mailboxes
from hostdesk.people.access import agents_only
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.web import flash
from hostdesk.web.htmx import go

MOST_AT_ONCE = 500


@require_GET
@agents_only
def inbound(request: DeskRequest) -> HttpResponse:
    """Inbound mails by disposition, counted so that nothing can go missing unseen. Clause: contact.unlisted."""
    agent, now = request.agent, request.at
    wanted, before = wishes.wanted(request), wishes.number(request.GET.get("before"))
    narrow = wanted.without("disposition")
    # They stand above the first page, and so on none of the pages.
    resembling = (
        queries.resembling(agent) if narrow == Wanted() and wanted.disposition in ("", "closed") else []
    )
    mails = queries.inbound_page(
        agent, wanted, before=before, limit=wishes.PAGE + 1, apart=[mail.pk for mail in resembling]
    )
    if wanted.typed:
        saw(request, "search", words=wanted.typed)
    else:
        saw_list(request, "mails")
    address = reverse("gateway:mailroom")
    context = {
        "place": "mailroom",
        "tabs": tabs(
            DISPOSITIONS,
            counting.counts_for_agent(agent),
            whole="received",
            chosen=wanted.disposition,
            address=address,
            parameter="disposition",
            kept=narrow.as_query(),
        ),
        "flow": flow(counting.flow_for_agent(agent, at=now), now),
        "sees_all": queries.is_supervisor(agent),
        "resembling": inbound_lines(resembling, now) if before is None else [],
        "breakers": open_breakers(queries.breakers_for_agent(agent, at=request.at), request.at),
        "mailboxes": mailbox_lines(mailboxes(at=now), now),
        "rows": inbound_lines(mails[: wishes.PAGE], now),
        "wanted": wanted,
        "chips": chips(narrow, wanted.disposition, address),
        "doors": Door.choices,
        "trusts": Trust.choices,
        "following": wishes.following(address, wanted.as_query(), [mail.pk for mail in mails]),
    }
    return render(request, "gateway/desk/inbound.html", context)


@require_http_methods(["GET", "POST"])
@agents_only
def held(request: DeskRequest) -> HttpResponse:
    """Mails held for a person, by reason; those of one reason are judged again with one press."""
    if request.method == "POST":
        return _run_again(request)
    address = reverse("gateway:mailroom")
    reasons = [
        (one, f"{address}?{urlencode({'disposition': 'quarantined', 'reason': one.reason})}")
        for one in queries.held_by_reason(request.agent)
    ]
    context = {"place": "mailroom", "reasons": reasons, "most": MOST_AT_ONCE}
    return render(request, "gateway/desk/held.html", context)


def _run_again(request: DeskRequest) -> HttpResponse:
    reason = request.POST.get("reason", "")
    mails = queries.held_for_agent(request.agent, reason, limit=MOST_AT_ONCE)
    many = by_hand.run_all_again(mails, by=request.agent, at=request.at)
    mail_word = "mail is" if many == 1 else "mails are"
    flash.done(
        request, f"{many} {mail_word} judged again now; reload in a moment to see what became of them."
    )
    return go(request, reverse("gateway:held"))
