"""Publishing policies: numbers, the switch, old versions, immutability."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Misconfigured, Missing, Refused
from hostdesk.policy import actions, documents, queries
from hostdesk.policy.models import PolicyVersion

NEW_YEAR = datetime(2026, 12, 31, 22, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """A copy of the packaged policies that a test may spoil."""
    shutil.copytree(documents.PACKAGED, tmp_path / "policies")
    return tmp_path / "policies"


def change(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return documents.load_folder(folder).policies[file.split("/")[0]]


def test_first_start_publishes_both_policies_once(db):
    published = actions.publish_packaged_if_none(at=NEW_YEAR)

    assert [(row.slug, row.number) for row in published] == [("dedicated", 1), ("hosting", 1)]
    assert actions.publish_packaged_if_none(at=NEW_YEAR) == []
    assert PolicyVersion.objects.count() == 2


def test_unsound_folder_publishes_nothing(db, folder, settings):
    (folder / "hosting/terms.yaml").write_text("support_hours: 24x7\n")
    settings.HOSTDESK_POLICY = folder

    with pytest.raises(Misconfigured) as no:
        actions.publish_packaged_if_none(at=NEW_YEAR)

    assert str(no.value).startswith("hosting/terms.yaml line 1, support_hours: ")
    assert PolicyVersion.objects.count() == 0


def test_nothing_published_is_missing(db):
    with pytest.raises(Missing):
        queries.current()


@pytest.mark.clause("scope.versions")
def test_publishing_switches_at_once_and_old_versions_stay(db, folder):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    before = queries.current()
    document = change(folder, "hosting/terms.yaml", "value: 180", "value: 120")

    row = actions.publish(document, by=OPERATOR, at=NEW_YEAR + timedelta(hours=1))

    now = queries.current()
    assert (before.label, before.terms.response_breach) == ("hosting/1", timedelta(hours=3))
    assert (now.label, now.id, now.terms.response_breach) == ("hosting/2", row.pk, timedelta(hours=2))
    assert queries.version("hosting", 1) == before == queries.by_id(before.id)
    assert [(h.label, h.published_by) for h in queries.history("hosting")] == [
        ("hosting/2", "command line"),
        ("hosting/1", "hostdesk"),
    ]
    assert queries.current("dedicated").label == "dedicated/1"


def test_unchanged_policy_is_refused_with_a_sentence(db, folder):
    actions.publish_packaged_if_none(at=NEW_YEAR)

    with pytest.raises(Refused) as no:
        actions.publish(documents.load_folder(folder).policies["hosting"], by=OPERATOR, at=NEW_YEAR)

    assert no.value.sentence == "hosting/1 already says exactly this; nothing to publish."
    assert PolicyVersion.objects.filter(slug="hosting").count() == 1


@pytest.mark.clause("scope.versions")
@pytest.mark.parametrize(
    "change",
    [
        lambda: PolicyVersion.objects.filter(slug="hosting").update(terms_source="support_hours: none"),
        lambda: PolicyVersion.objects.filter(slug="hosting").delete(),
    ],
)
def test_the_database_refuses_to_change_or_remove_a_version(db, change):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    before = list(PolicyVersion.objects.order_by("pk").values())

    with pytest.raises(DatabaseError), transaction.atomic():
        change()

    assert list(PolicyVersion.objects.order_by("pk").values()) == before


def test_current_costs_one_query_once_parsed(db, django_assert_num_queries):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    queries.current()

    with django_assert_num_queries(1):
        queries.current()


@pytest.mark.clause("scope.dedicated")
@pytest.mark.parametrize(
    ("product", "label"),
    [
        ("shared", "hosting/1"),
        ("reseller", "hosting/1"),
        ("dedicated", "dedicated/1"),
        ("teapot", "hosting/1"),
    ],
)
def test_a_product_runs_under_its_own_policy(db, product, label):
    actions.publish_packaged_if_none(at=NEW_YEAR)

    assert queries.policy_for_product(product).label == label


def test_a_version_of_an_older_program_lacks_figures_only_when_asked_for_them(db):
    document = documents.load_folder(documents.PACKAGED).policies["hosting"]
    shorter = document.sources.terms.replace("reopen_days:", "days_of_old:")
    PolicyVersion.objects.create(
        slug="hosting",
        number=1,
        published_at=NEW_YEAR,
        published_by="hostdesk",
        published_by_kind="system",
        operator_source=document.sources.operator,
        text_source=document.sources.text.replace("{reopen_days}", "{duplicate_days}"),
        terms_source=shorter,
        catalogue_source=document.sources.catalogue,
        digest=documents.Sources(
            document.sources.operator,
            document.sources.text.replace("{reopen_days}", "{duplicate_days}"),
            shorter,
            document.sources.catalogue,
        ).digest(),
    )

    terms = queries.current().terms

    assert terms.block == timedelta(minutes=15)
    with pytest.raises(Misconfigured) as no:
        _ = terms.reopen
    assert str(no.value) == "hosting/1: sets no figure 'reopen'; publish a version of the policy that does"


def test_a_row_changed_behind_the_triggers_is_noticed(db):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    queries._parsed.cache_clear()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE policy_policyversion DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER policy_policyversion_no_update")
        cursor.execute("UPDATE policy_policyversion SET terms_source = 'x: 1' WHERE slug = 'hosting'")

    with pytest.raises(Misconfigured):
        queries.current()


def test_the_operator_is_known_before_and_after_publication(db):
    before = queries.operator()
    actions.publish_packaged_if_none(at=NEW_YEAR)

    assert queries.operator() == before
    assert (before.name, before.mail_domain, before.currency) == ("IT Possible", "itpossible.com", "ZAR")


@pytest.mark.clause("scope.versions")
def test_two_who_publish_at_once_make_one_version(committed_db, folder):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    document = change(folder, "hosting/terms.yaml", "value: 180", "value: 120")
    ready = threading.Barrier(2)

    def publish(_):
        try:
            ready.wait(timeout=10)
            return actions.publish(document, by=OPERATOR, at=NEW_YEAR).number
        except Refused as no:
            return no.clause
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(publish, range(2)), key=str)

    assert outcomes == [2, "scope.versions"]
    assert [heading.label for heading in queries.history("hosting")] == ["hosting/2", "hosting/1"]


def test_first_starts_at_once_publish_once(committed_db):
    ready = threading.Barrier(3)

    def start(_):
        try:
            ready.wait(timeout=10)
            return len(actions.publish_packaged_if_none(at=NEW_YEAR))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as threads:
        published = sorted(threads.map(start, range(3)))

    assert published == [0, 0, 2]
    assert PolicyVersion.objects.count() == 2


def test_a_piece_of_work_holds_one_version_until_its_end(db, folder, django_assert_num_queries):
    actions.publish_packaged_if_none(at=NEW_YEAR)
    document = change(folder, "hosting/terms.yaml", "value: 180", "value: 120")
    with queries.held():
        assert queries.current().label == "hosting/1"
        actions.publish(document, by=OPERATOR, at=NEW_YEAR)  # as another process does
        with django_assert_num_queries(0), queries.held():
            assert queries.current().label == "hosting/1"
            assert {one.label for one in queries.newest()} == {"dedicated/1", "hosting/1"}
        with pytest.raises(Missing):
            queries.current("nowhere")

    assert queries.current().label == "hosting/2"
