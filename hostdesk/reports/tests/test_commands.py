"""`hostdesk policy ...`: what people and scripts read from it."""

import json
import shutil

import pytest

from hostdesk.config import cli
from hostdesk.policy import documents
from hostdesk.policy.models import PolicyVersion
from hostdesk.policy.registry import CLAUSES


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(documents.PACKAGED, tmp_path / "policies")
    return tmp_path / "policies"


def hostdesk(capsys, *words):
    code = cli.main(["policy", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out, err


def as_json(capsys, *words):
    code, out, err = hostdesk(capsys, *words, "--json")
    assert err == ""
    return code, json.loads(out)


def set_figure(folder, old, new):
    path = folder / "hosting/terms.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))


def test_a_sound_folder_passes_with_its_tensions_as_notes(capsys):
    code, found = as_json(capsys, "check")

    assert (code, found["sound"], found["mistake"]) == (0, True, None)
    assert [note["clause"] for note in found["notes"] if note["policy"] == "hosting"] == [
        "fee.advanced_rate",
        "sla.hours",
        "channel.tickets",
        "class.no_cgi_perl",
        "",
    ]


def test_a_mistake_is_one_sentence_and_exit_code_one(capsys, folder):
    set_figure(folder, "value: 11200", "value: 112.00")

    code, out, err = hostdesk(capsys, "check", folder)

    assert (code, out) == (1, "")
    assert err.startswith("hostdesk: hosting/terms.yaml line ")
    assert err.endswith("cleanup_cents.value: must be a whole number, not a number\n")


def test_publishing_puts_all_policies_in_force_and_then_only_what_changed(capsys, db, folder):
    first, again = as_json(capsys, "publish", folder), as_json(capsys, "publish", folder)
    set_figure(folder, "value: 180", "value: 120")
    changed = as_json(capsys, "publish", folder)

    assert (first[0], [p["policy"] for p in first[1]["published"]]) == (0, ["dedicated/1", "hosting/1"])
    assert again == (1, {"published": [], "dry_run": False})
    assert (changed[0], [p["policy"] for p in changed[1]["published"]]) == (0, ["hosting/2"])
    assert changed[1]["published"][0]["differences"]["figures"] == [
        {"key": "response_breach_minutes", "clause": "sla.response", "before": "3 hours", "after": "2 hours"}
    ]


def test_a_dry_run_publishes_nothing(capsys, db, folder):
    code, out, _ = hostdesk(capsys, "publish", folder, "--dry-run")

    assert (code, out) == (0, "dedicated: would be published\nhosting: would be published\n")
    assert PolicyVersion.objects.count() == 0


def test_a_broken_folder_publishes_nothing(capsys, db, folder):
    set_figure(folder, "unit: minutes", "unit: parsecs")

    code, _, err = hostdesk(capsys, "publish", folder)

    assert (code, err.count("\n"), PolicyVersion.objects.count()) == (2, 1, 0)


def test_a_policy_that_the_folder_does_not_hold_is_refused(capsys, db, folder):
    code, _, err = hostdesk(capsys, "publish", folder, "--policy", "vps")

    assert (code, PolicyVersion.objects.count()) == (2, 0)
    assert err == f"hostdesk: {folder} holds no policy 'vps'; it holds dedicated, hosting\n"


def test_differences_of_a_published_version_to_a_folder(capsys, db, folder):
    hostdesk(capsys, "publish", folder)
    set_figure(folder, "value: 11200", "value: 12000")

    code, out, _ = hostdesk(capsys, "diff", "hosting/1", folder)

    assert (code, out.splitlines()[0]) == (0, "  cleanup_cents (fee.cleanup): R112.00 -> R120.00")
    assert hostdesk(capsys, "diff", "hosting/1", "hosting/1") == (0, "No differences.\n", "")
    assert hostdesk(capsys, "diff", "hosting/1", "hosting/7")[0] == 2


def test_where_names_the_six_places(capsys):
    code, found = as_json(capsys, "where", "scope.versions")

    assert code == 0
    assert list(found) == ["clause", "words", "figures", "rule", "verb", "test", "evidence"]
    assert [place.split()[1] for place in (*found["rule"], *found["verb"], *found["evidence"])] == [
        "number_to_publish",
        "takes_newer_promise",
        "publish",
        "retarget",
        "kinder",
        "_judge",
        "versions",
    ]


def test_explaining_a_clause_gives_words_and_figures_in_force(capsys, db, folder):
    hostdesk(capsys, "publish", folder)

    code, found = as_json(capsys, "explain", "fee.cleanup")

    assert (code, found["version"]) == (0, "hosting/1")
    assert "R112.00" in found["words"]
    assert [(f["key"], f["shown"], f["source"]) for f in found["figures"]] == [
        ("cleanup_cents", "R112.00", "policy"),
        ("cleanup_confirmations", "2", "set by the operator"),
    ]


def test_evidence_lists_every_clause_and_counts_only_what_is_kept(capsys, db, folder):
    hostdesk(capsys, "publish", folder)

    code, found = as_json(capsys, "evidence")

    assert (code, [entry["clause"] for entry in found]) == (0, list(CLAUSES))
    assert {entry["kept"] for entry in found if entry["standing"] != "carried out"} <= {False}
    unenforced = next(entry for entry in found if entry["clause"] == "fee.waived")
    assert (unenforced["standing"], unenforced["evidence"]) == ("not enforced", None)
    assert unenforced["sentence"].startswith("Nothing enforces it yet: it lacks a rule")


@pytest.mark.parametrize("word", ["where", "explain", "evidence"])
def test_an_unknown_clause_is_refused_with_those_near_it(capsys, word):
    code, out, err = hostdesk(capsys, word, "fee.rounding")

    assert (code, out) == (2, "")
    assert err == (
        "hostdesk: 'fee.rounding' is not a clause; there are fee.advanced_rate, fee.minimum, fee.waived, fee.cleanup\n"
    )
