"""Another team is asked, or gets the ticket: with everything handed over, and without using up the customer's time.

A question leaves the ticket with whoever has it and its clocks running (sla.resolve: they wait only for the customer and
for an agreed window); the other team's time runs on a clock of its own. When the last question is answered the ticket is
its holder's turn again, or goes back into the queue at its place by arrival.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.people.queries import team_ids_of
from hostdesk.policy import queries as policy
from hostdesk.tickets.actions import clocks
from hostdesk.tickets.actions.consult_ends import end
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.actions.taking import move_to_team, take_for_answer
from hostdesk.tickets.actions.writing import add_note, settle
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import ENDED, OURS, Ticket, TicketState

CLAUSE = "sla.delays"
MOST_WORDS = 20_000


def ask(
    ticket: Ticket, team: Team, question: str, *, by: Agent, at: datetime, jump_reason: str = ""
) -> Consult:
    """Ask another team about a ticket; whoever asks has the ticket from then on, if nobody had it.

    Refused: no words; an ended ticket; its own team; a complaint (conduct.complaints); past older waiting tickets
    without a reason (sla.fcfs). Several questions may be open at once. Clause: sla.delays.
    """
    words = question.strip()[:MOST_WORDS]
    if not words:
        raise Refused("", "Write what you want to know.")
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        if row.sealed:
            raise Refused(
                "conduct.complaints", "A complaint stays with the supervisors; nobody else is asked."
            )
        if row.team_id == team.pk:
            raise Refused("", f"{team.name} has this ticket already.")
        take_for_answer(row, by=by, reason=jump_reason, at=at)
        version = policy.current(row.policy_slug)
        consult = Consult.objects.create(
            ticket=row,
            team=team,
            clock=clocks.start_consult(row, version, at=at),
            question=words,
            asked_by=by,
            asked_at=at,
        )
        add_note(row, f"To {team.name}: {words}", by=by, at=at)
        if row.state in OURS:
            settle(row, TicketState.WAITING_TEAM, cause="another team asked", at=at)
        facts: dict[str, Fact] = {"team": team.name, "by": by.name}
        note("ticket", row.pk, "asked another team", by=by.actor(), at=at, facts=facts)
        decide("ticket", row.pk, [Judgement(CLAUSE, "asked", facts)], version_id=version.id, at=at)
        return consult


def answer(consult: Consult, words: str, *, by: Agent, at: datetime) -> Consult:
    """Answer a question of another team; the ticket goes back to its sender when it was the last one open.

    Refused: no words; somebody of another team; a question that has ended. Clause: sla.delays.
    """
    said = words.strip()[:MOST_WORDS]
    if not said:
        raise Refused("", "An answer needs some words.")
    with transaction.atomic():
        row, found = locked(consult.ticket), _still_open(consult)
        if found.team_id not in team_ids_of(by):
            raise Refused("", f"{found.team.name} was asked; only somebody of that team answers.")
        found.answer = said
        end(found, row, Consult.Ended.ANSWERED, by=by, at=at)
        add_note(row, f"{found.team.name} to {found.asked_by.name}: {said}", by=by, at=at)
        note("ticket", row.pk, "answered a question", by=by.actor(), at=at, facts={"team": found.team.name})
        _back(row, cause="another team answered", at=at)
        return found


def withdraw(consult: Consult, *, by: Agent, at: datetime) -> Consult:
    """Take a question back. Refused: one that has ended."""
    with transaction.atomic():
        row, found = locked(consult.ticket), _still_open(consult)
        end(found, row, Consult.Ended.WITHDRAWN, by=by, at=at)
        note("ticket", row.pk, "question withdrawn", by=by.actor(), at=at, facts={"team": found.team.name})
        _back(row, cause="question withdrawn", at=at)
        return found


def escalate(ticket: Ticket, team: Team, words: str, *, by: Agent, at: datetime) -> Ticket:
    """Hand a ticket to another team with a word for it; place by arrival, clocks and open questions go with it.

    Refused: no words; an ended ticket. Clauses: sla.delays, sla.fcfs.
    """
    said = words.strip()
    if not said:
        raise Refused(CLAUSE, "Write what the other team needs to know: nobody asks the customer twice.")
    with transaction.atomic():
        row = locked(ticket)
        if row.state in ENDED:
            raise Refused("", "This ticket is resolved. Reopen it first.")
        if row.team_id == team.pk:
            return row
        facts: dict[str, Fact] = {"from": row.team.name, "to": team.name, "by": by.name}
        add_note(row, f"For {team.name}: {said}", by=by, at=at)
        moved = move_to_team(row, team, by=by, at=at)
        version = policy.current(moved.policy_slug)
        decide("ticket", moved.pk, [Judgement(CLAUSE, "escalated", facts)], version_id=version.id, at=at)
        return moved


def _still_open(consult: Consult) -> Consult:
    found = (
        Consult.objects.select_for_update(of=("self",)).select_related("team", "asked_by").get(pk=consult.pk)
    )
    if found.ended:
        raise Refused("", f"This question was {found.ended} already.")
    return found


def _back(ticket: Ticket, *, cause: str, at: datetime) -> None:
    """The ticket is its holder's turn again when no question is open any more."""
    ticket.refresh_from_db(fields=["updated_at"])
    if ticket.state != TicketState.WAITING_TEAM or Consult.objects.filter(ticket=ticket, ended="").exists():
        clocks.set_attention(ticket)
        ticket.save(update_fields=["attention"])
        return
    if ticket.assignee is not None and not ticket.assignee.active:
        ticket.assignee = None
        ticket.save(update_fields=["assignee"])
    settle(ticket, TicketState.OPEN, cause=cause, at=at)
    clocks.await_word(ticket, policy.current(ticket.policy_slug), cause=cause, at=at, anew=False)
    clocks.set_attention(ticket)
    ticket.save(update_fields=["attention"])
