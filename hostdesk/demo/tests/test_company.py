"""The demo company as it is found: whole, believable, reconciled, and silent towards the outside."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from hostdesk.demo import company
from hostdesk.demo.building import DAYS, build
from hostdesk.hosting.models import Customer, Domain
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import Disposition, InboundMail, OutboundMail, RawMail
from hostdesk.people import passwords
from hostdesk.people.models import Agent, Person
from hostdesk.people.queries import agent_by_email, person_by_email
from hostdesk.policy.models import PolicyVersion
from hostdesk.schedule.models import Shift
from hostdesk.tickets.actions.taking import take_next
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.models import Attachment, Breach, ClockStep, Draft, HandOut, Message, SlaClock, Ticket
from hostdesk.tickets.queries.skills import skill_lines
from hostdesk.tickets.queries.unserved import unserved_for_agent
from hostdesk.tickets.queries.waiting_words import wanted_for_agent
from tests import databases

NOW = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
WHOLE = databases.KIND == "sqlite"
"""The whole month beside SQLite; the last days, with everything staged in them, beside PostgreSQL."""
month_only = pytest.mark.skipif(not WHOLE, reason="the whole month is built once, beside SQLite")


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """One demo for all tests here, gone afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(now=NOW, days=DAYS if WHOLE else 3)
        transaction.set_rollback(True)


def test_every_mail_that_arrived_has_one_disposition(built):
    by_disposition = Counter(InboundMail.objects.values_list("disposition", flat=True))

    assert set(by_disposition) == set(Disposition.values)
    assert sum(by_disposition.values()) == built.arrived == InboundMail.objects.count()
    kept = InboundMail.objects.exclude(disposition=Disposition.REFUSED).values_list("digest", flat=True)
    assert sorted(kept) == sorted(RawMail.objects.values_list("pk", flat=True))


def test_mails_become_tickets_and_messages_one_to_one(built):
    count = Counter(InboundMail.objects.values_list("disposition", flat=True))

    by_mail = Message.objects.filter(inbound_mail__isnull=False)
    assert by_mail.count() == count["ticketed"] + count["appended"]
    assert Ticket.objects.filter(channel="mail").count() == count["ticketed"]


def test_nothing_waits_to_be_mailed_to_invented_people(built):
    states = Counter(OutboundMail.objects.values_list("state", flat=True))

    assert states == {"sent": built.delivered, "failed": 1}
    assert not OutboundMail.objects.filter(sent_at__gt=NOW).exists()
    assert not [
        address
        for address in OutboundMail.objects.values_list("to_address", flat=True)
        if not address.endswith(".example")
    ]


def test_everybody_is_marked_as_demo_and_lives_under_a_reserved_domain(built):
    assert not Agent.objects.filter(demo=False).exists()
    assert not Person.objects.filter(demo=False).exists()
    names = [
        *Domain.objects.values_list("name", flat=True),
        *Agent.objects.values_list("email", flat=True),
        *Person.objects.values_list("email", flat=True),
    ]
    assert [name for name in names if not name.endswith(".example")] == []


def test_every_sign_in_that_is_printed_works(built):
    printed = company.sign_ins()

    for one in printed:
        somebody = agent_by_email(one.email) if one.where == "/desk/" else person_by_email(one.email)
        assert passwords.matches(one.password, somebody.password), one.email
    assert [one.who for one in printed][:5] == [
        "Level 1",
        "Technician",
        "Supervisor",
        "Billing",
        "Administrator",
    ]


def test_the_queue_is_alive_now(built):
    waiting = list(Ticket.objects.waiting().filter(team__slug="support").in_order())

    assert 12 <= len(waiting) <= 18
    assert [ticket.attention for ticket in waiting[:2]] == [2, 1]
    assert 2 <= sum(ticket.attention == 1 for ticket in waiting) <= 5
    assert sum(ticket.attention == 2 for ticket in waiting) == 1
    assert len({ticket.subject for ticket in waiting}) == len(waiting)
    assert NOW - waiting[-1].queued_at < timedelta(minutes=10)


def test_work_is_under_way_now(built):
    held = Ticket.objects.unfinished().filter(assignee__isnull=False)
    assert set(held.values_list("policy_slug", flat=True)) == {"hosting", "dedicated"}

    states = Counter(held.values_list("state", flat=True))
    assert states["open"] >= 2
    assert states["waiting_customer"] >= 2
    assert SlaClock.objects.filter(kind="resolution", state="breached", stopped_at=None).count() >= 1
    assert Draft.objects.count() == 1
    assert Shift.objects.filter(ended_at=None).count() == 5
    assert Ticket.objects.filter(sealed=True, state="new").count() == 1


def test_other_departments_are_asked_and_answer(built):
    answered = [one for one in Consult.objects.all() if one.ended == "answered"]
    asked = Consult.objects.filter(ended="")

    assert [(one.team.name, one.ticket.state, one.asked_by.name) for one in asked] == [
        ("Network", "waiting_window", "Ayesha Omar")
    ]
    assert {one.team.name for one in answered} == ({"Billing", "Network"} if WHOLE else {"Network"})
    assert all(one.ticket.state in ("resolved", "closed") for one in answered)
    late = SlaClock.objects.filter(kind="consult", late_at__isnull=False)
    assert not late.exists()


