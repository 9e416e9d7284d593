"""A delay is found or said, told to the customer once and in time, followed until it is over, and counted (sla.delays)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from hostdesk.audit.actions import Fact, Judgement, decide, note
from hostdesk.kit.actors import SYSTEM
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Team
from hostdesk.policy import queries as policy
from hostdesk.policy.rules import delays as rules
from hostdesk.policy.rules import sla as sla_rules
from hostdesk.schedule.queries import on_duty
from hostdesk.tickets import mails_delays
from hostdesk.tickets.actions import acknowledging
from hostdesk.tickets.actions.locking import locked
from hostdesk.tickets.delay_models import Delay, QueueSample
from hostdesk.tickets.models import ENDED, Message, SlaClock, Ticket
from hostdesk.tickets.queries.crews import Nobody
from hostdesk.tickets.queries.delays import MOST, Seen, delayable_clock, near_their_end
from hostdesk.tickets.rules import pauses_resolution

CLAUSE = "sla.delays"
BATCH = 100
_DOUBTED = ("unproven", "forged")


def delay_round(at: datetime) -> int:
    """Find causes for promises that are near their end, and follow the delays that are open; how many changed.

    Work in proportion to what was warned of. Clause: sla.delays.
    """
    return _find(at) + _follow(at)


def pick(ticket: Ticket, cause: str, *, later: timedelta, by: Agent, at: datetime) -> Delay:
    """An agent says why it takes longer and when it is expected, `later` than now; the customer is told once.

    Refused: a cause that the policy does not name; a ticket that has ended, or a promise that has; a delay that was told
    already: the customer's next word is then an answer of the agent's. Clause: sla.delays.
    """
    with transaction.atomic():
        row = locked(ticket)
        clock = delayable_clock(row)
        if row.state in ENDED or clock is None:
            raise Refused("", "Nothing that could be late is promised on this ticket now.")
        version = policy.current(row.policy_slug)
        if not sla_rules.explains_delay(cause, version.terms):
            named = ", ".join(one.replace("_", " ") for one in version.terms.delay_reasons)
            raise Refused(CLAUSE, f"Choose one of the reasons that the policy gives: {named}.")
        if Delay.objects.filter(ticket=row, ended_at=None).exists():
            raise Refused(
                CLAUSE,
                "The customer was told of a delay already. Write them an answer: that is their next word.",
            )
        return _declare(row, clock, cause, {}, expected_at=at + later, by=by, at=at)


def sample_queues(at: datetime) -> int:
    """Note how many wait in each team's queue, and forget what no policy in force looks back to."""
    longest = max(
        (one.terms.delay_usual for one in policy.newest() if "delay_usual" in vars(one.terms)), default=None
    )
    if longest is None:
        return 0
    teams = Team.objects.all()
    QueueSample.objects.bulk_create(
        [
            QueueSample(
                team=team, at=at, waiting=Ticket.objects.waiting().filter(team=team).order_by()[:MOST].count()
            )
            for team in teams
        ]
    )
    QueueSample.objects.filter(at__lt=at - longest).delete()
    return 0


def _find(at: datetime) -> int:
    clocks = list(near_their_end(at)[:MOST])
    seen, found = Seen(clocks, at), 0
    told: set[int] = set()
    for clock in clocks:
        if clock.ticket_id in told:
            continue
        version = policy.current(clock.ticket.policy_slug)
        if "delay_outbreak_customers" not in vars(version.terms):
            continue
        signs = seen.around(clock.ticket, version.terms)
        cause = rules.cause_of_delay(signs, version.terms)
        if cause is None:
            continue
        if rules.is_probably_kept(due_at=clock.due_at, at=at, likely_end=seen.likely_end(clock)):
            continue
        if _found(clock, cause, signs, seen, at=at):
            told.add(clock.ticket_id)
            found += 1
    return found


def _found(near: SlaClock, cause: str, signs: rules.Signs, seen: Seen, *, at: datetime) -> bool:
    away = seen.specialist_away(near.ticket)
    try:
        with transaction.atomic():
            row = locked(near.ticket)
            clock = near_their_end(at).filter(pk=near.pk).first()
            if clock is None or row.sealed:
                return False
            expected = rules.expected_instead(
                due_at=clock.due_at,
                at=at,
                terms=policy.current(row.policy_slug).terms,
                likely_end=seen.likely_end(near),
                somebody_at=away.until if away else None,
            )
            facts = _facts(cause, signs, away)
            _declare(row, clock, cause, facts, expected_at=expected, by=None, at=at)
    except IntegrityError:
        # Another worker was first: there is one open delay of a ticket.
        return False
    return True


