"""Sentences, notes on tensions, differences, and the places of clauses."""

import shutil
from zoneinfo import ZoneInfo

import pytest

from hostdesk.policy import differences, documents, places, tensions
from hostdesk.policy.differences import Change, Piece
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.sentences import _SENTENCES, say

pytestmark = pytest.mark.db_free
ZONE = ZoneInfo("Africa/Johannesburg")


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(documents.PACKAGED, tmp_path / "policies")
    return tmp_path / "policies"


def edited(folder, file, old, new):
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    return documents.load_folder(folder)


@pytest.mark.parametrize(
    ("clause", "outcome", "facts", "sentence"),
    [
        (
            "sla.response",
            "promised",
            {"from": "2026-12-31T23:30:00+00:00", "due_after_minutes": 180},
            "You will hear from a person within 3 hours of Fri 1 Jan, 01:30.",
        ),
        (
            "sla.response",
            "promised",
            {"from": "2026-12-31T23:30:00+00:00", "due_after_minutes": 180, "in_support_hours": True},
            "You will hear from a person within 3 hours of our support hours, counted from Fri 1 Jan, 01:30.",
        ),
        (
            "sla.resolve",
            "breached",
            {"due_at": "2026-11-30T21:59:00+00:00"},
            "The solution was due by Mon 30 Nov, 23:59 and is late; a supervisor was told.",
        ),
        (
            "sla.fcfs",
            "jumped",
            {"before": 1},
            "This ticket was taken before an older one, for a recorded reason.",
        ),
        (
            "sla.fcfs",
            "jumped",
            {"before": 4},
            "This ticket was taken before 4 older ones, for a recorded reason.",
        ),
        (
            "contact.listed_sender",
            "proven",
            {"role": "primary"},
            "Written by the primary contact, and the sending domain proves that the mail is genuine.",
        ),
        (
            "contact.unlisted",
            "closed",
            {},
            "The sender is not a listed contact of any account, so the mail was closed and nothing was sent.",
        ),
        (
            "channel.no_duplicates",
            "joined",
            {"how": "reply address"},
            "Added to this ticket, because you replied to one of its mails.",
        ),
        ("fee.waived", "credited_in_full", {}, "When there is no charge after all: credited in full."),
    ],
)
def test_a_decision_is_a_sentence(clause, outcome, facts, sentence):
    assert say(clause, outcome, facts, zone=ZONE) == sentence


@pytest.mark.parametrize(("clause", "outcome"), list(_SENTENCES))
def test_every_sentence_stands_without_its_facts(clause, outcome):
    sentence = say(clause, outcome, {}, zone=ZONE)

    assert clause in CLAUSES
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "None" not in sentence


def test_the_four_tensions_of_the_source_are_noted():
    found = [
        note.clause
        for note in tensions.notes(documents.load_folder(documents.PACKAGED))
        if note.policy == "hosting"
    ]

    assert found == ["fee.advanced_rate", "sla.hours", "channel.tickets", "class.no_cgi_perl", ""]


@pytest.mark.parametrize(
    ("file", "old", "new", "resolved"),
    [
        ("hosting/terms.yaml", "value: 38000", "value: 34000", "fee.advanced_rate"),
        (
            "hosting/terms.yaml",
            "clause: sla.hours\n  source: policy",
            "clause: sla.hours\n  source: set by the operator\n  why: round the clock",
            "sla.hours",
        ),
        ("hosting/policy.md", "such as CGI, ASP", "such as ASP", "class.no_cgi_perl"),
    ],
)
def test_a_tension_that_was_resolved_is_no_longer_noted(folder, file, old, new, resolved):
    found = [note.clause for note in tensions.notes(edited(folder, file, old, new))]

    assert resolved not in found


