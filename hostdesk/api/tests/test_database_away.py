"""What pages and programs are told while the database is away, and that nothing need be started again after it."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.web.errors import SECONDS_TO_COME_BACK
from tests.world import START


@contextmanager
def database_away():
    """The name of the database leads nowhere, for connections that are opened meanwhile."""
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "/no/such/folder/desk"
    try:
        yield
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()


@pytest.fixture
def browser(committed_db):
    publish_packaged_if_none(at=START)
    return Client(raise_request_exception=False)


def test_a_page_says_that_the_database_is_away_and_comes_back_with_it(browser):
    with database_away():
        away = browser.get("/policy/")

    assert (away.status_code, away["Retry-After"]) == (503, str(SECONDS_TO_COME_BACK))
    assert "The desk cannot reach its database" in away.content.decode()
    assert browser.get("/policy/").status_code == 200


def test_a_program_gets_a_problem_that_says_when_to_come_back(browser):
    token = {"Authorization": "Bearer of-nobody"}
    with database_away():
        away = browser.get("/api/v1/tickets", headers=token)

    assert (away.status_code, away["Retry-After"]) == (503, str(SECONDS_TO_COME_BACK))
    assert away["Content-Type"] == "application/problem+json"
    assert away.json()["detail"] == "The desk cannot reach its database now; try again in a moment."
    assert browser.get("/api/v1/tickets", headers=token).status_code == 401
