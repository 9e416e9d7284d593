"""kill -9 at random instants: every mail answered 250 is there once, is one ticket, and is acknowledged."""

import os

import psycopg
import pytest
from django.conf import settings

from tests import databases
from tests.faults.harness import under_fire

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

LONG = os.environ.get("HOSTDESK_LONG") == "1"
MAILS, KILLS = (3000, 120) if LONG else (120, 6)
SEED = int(os.environ.get("HOSTDESK_SEED", "1"))


@pytest.fixture
def database():
    """None for SQLite; under PostgreSQL a database of its own, and a way to read it."""
    if databases.KIND == "sqlite":
        yield None
        return
    made_by = settings.DATABASES["default"]
    name = f"faults_{os.getpid()}"
    where = {"host": made_by["HOST"], "user": made_by["USER"] or "postgres", "autocommit": True}
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')

    def rows(sql):
        with psycopg.connect(dbname=name, **where) as db:
            return db.execute(sql).fetchall()

    yield os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?"), rows
    with psycopg.connect(dbname="postgres", **where) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.clause("channel.tickets")
def test_every_mail_answered_250_is_kept_once_and_becomes_one_acknowledged_ticket(tmp_path, database):
    outcome = under_fire(tmp_path, seed=SEED, mails=MAILS, kills=KILLS, database=database)

    assert len(outcome.accepted) == MAILS
    assert outcome.faults() == []


@pytest.mark.skipif(
    databases.KIND != "sqlite", reason="one database is enough to see that a breach is caught"
)
@pytest.mark.parametrize("broken", ["early", "doubled"])
def test_the_test_catches_a_door_that_breaks_its_promise(tmp_path, broken):
    outcome = under_fire(tmp_path, seed=SEED, mails=120, kills=6, broken=broken)

    assert outcome.faults() != []
