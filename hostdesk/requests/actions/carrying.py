"""Carrying a request out: begun by one agent, by hand or through a control panel, ended with what was seen afterwards."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent
from hostdesk.requests import mails
from hostdesk.requests.actions.advancing import advance, end, facts_of, locked
from hostdesk.requests.models import AdminRequest, RequestState, Run, RunState, Tick
from hostdesk.requests.standing import Case

BY_HAND = "by_hand"


def begin(request: AdminRequest, *, panel: str, before: Mapping[str, object], by: Agent, at: datetime) -> Run:
    """Start the one carrying out of a request that is ready; `before` is what was seen beforehand.

    It is judged once more now: a contact who was removed, a window that has closed, an agent who approved it. Refused with
    the reason; then nothing was begun. Of two agents who press at once, one begins.
    Clauses: contact.privileges, contact.restricted, fee.minimum, sla.offpeak, channel.tickets.
    """
    with transaction.atomic():
        case = locked(request)
        row = advance(case, by=by.actor(), at=at)
        refusal = None
        if row.state != RequestState.READY:
            refusal = (
                row.sentence or f"This request {row.get_state_display()}, so it cannot be carried out now."
            )
        elif any(said.agent_id == by.pk for said in row.approvals.all()):
            refusal = "You approved this request; another agent carries it out."
        if refusal is None:
            return _run(case, panel=panel, before=before, by=by, at=at)
    # Outside the transaction: what was found out on the way, such as a contact who was removed, stays written.
    raise Refused(row.clause or case.kind.clause, refusal)


def _run(case: Case, *, panel: str, before: Mapping[str, object], by: Agent, at: datetime) -> Run:
    row = case.request
    try:
        with transaction.atomic():
            run = Run.objects.create(
                request=row,
                agent=by,
                panel=panel,
                operation=case.kind.carried_out,
                key=secrets.token_urlsafe(24),
                before=dict(before),
                started_at=at,
            )
    except IntegrityError as error:
        raise Refused("", "Somebody is carrying this out already.") from error
    row.state, row.updated_at = RequestState.DOING, at
    row.save(update_fields=["state", "updated_at"])
    note(
        "ticket",
        row.ticket_id,
        "request begun",
        by=by.actor(),
        at=at,
        facts={**facts_of(case), "panel": panel},
    )
    return run


def tick(request: AdminRequest, *, position: int, by: Agent, at: datetime) -> None:
    """Note that one step of the checklist was done. Refused: a step that there is not, a request not being carried out."""
    with transaction.atomic():
        case = locked(request)
        if case.request.state != RequestState.DOING:
            raise Refused("", "Begin first: only then are steps ticked off.")
        if not 0 <= position < len(case.kind.steps):
            raise Refused("", "There is no such step.")
        _, is_new = Tick.objects.get_or_create(
            request=case.request, position=position, defaults={"agent": by, "at": at}
        )
        if is_new:
            step = case.kind.steps[position]
            facts = {**facts_of(case), "step": step}
            note("ticket", case.request.ticket_id, "request step done", by=by.actor(), at=at, facts=facts)


def finish(
    run: Run, *, state: str, after: Mapping[str, object], answer: str, by: Agent, at: datetime
) -> AdminRequest:
    """Note how a carrying out ended: done and seen, not done, or unclear (no answer came).

    An unclear one holds the request until somebody has looked (`finish` again, with what was seen). One that was not done
    makes the request ready again. By hand, all steps must be ticked before it is done.
    """
    with transaction.atomic():
        case = locked(run.request)
        row = Run.objects.select_for_update().get(pk=run.pk)
        if row.state not in (RunState.ASKED, RunState.UNCLEAR):
            return case.request
        if state == RunState.DONE and row.panel == BY_HAND:
            _all_ticked(case)
        row.state, row.after, row.answer = state, dict(after), answer[:2000]
        row.ended_at = None if state == RunState.UNCLEAR else at
        row.save(update_fields=["state", "after", "answer", "ended_at"])
        _after(case, state, answer, by=by, at=at)
        return case.request


def _after(case: Case, state: str, answer: str, *, by: Agent, at: datetime) -> None:
    request = case.request
    if state == RunState.DONE:
        end(case, RequestState.DONE, clause=case.kind.clause, sentence="", by=by.actor(), at=at)
        mails.done(case, at=at)
        return
    verb = "request unclear" if state == RunState.UNCLEAR else "request not done"
    note(
        "ticket", request.ticket_id, verb, by=by.actor(), at=at, facts={**facts_of(case), "why": answer[:500]}
    )
    request.state = RequestState.UNCLEAR if state == RunState.UNCLEAR else RequestState.READY
    request.save(update_fields=["state"])
    if state == RunState.FAILED:
        advance(locked(request), by=by.actor(), at=at)


def _all_ticked(case: Case) -> None:
    left = len(case.kind.steps) - Tick.objects.filter(request=case.request).count()
    if left > 0:
        raise Refused("channel.tickets", f"{left} of the steps are not ticked off yet.")
