"""What requests do by themselves: waiting times end, off-peak hours begin, patience runs out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from hostdesk.jobs.claiming import claim, free_dead
from hostdesk.jobs.identity import claimant, is_dead
from hostdesk.jobs.rounds import Round
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import DetailsCured
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import mails, recovery_round
from hostdesk.requests.actions import contact_changes, losing, mailed_links
from hostdesk.requests.actions.advancing import advance, end, locked
from hostdesk.requests.actions.through_panel import look_once
from hostdesk.requests.models import AdminRequest, RequestState, Run
from hostdesk.requests.standing import Case
from hostdesk.tickets.actions.withholding import release_tickets

_AT_ONCE = 50
_ASKED_IN_VAIN = ("confirm", "second", "price", "details")


def look_again(at: datetime) -> int:
    """Bring requests whose time has come to their next step; how many. Safe with any number of workers."""
    due = AdminRequest.objects.filter(look_at__lte=at).order_by("look_at", "pk")[:_AT_ONCE]
    return sum(_look(request, at=at) for request in due)


@transaction.atomic
def _look(request: AdminRequest, *, at: datetime) -> int:
    case = locked(request)
    row = case.request
    if row.look_at is None or row.look_at > at:
        return 0
    if row.state in _ASKED_IN_VAIN and row.asked_at + case.version.terms.request_confirm <= at:
        sentence = "Nobody confirmed it in time, so nothing was changed. Ask again when you still want it."
        end(case, RequestState.EXPIRED, clause=case.kind.clause, sentence=sentence, by=SYSTEM, at=at)
        mails.expired(case, at=at)
        return 1
    if row.state == RequestState.READY and case.kind.clause == rules.PASSWORD:
        # Whoever asked, or chose, may have left the list since; then it is for others to choose.
        if advance(case, by=SYSTEM, at=at).state == RequestState.READY:
            _links_ran_out(case, at=at)
        return 1
    advance(case, by=SYSTEM, at=at)
    return 1


def _links_ran_out(case: Case, *, at: datetime) -> None:
    """Nobody chose a new password while the links for it worked: the request ends, so that it can be asked again.

    Clause: contact.password.
    """
    until = mailed_links.works_until(case.request, at=at)
    if until is not None or mailed_links.was_chosen(case.request):
        AdminRequest.objects.filter(pk=case.request.pk).update(look_at=until)
        return
    sentence = "Nobody chose a new password while the link for it worked. Ask again when it is still needed."
    end(case, RequestState.EXPIRED, clause=case.kind.clause, sentence=sentence, by=SYSTEM, at=at)
    mails.expired(case, at=at)


def look_at_panels(at: datetime) -> int:
    """Ask a panel what became of a wish whose answer is missing; how many were asked. One at a time: a panel may be slow."""
    free_dead(Run.objects.waiting(), is_dead=is_dead, at=at)
    rows = claim(Run.objects.waiting(), limit=1, by=claimant("panels"), at=at, lease=_LEASE)
    for row in rows:
        look_once(Run.objects.select_related("request__account", "undoes").get(pk=row.pk), at=at)
    return len(rows)


def details_cured(at: datetime) -> int:
    """Let what waited for somebody's contact details go on; how many persons. Clause: contact.current.

    The row is dropped in the same commit, so of two workers one does it.
    """
    return sum(_cured(row, at=at) for row in DetailsCured.objects.order_by("pk")[:_AT_ONCE])


@transaction.atomic
def _cured(row: DetailsCured, *, at: datetime) -> int:
    if not DetailsCured.objects.filter(pk=row.pk).delete()[0]:
        return 0
    release_tickets(row.person_id, at=at)
    waiting = AdminRequest.objects.filter(contact__person=row.person_id, state=RequestState.DETAILS)
    for request in waiting.order_by("pk"):
        advance(locked(request), by=SYSTEM, at=at)
    return 1


_LEASE = timedelta(minutes=5)

ROUNDS = [
    Round("lost passwords", losing.serve, every=timedelta(milliseconds=500)),
    Round("recoveries", recovery_round.look_around, every=timedelta(seconds=5)),
    Round("requests", look_again, every=timedelta(seconds=5)),
    Round("panels", look_at_panels, every=timedelta(seconds=5)),
    Round("contact details in order", details_cured, every=timedelta(seconds=1)),
    Round("questions to addresses that ran out", contact_changes.expire, every=timedelta(minutes=1)),
    Round(
        "questions of contacts who were removed", contact_changes.close_removed, every=timedelta(minutes=1)
    ),
]
