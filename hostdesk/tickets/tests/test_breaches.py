"""A broken promise is listed until an agent gives it a reason of the policy's list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.audit.models import Decision
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.models import Team
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.explaining import explain
from hostdesk.tickets.actions.taking import move_to_team
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.evidence import explained
from hostdesk.tickets.models import Breach, SlaClock
from hostdesk.tickets.queries.breaches import breach_for_agent, breaches_for_agent
from hostdesk.tickets.tests.test_desk_pages import Screen

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause


def late(world, *, hours=3):
    ticket = world.ticket()
    at = world.now + timedelta(hours=hours)
    while clock_round(at):
        pass
    return ticket, at


@clause("sla.best_effort")
def test_a_broken_promise_is_listed_until_it_has_a_reason_of_the_policy(world):
    agent = world.agent()
    ticket, at = late(world)
    (breach,) = breaches_for_agent(agent, unexplained=True, at=at)
    with pytest.raises(Refused, match="workload, peak time"):
        explain(breach, "lunch", by=agent, at=at)
    explain(breach, "server_wide", words="The storage array failed.", by=agent, at=at)

    assert (breach.kind, breach.late_at) == ("response", world.now + timedelta(hours=3))
    assert breaches_for_agent(agent, unexplained=True, at=at) == []
    assert breaches_for_agent(agent, unexplained=False, at=at)[0].reason == "server_wide"
    assert (
        Decision.objects.filter(subject_id=ticket.pk, clause="sla.best_effort", outcome="explained").count()
        == 1
    )


@clause("sla.best_effort")
def test_evidence_counts_what_has_no_reason(world):
    agent = world.agent()
    ticket, at = late(world)
    before = explained(at)
    explain(Breach.objects.get(), "workload", by=agent, at=at)
    after = explained(at)

    assert (before.count, before.rate, before.exceptions) == (
        1,
        0.0,
        [f"{ticket.number}: no reason for the response"],
    )
    assert (after.rate, after.exceptions) == (1.0, [])


@clause("sla.resolve")
def test_a_promise_that_is_broken_when_the_ticket_ends_is_noted_though_no_round_saw_it(world):
    agent, ticket = world.agent(), world.ticket()
    resolve(ticket, by=agent, at=world.now + timedelta(hours=7))

    assert sorted(Breach.objects.values_list("kind", flat=True)) == ["resolution", "response"]
    assert SlaClock.objects.filter(ticket=ticket, state="breached").count() == 2


def test_a_sealed_ticket_s_promise_is_seen_by_its_team_alone(world):
    agent, supervisor = world.agent(), world.agent("Sue", role="supervisor")
    ticket, at = late(world)
    move_to_team(ticket, Team.objects.get(slug="supervisors"), by=supervisor, at=at)

    assert breaches_for_agent(agent, unexplained=True, at=at) == []
    assert len(breaches_for_agent(supervisor, unexplained=True, at=at)) == 1
    with pytest.raises(Missing):
        breach_for_agent(agent, Breach.objects.get().pk)


def test_the_page_gives_the_reason_and_costs_the_same_for_many(world):
    screen, costs = Screen(world, world.agent()), []
    screen.words("/desk/breaches/")  # that it was looked at is kept once
    for _ in range(2):
        late(world)
        with CaptureQueriesContext(connection) as seen:
            page = screen.words("/desk/breaches/")
        costs.append(len(seen))
    breach = Breach.objects.first()
    refused = screen.post(f"/desk/breaches/{breach.pk}/reason", reason="lunch")
    screen.post(f"/desk/breaches/{breach.pk}/reason", reason="workload", words="Two were ill.")

    assert page.count("Keep the reason") == 2
    assert costs[0] == costs[1]
    assert refused.status_code in (302, 303)
    assert Breach.objects.get(pk=breach.pk).words == "Two were ill."
    assert "Two were ill." in screen.words("/desk/breaches/?show=all")
