"""Wrong passwords slow guessing down, and keep nobody out of where they work."""

from datetime import timedelta

import pytest
from django.db import connection

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import agents, limits, sessions
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.models import Attempt
from hostdesk.people.tests.making import BROWSER, ELSEWHERE, PASSWORD, agent


def sign_in(email, password=PASSWORD, *, at, browser=BROWSER):
    return agents.sign_in(email, password, browser=browser, at=at)


def test_wrong_passwords_from_elsewhere_do_not_keep_an_agent_out_of_a_place_where_they_work(world):
    agent(world)
    sign_in("ann@host.example", at=world.now)
    for _ in range(40):
        with pytest.raises(Refused):
            sign_in("ann@host.example", "wrong password here", browser=ELSEWHERE, at=world.now)
        world.now += timedelta(minutes=31)

    third = sessions.Browser("192.0.2.99", "192.0.2.99/32", "", on_this_machine=False)
    with pytest.raises(TooOften):
        sign_in("ann@host.example", browser=third, at=world.now - timedelta(minutes=5))
    assert sign_in("ann@host.example", at=world.now - timedelta(minutes=5))


def test_at_a_place_where_an_agent_works_wrong_passwords_are_counted_too(world):
    agent(world)
    sign_in("ann@host.example", at=world.now)
    for _ in range(5):
        with pytest.raises(Refused):
            sign_in("ann@host.example", "wrong password here", at=world.now)

    with pytest.raises(TooOften):
        sign_in("ann@host.example", at=world.now)


def test_a_password_alone_makes_no_place_known_where_a_second_step_is_asked_for(world):
    someone = agent(world, "sue@host.example", role="supervisor")
    sign_in(someone.email, browser=ELSEWHERE, at=world.now)
    for number in range(5):
        browser = sessions.Browser(f"203.0.113.{number}", f"203.0.113.{number}/32", "", on_this_machine=False)
        with pytest.raises(Refused):
            sign_in(someone.email, "wrong password here", browser=browser, at=world.now)

    with pytest.raises(TooOften):
        sign_in(someone.email, browser=ELSEWHERE, at=world.now)


def test_a_new_password_by_invitation_ends_the_wait(world):
    someone = agent(world)
    for _ in range(5):
        with pytest.raises(Refused):
            sign_in(someone.email, "wrong password here", at=world.now)
    agents.accept_invitation(
        agents.invite(someone, by=OPERATOR, at=world.now), password=f"{PASSWORD} new", at=world.now
    )

    assert sign_in(someone.email, f"{PASSWORD} new", at=world.now)


def test_an_office_that_signs_in_all_day_never_waits(world):
    agent(world)
    for _ in range(40):
        assert sign_in("ann@host.example", at=world.now)


def test_a_try_is_counted_while_a_good_one_beside_it_forgets_the_tally(world):
    forgotten = []

    def forget_once(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("INSERT") and Attempt._meta.db_table in sql and not forgotten:
            forgotten.append(True)
            Attempt.objects.all().delete()
        return result

    with connection.execute_wrapper(forget_once):
        limits.count_try("code", whom="1", network="n", at=world.now)

    assert forgotten
    assert sorted(Attempt.objects.values_list("count", flat=True)) == [1, 1]
