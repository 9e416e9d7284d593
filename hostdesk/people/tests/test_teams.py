"""Departments are added and joined; the supervisors' team belongs to a role."""

import pytest

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import queries
from hostdesk.people.actions import sessions, teams
from hostdesk.people.models import Step
from hostdesk.people.tests.making import BROWSER

pytestmark = [pytest.mark.django_db]


def test_a_department_is_added_joined_and_left(world):
    agent = world.agent()
    team = teams.add("networks", name="Networks", by=OPERATOR, at=world.now)
    for _ in range(2):
        teams.join(team, agent, by=OPERATOR, at=world.now)
    joined = queries.agents_of_team("networks")
    teams.leave(team, agent, by=OPERATOR, at=world.now)

    assert (joined, queries.agents_of_team("networks")) == ([agent], [])
    assert [one.name for one in queries.teams()] == ["Networks", "Supervisors", "Support"]


def test_a_browser_that_is_open_knows_at_once_which_teams_its_agent_joined_and_left(world):
    agent = world.agent()
    team = teams.add("networks", name="Networks", by=OPERATOR, at=world.now)
    token = sessions.open_for_agent(agent, step=Step.FULL, browser=BROWSER, at=world.now).token

    def known():
        return team.pk in queries.team_ids_of(queries.desk_session(token, at=world.now).agent)

    before = known()
    teams.join(team, agent, by=OPERATOR, at=world.now)
    joined = known()
    teams.leave(team, agent, by=OPERATOR, at=world.now)

    assert (before, joined, known()) == (False, True, False)


@pytest.mark.parametrize(("slug", "name"), [("support", "Again"), ("No Slug", "X"), ("x1", " ")])
def test_a_department_without_a_name_of_its_own_is_refused(world, slug, name):
    with pytest.raises(Refused):
        teams.add(slug, name=name, by=OPERATOR, at=world.now)


@pytest.mark.clause("conduct.complaints")
def test_nobody_joins_the_supervisors_by_the_back_door(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    sealed = queries.team_named("supervisors")
    with pytest.raises(Refused):
        teams.join(sealed, agent, by=OPERATOR, at=world.now)
    with pytest.raises(Refused):
        teams.leave(sealed, chief, by=OPERATOR, at=world.now)


def test_a_team_that_is_not_there_is_missing(world):
    with pytest.raises(Missing):
        queries.team_named("nowhere")