def test_figures_written_out_in_words_are_noted(folder):
    found = tensions.notes(
        edited(folder, "hosting/policy.md", "{support_hours}.", "{support_hours}, 365 days a year.")
    )

    sentences = [note.sentence for note in found if "365" in note.sentence]
    assert sentences == [
        (
            "policy.md line 32 writes a figure in digits that could contradict terms.yaml:"
            " Our support team works on tickets {support_hours}, 365 days a year."
        )
    ]


@pytest.mark.clause("scope.dedicated")
def test_figures_that_equal_those_of_hosting_are_named():
    notes = [
        n for n in tensions.notes(documents.load_folder(documents.PACKAGED)) if n.clause == "scope.dedicated"
    ]

    assert [(note.policy, note.sentence.partition(":")[2].split(", ")) for note in notes] == [
        (
            "dedicated",
            [
                " support_hours",
                "offpeak_work",
                "primary_contacts_limit",
                "secondary_contacts_limit",
                "authorised_contacts_limit",
                "restricted_roles",
                "emergency_hours",
            ],
        )
    ]


@pytest.mark.clause("scope.versions")
def test_differences_name_the_figure_and_the_words_it_changes(folder):
    before = documents.load_folder(documents.PACKAGED).policies["hosting"]
    after = edited(folder, "hosting/terms.yaml", "value: 11200", "value: 12000").policies["hosting"]

    found = differences.compare(before, after)

    assert found.figures == (Change("cleanup_cents", "fee.cleanup", "R112.00", "R120.00"),)
    assert (found.requests, found.others) == ((), ())
    assert [rewording.clause for rewording in found.wordings] == ["fee.cleanup"]
    assert [piece for piece in found.wordings[0].pieces if piece.kind != "same"] == [
        Piece("removed", "R112.00."),
        Piece("added", "R120.00."),
    ]


def test_a_policy_differs_in_nothing_from_itself():
    document = documents.load_folder(documents.PACKAGED).policies["hosting"]

    assert differences.compare(document, document).is_nothing


SOURCES = {
    "hostdesk/policy/rules/fee.py": 'from x import rule\n\n@rule("fee.waived")\ndef is_waived(cause):\n    return cause\n',
    "hostdesk/billing/actions.py": (
        'CLAUSE = "fee.minimum"\n\n'
        'def waive(invoice):\n    """Clause: conduct.staff."""\n    return is_waived(invoice)\n\n'
        "def sell(block):\n    return decide(CLAUSE)\n"
    ),
    "hostdesk/billing/queries.py": "def waiver_of(invoice):\n    return is_waived(invoice)\n",
    "hostdesk/requests/actions/asking.py": "def ask(invoice):\n    return waiver_of(invoice)\n",
    "hostdesk/billing/evidence.py": '@evidence("fee.waived")\ndef waived(at):\n    return None\n',
    "hostdesk/billing/tests/test_x.py": '@pytest.mark.clause("fee.waived")\ndef test_a(): pass\n\ndef test_b(): pass\n',
}


def test_places_are_found_in_code_and_not_in_docstrings(tmp_path):
    for name, source in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)

    found = places.scan(tmp_path / "hostdesk")

    assert found["fee.waived"] == places.Places(
        rules=["hostdesk/policy/rules/fee.py:4 is_waived"],
        verbs=["hostdesk/billing/actions.py:3 waive", "hostdesk/requests/actions/asking.py:1 ask"],
        tests=["hostdesk/billing/tests/test_x.py:2 test_a"],
        evidence=["hostdesk/billing/evidence.py:2 waived"],
    )
    assert found["fee.waived"].is_carried_out
    assert found["fee.minimum"].verbs == ["hostdesk/billing/actions.py:7 sell"]
    assert found["fee.minimum"].missing == ("a rule", "a marked test", "evidence")
    assert found["conduct.staff"].verbs == []
    assert not found["conduct.staff"].is_enforced


def test_an_installation_without_tests_does_not_count_them_as_missing(tmp_path):
    (tmp_path / "hostdesk").mkdir()

    assert places.scan(tmp_path / "hostdesk")["fee.waived"].tests is None
