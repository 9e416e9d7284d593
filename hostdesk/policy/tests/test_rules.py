"""The rules of the policy, by tables, over the figures of hosting."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.policy import documents
from hostdesk.policy.rules import channel, contact, scope, sla

pytestmark = pytest.mark.db_free
HOSTING = documents.load_folder(documents.PACKAGED).policies["hosting"]
TERMS = HOSTING.terms
MONTH_END = datetime(2026, 11, 30, 21, 59, 59, tzinfo=UTC)


@pytest.mark.clause("sla.response")
@pytest.mark.clause("sla.hours")
def test_an_answer_is_due_after_three_hours_with_a_warning_after_one():
    assert sla.response_target(TERMS) == sla.Target(timedelta(hours=1), timedelta(hours=3))


@pytest.mark.clause("sla.resolve")
def test_a_solution_is_due_after_six_hours():
    assert sla.resolution_target(TERMS) == sla.Target(timedelta(hours=5), timedelta(hours=6))


@pytest.mark.clause("class.general_fast")
def test_advanced_work_has_a_target_of_its_own():
    assert sla.advanced_resolution_target(TERMS) == sla.Target(timedelta(days=4), timedelta(days=5))


@pytest.mark.clause("sla.response")
@pytest.mark.parametrize(
    ("kind", "automatic", "public", "answers"),
    [
        ("agent", False, True, True),
        ("agent", True, True, False),
        ("agent", False, False, False),
        ("system", True, True, False),
        ("system", False, True, False),
        ("contact", False, True, False),
    ],
)
def test_only_a_person_of_ours_whom_the_customer_reads_answers(kind, automatic, public, answers):
    assert sla.is_substantive(author_kind=kind, automatic=automatic, public=public) == answers


@pytest.mark.clause("sla.delays")
@pytest.mark.clause("sla.best_effort")
@pytest.mark.parametrize(
    ("reason", "explains"),
    [
        ("workload", True),
        ("peak_time", True),
        ("server_wide", True),
        ("escalation", True),
        ("clarification", True),
        ("lunch", False),
        ("", False),
    ],
)
def test_only_the_reasons_of_the_policy_explain_a_delay(reason, explains):
    assert sla.explains_delay(reason, TERMS) == explains


@pytest.mark.clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("trust", "may_write", "joins"),
    [
        ("proven", True, True),
        ("plausible", True, True),
        ("unproven", True, False),
        ("forged", True, False),
        ("", True, False),
        ("proven", False, False),
        ("plausible", False, False),
    ],
)
def test_only_a_believed_sender_who_may_write_there_joins_a_ticket(trust, may_write, joins):
    assert contact.may_join(trust, may_write=may_write) == joins


@pytest.mark.clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("trust", "mails"), [("proven", 20), ("plausible", 20), ("unproven", 3), ("forged", 3), ("", 3)]
)
def test_the_unproven_cause_few_automatic_mails(trust, mails):
    assert contact.automatic_mails_per_day(trust, TERMS) == mails


@pytest.mark.clause("contact.listed_sender")
@pytest.mark.parametrize(("role", "limit"), [("primary", 1), ("secondary", 1), ("authorised", 3)])
def test_each_role_has_its_limit(role, limit):
    assert contact.contacts_limit(role, TERMS) == limit


@pytest.mark.clause("contact.current")
@pytest.mark.parametrize(
    ("age", "bounces", "current"),
    [
        (timedelta(days=365), 0, True),
        (timedelta(days=365, seconds=1), 0, False),
        (timedelta(0), 1, True),
        (timedelta(0), 2, False),
    ],
)
def test_details_are_current_while_looked_at_and_reachable(age, bounces, current):
    found = contact.is_current(confirmed_at=MONTH_END - age, hard_bounces=bounces, terms=TERMS, at=MONTH_END)

    assert found == current


RESTRICTED = {
    "contact_change",
    "cancellation",
    "dns_delegation",
    "account_recreation",
    "mailbox_removal",
    "ownership_change",
    "plan_change",
    "suspension",
}


@pytest.mark.clause("contact.restricted")
@pytest.mark.clause("contact.privileges")
@pytest.mark.parametrize("key", list(HOSTING.catalogue.types))
def test_who_may_make_which_request(key):
    kind = HOSTING.catalogue.types[key]

    verdicts = {
        role: contact.may_ask(role=role, kind=kind, terms=TERMS)
        for role in (None, *("primary", "secondary", "authorised"))
    }

    clause = "contact.restricted" if key in RESTRICTED else "contact.privileges"
    assert (verdicts[None].allowed, verdicts[None].clause) == (False, "contact.privileges")
    assert verdicts["primary"] == verdicts["secondary"] == contact.Ruling(allowed=True, clause=clause)
    assert (verdicts["authorised"].allowed, verdicts["authorised"].clause) == (key not in RESTRICTED, clause)


@pytest.mark.clause("contact.restricted")
def test_the_roles_come_from_the_terms():
    wider = replace(TERMS, restricted_roles=("primary", "secondary", "authorised"))

    assert contact.may_ask(
        role="authorised", kind=HOSTING.catalogue.types["cancellation"], terms=wider
    ).allowed


@pytest.mark.clause("scope.dedicated")
@pytest.mark.parametrize(
    ("product", "slug"),
    [("shared", "hosting"), ("dedicated", "dedicated"), ("teapot", "hosting"), ("", "hosting")],
)
def test_the_policy_of_a_product(product, slug):
    policies = {
        "dedicated": scope.Reach(("dedicated",), otherwise=False),
        "hosting": scope.Reach(("shared", "reseller"), otherwise=True),
    }

    assert scope.policy_for(product, policies) == slug
    assert scope.policy_for(product, {}) is None


@pytest.mark.clause("scope.versions")
@pytest.mark.parametrize(
    ("newest", "newest_digest", "digest", "number"),
    [(None, "", "a", 1), (1, "a", "a", None), (1, "a", "b", 2), (9, "a", "b", 10)],
)
def test_the_number_of_a_version(newest, newest_digest, digest, number):
    found = scope.number_to_publish(newest_number=newest, newest_digest=newest_digest, digest=digest)

    assert found == number


@pytest.mark.clause("channel.no_duplicates")
def test_a_reply_reopens_for_seven_days():
    assert channel.reopens_until(MONTH_END, TERMS) == datetime(2026, 12, 7, 21, 59, 59, tzinfo=UTC)


@pytest.mark.clause("channel.no_duplicates")
@pytest.mark.parametrize(
    ("apart", "may"), [(timedelta(days=14), True), (timedelta(days=14, seconds=1), False)]
)
def test_requests_far_apart_are_not_the_same(apart, may):
    assert channel.may_be_same_request(MONTH_END, MONTH_END + apart, TERMS) == may
    assert channel.may_be_same_request(MONTH_END + apart, MONTH_END, TERMS) == may
