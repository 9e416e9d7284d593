"""A demo can be made at any hour of any day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from hostdesk.demo.building import build
from hostdesk.people.models import Team
from hostdesk.tickets.models import HandOut, Ticket
from hostdesk.tickets.slot_models import WindowBooking
from tests import databases


@pytest.mark.skipif(databases.KIND != "sqlite", reason="the clock is the same beside both")
@pytest.mark.clause("sla.offpeak")
def test_whoever_accepts_a_window_is_in_time_also_where_the_next_one_begins_a_day_later(db):
    """Thirty hours and less before a Saturday begins in Johannesburg: the first window is just a day away."""
    with transaction.atomic():
        build(now=datetime(2026, 11, 28, 2, 40, tzinfo=UTC), days=2)

        assert WindowBooking.objects.exclude(agreed_at=None).exists()
        transaction.set_rollback(True)


@pytest.mark.skipif(databases.KIND != "sqlite", reason="chance and clock are the same beside both")
def test_a_complaint_that_waits_for_us_when_its_supervisor_goes_home_stays_among_supervisors(db):
    with transaction.atomic():
        build(now=datetime(2026, 11, 27, 7, 33, 30, tzinfo=UTC), days=10)
        complaints = Ticket.objects.filter(team__slug=Team.SUPERVISORS)
        given_to = HandOut.objects.filter(ticket__in=complaints).values_list("agent__email", flat=True)

        assert complaints.count() == 2
        assert set(given_to) <= {"pieter@staff.example"}
        transaction.set_rollback(True)