def test_a_customer_wrote_on_a_ticket_that_waits_for_its_night(built):
    agent = agent_by_email("ayesha@staff.example")

    assert [row.subject for row in wanted_for_agent(agent, at=NOW).wrote] == ["Try PHP 8.4 on our web shop"]


def test_some_tickets_need_what_not_every_agent_can_do(built):
    lines = {one.skill.word: one for one in skill_lines()}

    assert set(lines) == {"Dedicated servers", "Mail delivery"}
    holders = {word: {name for _, name, holds in one.holders if holds} for word, one in lines.items()}
    assert "Sipho Ndaba" not in holders["Dedicated servers"]
    assert len(holders["Mail delivery"]) == 3
    assert [said for _, said, needed in lines["Dedicated servers"].needs if needed] == [
        "Product: Dedicated server"
    ]
    assert not HandOut.objects.filter(
        how="next", agent__email="sipho@staff.example", ticket__policy_slug="dedicated"
    ).exists()
    assert unserved_for_agent(agent_by_email("pieter@staff.example"), at=NOW).rows == []


def test_nothing_happened_after_now(built):
    assert not Message.objects.filter(at__gt=NOW).exists()
    assert not Ticket.objects.filter(updated_at__gt=NOW).exists()
    assert not ClockStep.objects.filter(at__gt=NOW).exists()


def test_pages_have_something_to_show(built):
    assert Attachment.objects.filter(content_type="image/png").exists()
    assert InboundMail.objects.exclude(resembles="").exists()
    assert set(InboundMail.objects.values_list("trust", flat=True)) >= {"proven", "unproven", "forged"}
    kinds = {"customer", "agent", "internal", *(["system"] if WHOLE else [])}
    assert set(Message.objects.values_list("kind", flat=True)) == kinds
    assert set(Ticket.objects.values_list("state", flat=True)) >= {
        "new",
        "open",
        "waiting_customer",
        "resolved",
    }


@month_only
def test_the_month_is_believable(built):
    assert Customer.objects.count() == 39
    assert 180 <= Ticket.objects.count() <= 250
    assert set(Ticket.objects.values_list("state", flat=True)) == {
        "new", "open", "waiting_customer", "waiting_window", "resolved", "closed",
    }  # fmt: skip
    assert set(InboundMail.objects.values_list("trust", flat=True)) == {
        "", "proven", "plausible", "unproven", "forged",
    }  # fmt: skip
    assert InboundMail.objects.exclude(resembles="").count() == 3
    assert set(Attachment.objects.values_list("content_type", flat=True)) == {"image/png", "text/plain"}
    weekdays = Counter(at.weekday() for at in Ticket.objects.values_list("opened_at", flat=True))
    assert max(weekdays[5], weekdays[6]) < min(weekdays[day] for day in range(5))
    assert PolicyVersion.objects.order_by("published_at").first().published_at < NOW - timedelta(days=DAYS)


@month_only
def test_most_promises_were_kept(built):
    for kind in ("response", "resolution"):
        ended = Counter(
            SlaClock.objects.filter(kind=kind, stopped_at__isnull=False).values_list("state", flat=True)
        )
        assert 1 <= ended["breached"] <= 0.05 * ended["met"], kind


@month_only
def test_someone_who_acts_for_several_accounts_was_asked_which(built):
    person = person_by_email("tshepo@jozi-web.example")

    asked = Ticket.objects.filter(contact__person=person, account=None)
    assert [(ticket.subject, ticket.contact.person.name) for ticket in asked] == [
        ("Change PHP memory limit", "Tshepo Maseko")
    ]


def test_the_desk_goes_on_from_here(built):
    with transaction.atomic():
        oldest = Ticket.objects.waiting().filter(team__slug="support").in_order().first()
        taken = take_next(by=agent_by_email("naledi@staff.example"), at=NOW)
        transaction.set_rollback(True)
    assert taken == oldest


@month_only
def test_broken_promises_have_reasons_but_for_the_newest(built):
    unexplained = Breach.objects.filter(explained_at=None)

    assert Breach.objects.exclude(explained_at=None).count() > unexplained.count() > 0
    assert unexplained.filter(late_at__lt=NOW - timedelta(days=4)).count() == 0


def test_a_desk_with_customers_is_refused(built):
    with pytest.raises(Refused, match="customers already"):
        build(now=NOW, days=3)


@pytest.mark.db_free
def test_the_demo_writes_no_row_by_itself():
    """Everything goes through the verbs of the rooms."""
    room = Path(company.__file__).parent
    writing = re.compile(
        r"\.objects\.(?:create|bulk_|get_or_create|update)|\.(?:bulk_create|bulk_update|get_or_create"
        r"|update_or_create|save|update|delete|raw)\(|cursor\(|\bINSERT\b|\bUPDATE\b"
    )
    sources = sorted(room.glob("*.py"))
    assert len(sources) > 10
    found = [
        f"{file.name}: {line.strip()}"
        for file in sources
        for line in file.read_text().splitlines()
        if writing.search(line)
    ]
    assert found == []
