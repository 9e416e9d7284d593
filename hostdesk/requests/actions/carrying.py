"""Carrying a request out: begun by one person, by hand or through a control panel, ended with what was seen afterwards.

`through_panel` has the verbs that speak with a panel; here is what they and the checklist share.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from hostdesk.audit.actions import note
from hostdesk.jobs.identity import claimant
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Contact
from hostdesk.policy.rules import requests as rules
from hostdesk.requests import mails
from hostdesk.requests.actions import mailed_links
from hostdesk.requests.actions.advancing import advance, end, facts_of, is_all_that_was_asked, locked
from hostdesk.requests.models import AdminRequest, RequestState, Run, RunState, Tick
from hostdesk.requests.recovery_queries import waits_to_be_set
from hostdesk.requests.standing import Case, case_of
from hostdesk.tickets.actions.requesting import resolve_at_once

BY_HAND = "by_hand"
_YOU_APPROVED = "You approved this request; another agent carries it out."
LEASE = timedelta(minutes=10)
"""How long whoever sends a wish is left alone with it, when it is not known whether its process still lives."""


def begin(
    request: AdminRequest, *, panel: str, before: Mapping[str, object], by: Agent | Contact, at: datetime
) -> Run:
    """Start the one carrying out of a request that is ready; `before` is what was seen beforehand.

    It is judged once more now: a contact who was removed, a window that has closed, an agent who approved it. Refused with
    the reason; then nothing was begun. Of two who press at once, one begins.
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
        elif isinstance(by, Agent) and _approved(case, by):
            refusal = _YOU_APPROVED
        if refusal is None:
            return start_run(case, panel=panel, before=before, undoes=None, by=by, at=at)
    # Outside the transaction: what was found out on the way, such as a contact who was removed, stays written.
    clause = _CLAUSE_OF.get(row.state) or row.clause or case.kind.clause
    raise Refused(clause, refusal)


_CLAUSE_OF: dict[str, str] = {
    RequestState.WINDOW: "sla.offpeak",
    RequestState.PRICE: "fee.minimum",
    RequestState.PAYMENT: "fee.minimum",
}


def begin_by_hand(request: AdminRequest, *, before: Mapping[str, object], by: Agent, at: datetime) -> Run:
    """`begin`, by an agent with the checklist. Refused: a password that only the contact chooses, behind a mailed link."""
    if is_chosen_behind_link(case_of(request)):
        raise Refused(rules.PASSWORD, _SET_FROM_HASH if waits_to_be_set(request) else _NOT_CHOSEN)
    return begin(request, panel=BY_HAND, before=before, by=by, at=at)


def is_chosen_behind_link(case: Case) -> bool:
    """Whether a request is for a password that a contact chooses behind a mailed link. Clause: contact.password."""
    return case.kind.clause == rules.PASSWORD


_SET_FROM_HASH = (
    "The contact has chosen the password: set it from its hash, as this page says, and note it there."
)
_NOT_CHOSEN = (
    "The contact chooses this password, behind the link in the mail. Until then there is nothing to do."
)


def start_run(
    case: Case,
    *,
    panel: str,
    before: Mapping[str, object],
    undoes: Run | None,
    by: Agent | Contact,
    at: datetime,
) -> Run:
    """The row of one carrying out, held by this very thread; Refused when there is one under way."""
    row = case.request
    try:
        with transaction.atomic():
            run = Run.objects.create(
                request=row,
                agent=by if isinstance(by, Agent) else None,
                panel=panel,
                operation=case.kind.carried_out,
                key=secrets.token_urlsafe(24),
                before=dict(before),
                undoes=undoes,
                started_at=at,
                claimed_by=claimant("press"),
                claimed_until=at + LEASE,
                next_try_at=at + LEASE,
            )
    except IntegrityError as error:
        raise Refused("", "Somebody is carrying this out already.") from error
    # What was ticked in an attempt that came to nothing stands in the history; the steps are for this one to do.
    Tick.objects.filter(request=row).delete()
    row.state, row.updated_at, row.look_at = RequestState.DOING, at, None
    row.save(update_fields=["state", "updated_at", "look_at"])
    verb = "request undoing begun" if undoes else "request begun"
    facts = {**facts_of(case), "panel": panel}
    note("ticket", row.ticket_id, verb, by=by.actor(), at=at, facts=facts)
    return run


