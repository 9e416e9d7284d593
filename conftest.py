"""What every test of the house may use."""

from __future__ import annotations

import pytest

from tests import databases


def pytest_collection_modifyitems(items):
    """Tests without a database, and pages in the browser, run once: with SQLite."""
    if databases.KIND == "sqlite":
        return
    for item in items:
        if item.get_closest_marker("db_free") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="runs once, beside SQLite"))


@pytest.fixture(scope="session")
def parser_pool():
    """Real parsing children for the whole run."""
    from hostdesk.mail import pool
    from hostdesk.mail.child import ParserPool

    with ParserPool() as children:
        pool.use(children)
        yield children
        pool.use(None)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker):
    """The test database, made for every run: pytest-django makes none when all tests of a run commit."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def world(db, parser_pool):
    """A desk with a published policy and nobody in it yet."""
    from tests.world import World

    return World(parser_pool)


@pytest.fixture
def committed_db(django_db_setup, django_db_blocker):
    """A database in which commits are real; every thread that used it must have ended with the test."""
    from tests import committed

    with django_db_blocker.unblock():
        committed.remember()
        yield
        committed.put_back()


@pytest.fixture
def committed_world(committed_db, parser_pool):
    """`world` with real commits, for threads and servers."""
    from tests.world import World

    return World(parser_pool)


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    """What a thread remembers for a moment must not reach the next test, nor be forgotten amid one that counts queries."""
    from hostdesk.people import looking
    from hostdesk.policy import queries

    monkeypatch.setattr(queries, "_REMEMBERED_SECONDS", 3600.0)
    queries.forget()
    looking.forget()
