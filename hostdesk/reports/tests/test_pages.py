"""The policy pages: newest, earlier, differences, anchors; and nothing but text from the operator's files."""

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from hostdesk.kit.actors import OPERATOR
from hostdesk.people.actions import sessions
from hostdesk.people.middleware import DESK_COOKIE
from hostdesk.policy import actions, documents
from hostdesk.policy.registry import CLAUSES
from hostdesk.reports import markdown, queries

MIDSUMMER = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


@pytest.fixture
def published(db):
    actions.publish_packaged_if_none(at=MIDSUMMER)


@pytest.fixture
def second_version(published, tmp_path):
    folder = tmp_path / "policies"
    shutil.copytree(documents.PACKAGED, folder)
    terms = folder / "hosting/terms.yaml"
    terms.write_text(terms.read_text().replace("value: 180", "value: 120"))
    words = folder / "hosting/policy.md"
    words.write_text(words.read_text().replace("courteous, professional", "friendly, professional"))
    document = documents.load_folder(folder).policies["hosting"]
    return actions.publish(document, by=OPERATOR, at=MIDSUMMER + timedelta(days=1))


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.mark.clause("scope.published")
def test_everybody_may_read_every_policy(client, published):
    page = client.get("/policy/")

    assert page.status_code == 200
    assert re.findall(r'href="(/policy/[^"]+/)"', page.content.decode()) == [
        "/policy/hosting/",
        "/policy/dedicated/",
    ]


@pytest.mark.clause("scope.published")
@pytest.mark.parametrize("slug", ["hosting", "dedicated"])
def test_every_clause_has_an_anchor_of_its_id_in_the_order_of_the_text(client, published, slug):
    page = client.get(f"/policy/{slug}/").content.decode()

    assert re.findall(r'<article class="clause" id="([^"]+)"', page) == list(CLAUSES)


@pytest.mark.clause("scope.versions")
def test_the_newest_version_is_shown_and_the_earlier_stays(client, second_version):
    newest, first = client.get("/policy/hosting/"), client.get("/policy/hosting/1/")

    assert "answers you in 1 to 2 hours" in text_of(newest)
    assert "This is an earlier version" not in text_of(newest)
    assert "answers you in 1 to 3 hours" in text_of(first)
    assert "This is an earlier version. Version 2 has applied since 2 July 2026." in text_of(first)


@pytest.mark.clause("scope.versions")
def test_differences_show_figures_and_words(client, second_version):
    page = client.get("/policy/hosting/2/changes/").content.decode()

    row = r'<tr><th scope="row"><a [^>]+>([^<]+)</a> <small [^>]+>([^<]+)</small></th><td>([^<]+)</td><td>([^<]+)</td>'
    assert re.findall(row, page) == [("How soon you are answered", "Response breach", "3 hours", "2 hours")]
    assert re.findall(r"<del>([^<]*)</del><ins>([^<]*)</ins>", page) == [
        ("3", "2"),
        ("courteous,", "friendly,"),
    ]


def test_the_first_version_has_nothing_to_compare_with(client, published):
    assert "This is the first version" in text_of(client.get("/policy/hosting/1/changes/"))


@pytest.mark.parametrize(
    "address",
    ["/policy/unknown/", "/policy/hosting/9/", "/policy/hosting/9/changes/", "/policy/hosting/0/changes/"],
)
def test_what_was_never_published_is_not_found(client, published, address):
    assert client.get(address).status_code == 404


def test_tags_in_the_operators_text_are_text():
    assert markdown.html("<script>alert(1)</script>\n\n[x](javascript:alert(1))") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>[x](javascript:alert(1))</p>\n"
    )


def test_the_policy_page_costs_the_same_whatever_its_age(client, second_version, django_assert_num_queries):
    client.get("/policy/hosting/")

    with django_assert_num_queries(2):
        client.get("/policy/hosting/")


def test_evidence_is_for_agents_only(client, published):
    assert client.get("/desk/evidence/").status_code == 302


def test_evidence_shows_agents_every_clause_and_says_plainly_what_nothing_enforces(client, world):
    agent = world.agent()
    signed_in = sessions.open_for_agent(
        agent,
        step="full",
        browser=sessions.Browser("127.0.0.1", "127.0.0.0/24", "a test", on_this_machine=True),
        at=world.now,
    )
    client.cookies[DESK_COOKIE] = signed_in.token

    with time_machine.travel(world.now, tick=False):
        page = client.get("/desk/evidence/")

    assert page.status_code == 200
    assert re.findall(r'<li id="([^"]+)">', page.content.decode()) == list(CLAUSES)
    assert (
        "When there is no charge after all fee.waived not enforced yet Nothing enforces it yet:"
        in text_of(page)
    )


def test_every_clause_is_reported_and_only_the_whole_counts_as_carried_out(published):
    reports = queries.clause_reports(MIDSUMMER)

    assert [report.clause.id for report in reports] == list(CLAUSES)
    for report in reports:
        lacks = [
            not report.places.rules,
            not report.places.verbs,
            not report.places.tests,
            report.evidence is None,
        ]
        assert (report.standing == "carried out") == (not any(lacks)), report


@pytest.mark.clause("scope.versions")
def test_evidence_of_versions_counts_them(second_version):
    report = queries.clause_report("scope.versions", MIDSUMMER + timedelta(days=2))

    assert (report.standing, report.evidence.count, report.evidence.rate, report.evidence.exceptions) == (
        "carried out",
        3,
        1.0,
        [],
    )
    assert report.evidence.sentence == "3 published versions, in force: dedicated/1, hosting/2."


@pytest.mark.clause("scope.dedicated")
def test_evidence_of_dedicated_servers_names_their_policy(published):
    report = queries.clause_report("scope.dedicated", MIDSUMMER)

    assert (
        report.evidence.sentence
        == "dedicated/1 covers dedicated servers; 2 policies are in force side by side."
    )
    assert report.evidence.exceptions == []
