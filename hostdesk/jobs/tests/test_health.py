"""What those who watch us are told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection

from hostdesk.jobs import beats, health
from hostdesk.jobs.models import PeriodicRun
from hostdesk.jobs.tables import first_line
from hostdesk.policy.actions import publish_packaged_if_none

AT = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_desk_without_a_policy_is_not_ready(db, client):
    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json() == {
        "healthy": False, "message": "not ready", "issues": ["No policy is published; run 'hostdesk policy publish'."],
    }  # fmt: skip


def test_ready_desk_names_its_warnings_and_leaves_nothing_behind(db, settings):
    publish_packaged_if_none(at=AT)
    settings.SMTP_URL = ""
    for part in ("web", "mail", "worker"):
        beats.beat(f"{part}@h/x:1", part, started_at=AT, at=AT)

    assert health.look(at=AT) == health.Health(
        (),
        (
            "The monitor gives no sign of life.",
            "No SMTP_URL is set: outbound mail waits and nothing leaves.",
        ),
    )
    assert PeriodicRun.objects.count() == 0


def test_database_that_cannot_be_used_is_not_ready(committed_db, client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE jobs_periodicrun RENAME TO jobs_away")
    try:
        answer = client.get("/health/ready")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_away RENAME TO jobs_periodicrun")

    [issue] = answer.json()["issues"]
    assert (answer.status_code, answer.json()["healthy"]) == (503, False)
    assert issue.startswith("The database cannot be written: ")


@pytest.mark.db_free
def test_live_asks_nobody(client):
    answer = client.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"healthy": True, "message": "alive", "issues": []})
    assert answer["Cache-Control"] == "no-store"


def test_what_a_driver_advises_below_its_first_line_is_left_out():
    said = OperationalError(
        'connection to server on socket "x" failed: No such file\n\tIs the server running?\n'
    )

    assert first_line(said) == 'connection to server on socket "x" failed: No such file'
    assert first_line(OperationalError("")) == "OperationalError"
