"""The policy is data: 55 clauses with their words, kept where the code says so, and no figure of it in code or pages."""

import ast
import re

import pytest

from hostdesk.policy.places import all_places
from hostdesk.policy.registry import _CHAPTERS, CLAUSES
from hostdesk.reports import queries
from tests.house.figures import figures_in, figures_of, spoken_times
from tests.house.sources import PACKAGE, TOP, modules, templates

PACKAGED = PACKAGE / "policy" / "packaged"
FIGURES = figures_of(PACKAGED / "hosting" / "terms.yaml")
CARRIED_OUT = {
    *("scope.published", "scope.dedicated", "scope.versions"),
    *("sla.hours", "sla.response", "sla.resolve", "sla.best_effort", "sla.delays", "sla.fcfs", "sla.offpeak"),
    *(
        "contact.current",
        "contact.identify",
        "contact.listed_sender",
        "contact.unlisted",
        "contact.off_server",
    ),
    *("contact.privileges", "contact.restricted", "contact.password"),
    *("channel.tickets", "channel.no_duplicates"),
    "class.general_fast",
    "fee.cleanup",
    "conduct.complaints",
}
PREFIXES = "|".join(sorted({clause.partition(".")[0] for clause in CLAUSES}))


@pytest.mark.db_free
def test_all_clauses_are_registered():
    assert len(CLAUSES) == 55


@pytest.mark.db_free
def test_every_clause_has_words_of_its_own_in_the_hosting_policy():
    text = (PACKAGED / "hosting" / "policy.md").read_text(encoding="utf-8")
    told = re.findall(r"^### (\S+) · .+\n\n\w", text, re.MULTILINE)

    assert sorted(told) == sorted(CLAUSES)


@pytest.mark.db_free
def test_whatever_looks_like_a_clause_in_code_is_one():
    found = {
        f"{path}:{node.lineno} {node.value}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and re.fullmatch(rf"(?:{PREFIXES})\.[a-z_0-9]+", node.value)
        and node.value not in CLAUSES
    }  # fmt: skip

    assert found == set()


@pytest.mark.db_free
def test_whatever_a_docstring_or_page_cites_is_a_clause():
    texts = {path: ast.unparse(tree) for path, tree in modules().items()} | templates()
    texts |= {
        str(page.relative_to(TOP)): page.read_text(encoding="utf-8") for page in (TOP / "docs").rglob("*.md")
    }
    cited = {
        f"{path} {clause}"
        for path, text in texts.items()
        for clause in re.findall(rf"[Cc]lauses?(?: served)?: ((?:{PREFIXES})\.[a-z_0-9]+)", text)
        if clause not in CLAUSES
    }

    assert cited == set()


@pytest.mark.db_free
@pytest.mark.parametrize("clause", CLAUSES)
def test_clause_is_claimed_kept_only_with_rule_verb_test_and_evidence(clause):
    """What `policy evidence` and the evidence page say of a clause rests on four places that exist."""
    places = all_places()[clause]
    standing, _ = queries._standing(places)

    whole = all((places.rules, places.verbs, places.tests, places.evidence))
    assert (standing == "carried out") == whole


@pytest.mark.db_free
def test_these_clauses_are_carried_out():
    """The list grows with the product. A clause leaves it only together with the promise that it is kept."""
    carried_out = {clause for clause, places in all_places().items() if places.is_carried_out}

    assert carried_out == CARRIED_OUT


@pytest.mark.db_free
def test_every_marked_test_names_a_clause():
    marks = {
        f"{file.relative_to(TOP)} {clause}"
        for top in ("hostdesk", "tests")
        for file in (TOP / top).rglob("test_*.py")
        for clause in re.findall(
            r"@(?:pytest\.mark\.)?clause\(\"([^\"]+)\"", file.read_text(encoding="utf-8")
        )
        if clause not in CLAUSES
    }

    assert marks == set()


@pytest.mark.db_free
def test_no_figure_of_the_policy_stands_in_python():
    found = {path: figures for path, tree in modules().items() if (figures := figures_in(tree, FIGURES))}

    assert found == {}


@pytest.mark.db_free
@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("BREACH = timedelta(hours=3)", ["response_breach_minutes"]),
        ("warning_after = timedelta(minutes=60)", ["response_warning_minutes"]),
        ("if resolution_minutes > 360: pass", ["resolution_breach_minutes"]),
        ("REOPEN = timedelta(weeks=1, days=7)", ["reopen_days"]),
        ("def may_add(authorised): return len(authorised) < 3", ["authorised_contacts_limit"]),
        ("price = 34000", ["rate_coding_cents_per_hour"]),
        ("fee = Decimal(112)", ["cleanup_cents"]),
        ("session_life = timedelta(days=7)", []),
        ("breach = terms.response_breach", []),
        ("lease = timedelta(minutes=60)", []),
    ],
)
def test_the_search_for_figures_finds_them_and_nothing_else(code, figures):
    assert [name for _, name in figures_in(ast.parse(code), FIGURES)] == figures


@pytest.mark.db_free
def test_no_figure_of_the_policy_stands_in_a_template():
    """A page takes its figures from the version in force; the next version may name others."""
    spoken = spoken_times(PACKAGED / "hosting" / "terms.yaml")
    found = {path: spoken.findall(text) for path, text in templates().items()}

    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.db_free
def test_the_search_for_spoken_times_finds_them():
    spoken = spoken_times(PACKAGED / "hosting" / "terms.yaml")

    assert spoken.findall("Within three hours, at most 6 hours or 180 minutes; a link lives 20 minutes.") == [
        "three hours", "6 hours", "180 minutes",
    ]  # fmt: skip


@pytest.mark.db_free
def test_chapters_hold_no_clause_twice():
    assert sum(len(clauses) for clauses in _CHAPTERS.values()) == len(CLAUSES)
