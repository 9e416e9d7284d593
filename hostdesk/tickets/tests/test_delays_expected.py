"""Delays for want of a skill, and what a delayed customer may expect where the expected time is known."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.people.models import Agent
from hostdesk.policy.queries import current
from hostdesk.policy.rules import delays as rules
from hostdesk.schedule import actions as schedule
from hostdesk.tickets.actions.delaying import delay_round
from hostdesk.tickets.actions.needing import set_skills
from hostdesk.tickets.actions.taking import take_next
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.evidence import told_in_time
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.client import expectation_of
from hostdesk.tickets.tests.test_delaying import mails, many_wait
from hostdesk.tickets.tests.test_expected import answered, close
from hostdesk.tickets.tests.test_ledger_page import told
from hostdesk.tickets.tests.test_queue import skill
from hostdesk.tickets.tests.test_who_may_take import begin, plan_daily

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause
HOUR = timedelta(hours=1)


@clause("sla.delays")
def test_nobody_with_the_skill_on_duty_is_a_delay_told_once_and_counted(world):
    plain, linda = world.agent(), world.agent("Linda Fourie")
    rare, _easy = world.ticket(), world.ticket()
    set_skills(rare, [skill(world, "linux", linda)], by=plain, at=world.now)
    begin(world, plain)
    plan_daily(world, linda, 16, 22)
    world.move(hours=1)
    found, again = delay_round(world.now), delay_round(world.now + timedelta(minutes=1))
    delay = Delay.objects.get()
    four = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    evidence = told_in_time(world.now + timedelta(minutes=2))

    assert (found, again, delay.ticket_id, delay.cause) == (1, 0, rare.pk, "escalation")
    assert delay.facts == {"skills": ["linux"], "until": four.isoformat()}
    # Little is known of this desk yet: two hours from when somebody is there.
    assert delay.expected_at == four + 2 * HOUR
    assert delay.told_at is not None and delay.told_at < delay.due_at
    (mail,) = mails()
    assert "because it needs a specialist, and none was on duty" in mail.text
    assert "Linda" not in mail.text
    assert told(rare, world.now).startswith(
        "It takes longer because it needs a specialist, and none was on duty:"
    )
    assert (evidence.count, evidence.rate) == (1, 1.0)
    assert "1 delay in 30 days (escalation 1), 0 of them not told in time" in evidence.sentence


@clause("sla.delays")
def test_a_specialist_on_duty_or_at_work_on_it_is_no_delay(world):
    plain, linda = world.agent(), world.agent("Linda")
    rare = world.ticket()
    set_skills(rare, [skill(world, "linux", linda)], by=plain, at=world.now)
    begin(world, plain, linda)
    world.move(hours=1)
    both = delay_round(world.now)
    take_next(by=linda, at=world.now)
    schedule.end(linda, by=linda.actor(), at=world.now)
    held = delay_round(world.now + timedelta(minutes=1))

    assert (both, held, mails()) == (0, 0, [])


def crowded_days(world):
    """Some days on which twelve came at once and were answered one after the other, thirty minutes each."""
    contact = world.contact()
    for day in range(8, 1, -1):
        for n in range(12):
            came = world.now - timedelta(days=day, minutes=-n)
            close(world.ticket(contact, at=came), came + timedelta(minutes=20 + 30 * n))
    return contact


@clause("sla.delays")
def test_a_delay_names_the_expected_time_where_it_is_known(world):
    contact = crowded_days(world)
    for n in range(15):
        last = world.ticket(contact, at=world.now + timedelta(minutes=n))
    many_wait(world, 0)
    world.move(minutes=80)
    delay_round(world.now)
    delay = Delay.objects.get(ticket=last)
    likely = expectation_of(Ticket.objects.get(pk=last.pk), at=world.now).likely

    assert delay.cause == "workload"
    assert delay.expected_at == likely.ends
    assert delay.due_at < delay.expected_at != delay.due_at + 2 * HOUR


@clause("sla.delays")
def test_nobody_is_told_of_a_delay_while_the_answer_is_expected_long_before_it_is_due(world):
    """The queue is longer than usual, and goes fast: who is first in it is answered in twenty minutes."""
    contact = answered(world, 40)
    first = world.ticket(contact)
    many_wait(world, 15)
    world.move(hours=1)
    delay_round(world.now)
    early = Delay.objects.filter(ticket=first).exists()
    world.move(minutes=45)
    many_wait(world, 0)
    world.move(hours=1)
    delay_round(world.now)
    delay = Delay.objects.get(ticket=first)

    assert not early
    assert delay.told_at == world.now == delay.due_at - timedelta(minutes=15)
    assert delay.expected_at > delay.due_at


@clause("sla.delays")
def test_what_is_expected_is_after_the_promise_and_not_before_somebody_is_there(world):
    terms, at = current("hosting").terms, world.now
    due = at + HOUR

    def expected(**known):
        return rules.expected_instead(due_at=due, at=at, terms=terms, **known)

    def kept(likely_end):
        return rules.is_probably_kept(due_at=due, at=at, likely_end=likely_end)

    assert expected() == due + terms.delay_expected
    assert expected(likely_end=due) == due + terms.delay_expected
    assert expected(likely_end=due + HOUR) == due + HOUR
    assert expected(somebody_at=due + 5 * HOUR) == due + 5 * HOUR + terms.delay_expected
    assert kept(at + HOUR / 2)
    assert not kept(at + HOUR / 2 + timedelta(minutes=1))
    assert not kept(None)


def test_the_people_and_the_expected_times_are_read_once_a_round(world):
    contact = answered(world, 30)
    plain, linda = Agent.objects.first(), world.agent("Linda")
    root = skill(world, "linux", linda)
    begin(world, plain)
    reads = []
    for many in (2, 4):
        for _ in range(many):
            set_skills(world.ticket(contact), [root], by=plain, at=world.now)
        world.move(hours=1)
        with CaptureQueriesContext(connection) as seen:
            assert delay_round(world.now) >= many
        reads.append(sum("people_heldskill" in one["sql"] for one in seen))
        world.move(hours=3)

    assert reads[0] == reads[1] > 0