def tick(request: AdminRequest, *, position: int, by: Agent, at: datetime) -> None:
    """Note that one step of the checklist was done. Refused: a step that there is not, a request not being carried out."""
    with transaction.atomic():
        case = locked(request)
        if case.request.state != RequestState.DOING:
            raise Refused("", "Begin first: only then are steps ticked off.")
        _not_who_approved(case, by)
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
    """An agent notes how a carrying out ended: done and seen, not done, or unclear (no answer came).

    An unclear one holds the request until somebody has looked (`finish` again, with what was seen). One that was not done
    makes the request ready again. By hand, all steps must be ticked before it is done. Refused: who approved it.
    """
    with transaction.atomic():
        _not_who_approved(locked(run.request), by)
        mailed_links.broken_off(run.request, at=at)
        return conclude(run, state=state, after=after, answer=answer, by=by.actor(), at=at)


def conclude(
    run: Run,
    *,
    state: str,
    after: Mapping[str, object],
    answer: str,
    by: Actor,
    at: datetime,
    look_at: datetime | None = None,
) -> AdminRequest:
    """`finish`, by whoever found out; of two who conclude, the first counts. An unclear one is looked at from `look_at`."""
    with transaction.atomic():
        case = locked(run.request)
        row = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if row.state not in (RunState.ASKED, RunState.UNCLEAR):
            return case.request
        if state == RunState.DONE and row.panel == BY_HAND:
            _all_ticked(case)
        was, row.state, row.after, row.answer = row.state, state, dict(after), answer[:2000]
        row.ended_at = None if state == RunState.UNCLEAR else at
        row.claimed_by, row.claimed_until, row.next_try_at = "", None, look_at or at
        row.save(
            update_fields=[
                *("state", "after", "answer", "ended_at"),
                *("claimed_by", "claimed_until", "next_try_at"),
            ]
        )
        if was != state:
            _after(case, row, by=by, at=at)
        return case.request


def _after(case: Case, run: Run, *, by: Actor, at: datetime) -> None:
    if run.undoes_id is not None:
        _after_undoing(case, run, by=by, at=at)
        return
    request = case.request
    if run.state == RunState.DONE:
        end(case, RequestState.DONE, clause=case.kind.clause, sentence="", by=by, at=at)
        mails.done(case, at=at)
        if is_all_that_was_asked(request):
            said = f"{case.kind.name}: carried out. Reply if anything is not as you wanted it."
            resolve_at_once(request.ticket, said=said, cause="request done", by=by, at=at)
        return
    _note_no_end(case, run, "request unclear", "request not done", by=by, at=at)
    request.state = RequestState.UNCLEAR if run.state == RunState.UNCLEAR else RequestState.READY
    request.save(update_fields=["state"])
    if run.state == RunState.FAILED:
        again = advance(locked(request), by=by, at=at)
        if again.state == RequestState.READY and case.kind.clause == rules.PASSWORD:
            # The link behind which the password was chosen is used up: another one, unless it still works.
            mailed_links.to_contacts(locked(request), at=at)


def _after_undoing(case: Case, run: Run, *, by: Actor, at: datetime) -> None:
    request = case.request
    if run.state == RunState.DONE:
        end(case, RequestState.UNDONE, clause=case.kind.clause, sentence="", by=by, at=at)
        mails.undone(case, at=at)
        return
    _note_no_end(case, run, "request undoing unclear", "request not undone", by=by, at=at)
    # Not undone means that what was done is still there.
    request.state = RequestState.UNCLEAR if run.state == RunState.UNCLEAR else RequestState.DONE
    request.save(update_fields=["state"])


def _note_no_end(case: Case, run: Run, unclear: str, failed: str, *, by: Actor, at: datetime) -> None:
    verb = unclear if run.state == RunState.UNCLEAR else failed
    facts = {**facts_of(case), "why": run.answer[:500]}
    note("ticket", case.request.ticket_id, verb, by=by, at=at, facts=facts)


def _approved(case: Case, agent: Agent) -> bool:
    return any(said.agent_id == agent.pk for said in case.request.approvals.all())


def _not_who_approved(case: Case, agent: Agent) -> None:
    if _approved(case, agent):
        raise Refused(case.kind.clause, _YOU_APPROVED)


def _all_ticked(case: Case) -> None:
    left = len(case.kind.steps) - Tick.objects.filter(request=case.request).count()
    if left > 0:
        raise Refused("channel.tickets", f"{left} of the steps are not ticked off yet.")