def _declare(
    ticket: Ticket,
    clock: SlaClock,
    cause: str,
    facts: dict[str, Fact],
    *,
    expected_at: datetime,
    by: Agent | None,
    at: datetime,
) -> Delay:
    version = policy.current(ticket.policy_slug)
    delay = Delay.objects.create(
        ticket=ticket,
        clock=clock,
        policy_version_id=version.id,
        kind=clock.kind,
        cause=cause,
        facts=facts,
        picked_by=by,
        began_at=at,
        due_at=clock.due_at,
        expected_at=expected_at,
        next_word_at=at + version.terms.delay_update,
    )
    judged: dict[str, Fact] = {
        "clock": clock.kind,
        "cause": cause,
        "due_at": clock.due_at.isoformat(),
        "expected_at": expected_at.isoformat(),
        "by": by.name if by else "rule",
        **facts,
    }
    decide("ticket", ticket.pk, [Judgement(CLAUSE, "delay", judged)], version_id=version.id, at=at)
    note("ticket", ticket.pk, "delay", by=by.actor() if by else SYSTEM, at=at, facts={"cause": cause})
    _tell(delay, ticket, version, at=at)
    return delay


def _tell(delay: Delay, ticket: Ticket, version: policy.Version, *, at: datetime) -> None:
    """One mail a delay, and none where nobody may or can be told; the delay says why."""
    why = ""
    if ticket.sealed:
        why = "a complaint"
    elif ticket.contact is None or ticket.contact.removed_at is not None:
        why = "no listed contact"
    elif ticket.trust in _DOUBTED:
        # The mail names the request, and nothing of a doubted mail goes to the contact (contact.listed_sender).
        why = "the sender is not proven"
    else:
        judged = acknowledging.judge(
            ticket,
            ticket.contact.person,
            kind="delay",
            trust=ticket.trust or "proven",
            is_new=False,
            version=version,
            at=at,
        )
        why = "" if judged.verdict == "send" else str(judged.facts["why"])
    if why:
        delay.silent_because = why[:200]
    else:
        mails_delays.delayed(ticket, delay, at=at)
        delay.told_at = at
    delay.save(update_fields=["told_at", "silent_because"])


def _follow(at: datetime) -> int:
    """End the delays whose promise has ended, and remind whoever owes a customer the next word."""
    over = Delay.objects.filter(ended_at=None, clock__stopped_at__isnull=False)
    ended = over.update(ended_at=at)
    due = Delay.objects.filter(ended_at=None, next_word_at__lte=at).order_by("next_word_at", "pk")
    return ended + sum(_remind(pk, at) for pk in list(due.values_list("pk", flat=True)[:BATCH]))


def _remind(pk: int, at: datetime) -> int:
    with transaction.atomic():
        ticket = locked(Delay.objects.select_related("ticket").get(pk=pk).ticket)
        delay = Delay.objects.select_for_update().filter(pk=pk, ended_at=None, next_word_at__lte=at).first()
        if delay is None:
            return 0
        again = policy.current(ticket.policy_slug).terms.delay_update
        spoke = Message.objects.filter(ticket=ticket, kind=Message.Kind.AGENT, at__gt=delay.began_at)
        last: datetime | None = spoke.aggregate(last=Max("at"))["last"]
        heard = last is not None and last + again > at
        if not heard and not pauses_resolution(ticket.state):
            for agent in _who_owes_a_word(ticket, at=at):
                mails_delays.word_owed(ticket, delay, agent, at=at)
        delay.next_word_at = last + again if heard and last is not None else at + again
        delay.save(update_fields=["next_word_at"])
        return 1


def _who_owes_a_word(ticket: Ticket, *, at: datetime) -> list[Agent]:
    """The holder, else those on duty in the ticket's team."""
    if ticket.assignee is not None and ticket.assignee.active:
        return [ticket.assignee]
    return on_duty(at, team=ticket.team.slug)


def _facts(cause: str, signs: rules.Signs, away: Nobody | None) -> dict[str, Fact]:
    """What the cause was found by; nothing of other customers but how many they are, and nobody's name."""
    match cause:
        case "server_wide":
            return {"customers": signs.same_server}
        case "workload" | "peak_time":
            return {"waiting": signs.waiting, "usual": signs.usual, "usual_ever": signs.usual_ever}
        case "escalation" if away is not None:
            until = {"until": away.until.isoformat()} if away.until else {}
            return {"skills": list(away.skills), **until}
    return {}
