"""Lists of the client area: everything open, and what is finished."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from hostdesk.kit import numbers
from hostdesk.people.access import contacts_only
from hostdesk.people.queries import contacts_of_person
from hostdesk.people.requests import ClientRequest
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries import client
from hostdesk.tickets.views.client_words import standing

OPEN_PAGE = 50
FINISHED_PAGE = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list of its customer."""

    number: str
    subject: str
    tone: str
    icon: str
    brief: SafeString
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The open tickets of one account; `account` is "" where the person has only one, or none is named yet."""

    account: str
    customer: str
    rows: list[Row]


@require_safe
@contacts_only
def home(request: ClientRequest) -> HttpResponse:
    """Everything we have open for this person, what waits for them first; or what they can do."""
    person, now = request.person, request.at
    skip = _number(request.GET.get("skip"))
    found = client.unfinished_for_person(person, skip=skip, limit=OPEN_PAGE + 1)
    shown = found[:OPEN_PAGE]
    contacts = contacts_of_person(person)
    following = f"{reverse('tickets:client')}?skip={skip + OPEN_PAGE}" if len(found) > OPEN_PAGE else ""
    return render(
        request,
        "tickets/client/home.html",
        {
            "area": "tickets",
            "groups": _grouped(shown, several=len(contacts) > 1, now=now),
            "acts": bool(contacts),
            "previous": reverse("tickets:client") if skip else "",
            "following": following,
        },
    )


@require_safe
@contacts_only
def finished(request: ClientRequest) -> HttpResponse:
    """Solved and closed tickets, newest first."""
    before = numbers.read(request.GET.get("before", ""))
    found = client.finished_for_person(request.person, before=before, limit=FINISHED_PAGE + 1)
    shown = found[:FINISHED_PAGE]
    address = reverse("tickets:client_finished")
    return render(
        request,
        "tickets/client/finished.html",
        {
            "area": "tickets",
            "rows": _rows(shown, request.at),
            "previous": address if before else "",
            "following": f"{address}?before={shown[-1].pk}" if len(found) > FINISHED_PAGE else "",
        },
    )


def _rows(tickets: Iterable[Ticket], now: datetime) -> list[Row]:
    listed = list(tickets)
    expected = client.expectations_of(listed, at=now)
    return [_row(ticket, expected[ticket.pk], now) for ticket in listed]


def _row(ticket: Ticket, expected: client.Expectation, now: datetime) -> Row:
    stands = standing(ticket, expected, reopens_until=None, now=now)
    address = reverse("tickets:client_ticket", args=[ticket.number])
    return Row(ticket.number, ticket.subject, stands.tone, stands.icon, stands.brief, address)


def _grouped(tickets: list[Ticket], *, several: bool, now: datetime) -> list[Group]:
    """By account where the person has several, accounts by name; in each, what waits for the customer comes first."""
    ordered = sorted(
        tickets, key=lambda one: (_username(one) if several else "", one.state != "waiting_customer")
    )
    rows = {ticket.pk: row for ticket, row in zip(ordered, _rows(ordered, now), strict=True)}
    groups = []
    for username, group in groupby(ordered, key=lambda one: _username(one) if several else ""):
        members = list(group)
        account = members[0].account
        customer = account.customer.name if several and account else ""
        groups.append(Group(username, customer, [rows[one.pk] for one in members]))
    return groups


def _username(ticket: Ticket) -> str:
    return ticket.account.username if ticket.account else ""


def _number(text: str | None) -> int:
    """A count out of an address; 0 for anything that is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004
