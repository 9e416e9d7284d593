"""Rows written together are the rows that the ORM would have written, in one journey, and all or none of them."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hostdesk.audit.actions import Event, Judgement, decide, note, note_all
from hostdesk.audit.inserting import insert, insert_later, together, update_later
from hostdesk.audit.models import Decision, Entry
from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.models import Breaker, OutboundMail
from hostdesk.policy.queries import current
from tests.world import START


def entry(verb, **changes):
    values = {
        "subject_type": "ticket",
        "subject_id": 2**40,
        "verb": verb,
        "actor_kind": "system",
        "actor_name": "Zoë O'Hara %s",
        "at": START + timedelta(microseconds=7),
        "facts": {"of": ["a", "ü"], "none": None, "many": 1.5, "yes": True},
        **changes,
    }
    return Entry(**values)


def mail(about, **changes):
    values = {
        "kind": "answer",
        "to_address": "thandi@karoo-coffee.example",
        "subject": "Hello",
        "text": "100% of it\n",
        "message_id": f"<{about}@desk.example>",
        "about": about,
        "queued_at": START,
        "next_try_at": START,
        "guarded": True,
        **changes,
    }
    return OutboundMail(**values)


def values(row):
    return {name: value for name, value in row.__dict__.items() if name not in {"_state", "id"}}


@pytest.mark.parametrize("make", [lambda _: entry("seen"), lambda which: mail(f"answer:{which}")])
def test_a_row_is_the_row_that_the_orm_writes(world, make):
    row, other = make("ours"), make("theirs")
    insert(row)
    other.save()

    ours, theirs = (values(type(one).objects.get(pk=one.pk)) for one in (row, other))
    unlike = {name for name in ours if ours[name] != theirs[name]}
    assert unlike <= {"about", "message_id"}
    assert ours.keys() == theirs.keys()


def test_every_row_gets_its_own_key_also_those_of_several_tables(world):
    first, second = entry("first"), entry("second")
    beside = Breaker(scope=Breaker.Scope.DESK, key="", opened_at=START, open_until=START)
    insert(beside, first, second)

    found = dict(Entry.objects.values_list("pk", "verb"))
    assert (found[first.pk], found[second.pk]) == ("first", "second")
    assert Breaker.objects.get(pk=beside.pk).scope == "desk"
    assert not first._state.adding


def test_more_rows_than_one_statement_takes_are_all_written_in_order(world):
    rows = [entry(f"verb {number}") for number in range(120)]
    insert(*rows)
    insert_later(*(entry(f"later {number}") for number in range(120)))

    assert [one.verb for one in Entry.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")] == [
        f"verb {number}" for number in range(120)
    ]
    later = Entry.objects.filter(verb__startswith="later").order_by("pk").values_list("verb", flat=True)
    assert list(later) == [f"later {number}" for number in range(120)]


def test_what_waits_is_written_at_the_end_in_the_order_of_its_making(world):
    with CaptureQueriesContext(connection) as asked, transaction.atomic(), together():
        note("ticket", 1, "opened", by=SYSTEM, at=START)
        decide("ticket", 1, [Judgement("sla.fcfs", "first")], version_id=current().id, at=START)
        note_all([Event("ticket", 1, "taken"), Event("ticket", 1, "answered")], by=SYSTEM, at=START)
        assert not Entry.objects.filter(subject_type="ticket", subject_id=1).exists()

    verbs = (
        Entry.objects.filter(subject_type="ticket", subject_id=1)
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["opened", "taken", "answered"]
    assert Decision.objects.get(subject_id=1, subject_type="ticket").outcome == "first"
    inserts = [one["sql"] for one in asked if "INSERT" in one["sql"]]
    assert len(inserts) == (1 if connection.vendor == "postgresql" else 2)


def test_a_row_is_changed_together_with_what_is_added(world):
    row = mail("answer:2")
    row.save()
    with transaction.atomic(), together():
        update_later(OutboundMail, row.pk, state="sent", sent_at=START, ticket_number=None)
        note("ticket", 1, "sent", by=SYSTEM, at=START)

    row.refresh_from_db()
    assert (row.state, row.sent_at, row.ticket_number) == ("sent", START, None)
    assert Entry.objects.filter(verb="sent").exists()


def test_what_breaks_has_written_nothing_and_nothing_waits_for_the_next(world):
    with pytest.raises(ZeroDivisionError), transaction.atomic(), together():
        note("ticket", 1, "broken", by=SYSTEM, at=START)
        _ = 1 / 0
    with transaction.atomic(), together():
        note("ticket", 1, "whole", by=SYSTEM, at=START)

    assert list(Entry.objects.filter(subject_id=1).values_list("verb", flat=True)) == ["whole"]


def test_what_a_savepoint_takes_back_is_not_written(world):
    with transaction.atomic(), together():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            note("ticket", 1, "taken back", by=SYSTEM, at=START)
            _ = 1 / 0
        with transaction.atomic(savepoint=False):
            note("ticket", 1, "kept", by=SYSTEM, at=START)

    assert list(Entry.objects.filter(subject_id=1).values_list("verb", flat=True)) == ["kept"]


def test_the_same_wish_twice_is_one_mail(world):
    with transaction.atomic(), together():
        insert_later(mail("answer:3"), ignore_conflicts=True)
    insert_later(mail("answer:3"), ignore_conflicts=True)

    assert OutboundMail.objects.filter(about="answer:3").count() == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL keeps statements")
def test_postgresql_keeps_one_statement_whatever_the_values(world):
    for number in (1, 2**20, 2**40):
        insert(entry("kept", subject_id=number, actor_id=number if number > 1 else None))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s",
            ['INSERT INTO "audit_entry"%'],
        )
        assert cursor.fetchone() == (1,)
