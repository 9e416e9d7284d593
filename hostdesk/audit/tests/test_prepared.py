"""A prepared read answers what the ORM answers, in the same shapes, and follows what is written."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.audit.actions import Judgement, decide, note
from hostdesk.audit.models import Decision, Entry
from hostdesk.audit.prepared import Prepared
from hostdesk.kit.actors import SYSTEM
from hostdesk.people.models import Session
from hostdesk.policy.models import PolicyVersion
from hostdesk.policy.queries import current
from tests.world import START


def entries(subject, since):
    return Entry.objects.filter(subject_type="ticket", subject_id=subject, at__gte=since).order_by("at", "id")


def decisions(kind, subject):
    rows = Decision.objects.filter(subject_type=kind, subject_id=subject).select_related("policy_version")
    return rows.defer("policy_version__text_source").order_by("id")


@pytest.fixture
def written(world):
    for hours in (0, 1, 2):
        note("ticket", 1001, "noted", by=SYSTEM, at=START + timedelta(hours=hours), facts={"hours": hours})
    note("ticket", 1002, "noted", by=SYSTEM, at=START)
    decide(
        "ticket", 1001, [Judgement("sla.fcfs", "jumped", {"before": 2})], version_id=current().id, at=START
    )
    return world


def values(rows):
    return [{name: value for name, value in row.__dict__.items() if name != "_state"} for row in rows]


def test_models_come_back_whole(written):
    since = START + timedelta(hours=1)

    assert values(Prepared(entries, int, type(START))(1001, since)) == values(entries(1001, since))
    assert len(entries(1001, since)) == 2


def test_what_stands_beside_a_model_comes_with_it_and_what_was_put_off_stays_off(written):
    (found,), (expected,) = Prepared(decisions, str, int)("ticket", 1001), decisions("ticket", 1001)

    assert (found.facts, found.at) == (expected.facts, expected.at)
    assert found.policy_version.get_deferred_fields() == {"text_source"}
    with CaptureQueriesContext(connection) as asked:
        assert found.policy_version.slug == "hosting"
    assert len(asked) == 0


def test_tuples_come_back_as_tuples(written):
    def read(subject):
        return entries(subject, START).values_list("verb", "at", "facts")

    assert Prepared(read, int)(1001) == list(read(1001))


def test_an_argument_may_stand_in_several_places(written):
    def read(subject):
        return (
            PolicyVersion.objects.filter(number=subject)
            .filter(number__lte=subject)
            .values_list("slug", "number")
        )

    assert sorted(Prepared(read, int)(1)) == sorted(read(1))


def test_each_call_is_one_statement_and_sees_what_was_written_since(written):
    read = Prepared(entries, int, type(START))
    before = len(read(1002, START))
    note("ticket", 1002, "noted", by=SYSTEM, at=START)
    with CaptureQueriesContext(connection) as asked:
        after = len(read(1002, START))

    assert (before, after, len(asked)) == (1, 2, 1)


def test_the_first_row_or_none(written):
    read = Prepared(entries, int, type(START))

    assert (read.first(1002, START).subject_id, read.first(4711, START)) == (1002, None)


def test_an_argument_that_does_not_reach_the_sql_as_it_is_is_refused(written):
    with pytest.raises(AssertionError, match="no plain parameters"):
        Prepared(lambda subject: entries(subject + 1, START), int)(1001)


def test_words_of_the_query_itself_are_written_into_the_statement(written):
    note("ticket", 1001, "it's 100% odd", by=SYSTEM, at=START)

    def odd(subject):
        return Entry.objects.filter(subject_id=subject, verb="it's 100% odd").values_list("verb")

    read = Prepared(odd, int)
    with CaptureQueriesContext(connection) as asked:
        assert read(1001) == [("it's 100% odd",)]
    assert read(1002) == []
    assert "'it''s 100% odd'" in asked[0]["sql"]


def test_rows_are_counted_up_to_the_end_of_the_slice(written):
    read = Prepared(lambda subject: entries(subject, START).values_list("pk")[:2], int)

    assert [read.count(1001), read.count(1002), read.count(1003)] == [2, 1, 0]


def test_addresses_stay_text(written):
    agent = written.agent("Sam")
    Session.objects.create(
        token_sha256="a" * 64, agent=agent, step="full", created_at=START, last_seen_at=START,
        expires_at=START, client_address="2001:db8::7", team_ids=[1, 2],
    )  # fmt: skip
    (found,) = Prepared(lambda token: Session.objects.filter(token_sha256=token), str)("a" * 64)

    assert values([found]) == values(Session.objects.filter(token_sha256="a" * 64))
    assert (found.client_address, found.team_ids) == ("2001:db8::7", [1, 2])
