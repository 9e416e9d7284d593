"""Policy folders: what is packaged is sound, and every kind of mistake is named by file, line and reason."""

import re
import shutil
from datetime import timedelta

import pytest

from hostdesk.kit.money import Money
from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import documents
from hostdesk.policy.registry import CLAUSES

pytestmark = pytest.mark.db_free


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(documents.PACKAGED, tmp_path / "policies")
    return tmp_path / "policies"


@pytest.fixture(scope="module")
def packaged():
    return documents.load_folder(documents.PACKAGED)


def refusal(folder):
    with pytest.raises(Misconfigured) as no:
        documents.load_folder(folder)
    return str(no.value)


def line_of(folder, file, needle):
    lines = (folder / file).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if needle in line)


def test_there_are_55_clauses():
    assert len(CLAUSES) == 55


@pytest.mark.parametrize("slug", ["hosting", "dedicated"])
def test_every_clause_stands_in_the_words_exactly_once(slug):
    source = (documents.PACKAGED / slug / "policy.md").read_text()

    found = re.findall(r"^### ([a-z]+\.[a-z0-9_]+) · ", source, re.MULTILINE)

    assert sorted(found) == sorted(CLAUSES)


@pytest.mark.parametrize("slug", ["hosting", "dedicated"])
def test_words_write_no_figure_of_their_own(packaged, slug):
    assert packaged.policies[slug].bare_figures == ()


def test_hosting_carries_the_figures_of_the_source(packaged):
    terms = packaged.policies["hosting"].terms

    assert (terms.response_warning, terms.response_breach) == (timedelta(hours=1), timedelta(hours=3))
    assert terms.resolution_breach == timedelta(hours=6)
    assert terms.support_hours.is_always
    assert (
        terms.primary_contacts_limit,
        terms.secondary_contacts_limit,
        terms.authorised_contacts_limit,
    ) == (1, 1, 3)
    assert (terms.rate_coding_per_hour, terms.rate_other_per_hour) == (
        Money(34000, "ZAR"),
        Money(38000, "ZAR"),
    )
    assert (terms.block, terms.cleanup) == (timedelta(minutes=15), Money(11200, "ZAR"))
    assert (terms.phone_containment_least_percent, terms.phone_containment_most_percent) == (70, 80)


def test_words_show_figures_as_people_say_them(packaged):
    hosting = packaged.policies["hosting"]

    assert hosting.clause("fee.advanced_rate").words == (
        "Developing a web site, and setting up or debugging your own code, costs R340.00 an hour. All other advanced\n"
        "support costs R380.00 an hour."
    )
    assert hosting.clause("sla.response").words.startswith(
        "A person who has looked into your request answers you in 1 to 3 hours."
    )


@pytest.mark.clause("scope.dedicated")
def test_every_figure_for_dedicated_servers_is_set_by_the_operator_with_a_reason(packaged):
    figures = packaged.policies["dedicated"].figures

    assert {note.source for note in figures} == {"set by the operator"}
    assert [note.key for note in figures if not note.why] == []


@pytest.mark.clause("scope.dedicated")
def test_a_hosting_figure_copied_silently_to_dedicated_servers_is_refused(folder):
    shutil.copy(folder / "hosting/terms.yaml", folder / "dedicated/terms.yaml")
    line = line_of(folder, "dedicated/terms.yaml", "support_hours:")

    assert refusal(folder) == (
        f"dedicated/terms.yaml line {line}, support_hours.source: says that the hosting support policy sets this figure,"
        " but it does not apply to dedicated servers (scope.dedicated): mark it 'set by the operator' and say why"
    )


MISTAKES = {
    "unknown key": (
        "hosting/terms.yaml",
        "reopen_days:",
        "reopening_days:",
        "reopening_days: is not a key that belongs",
    ),
    "unknown key of an entry": (
        "hosting/terms.yaml",
        "unit: hours of the week",
        "units: hours of the week",
        "support_hours.units: is not a key that belongs here",
    ),
    "wrong unit": (
        "hosting/terms.yaml",
        "unit: minutes",
        "unit: hours",
        "response_warning_minutes.unit: 'hours' is not",
    ),
    "unknown clause": (
        "hosting/terms.yaml",
        "clause: sla.response",
        "clause: sla.respond",
        "response_warning_minutes.clause: 'sla.respond' is not a clause of the policy",
    ),
    "figure out of range": (
        "hosting/terms.yaml",
        "value: 60\n",
        "value: 0\n",
        "response_warning_minutes.value: must be a whole number of at least 1",
    ),
    "figure as text": (
        "hosting/terms.yaml",
        "value: 60\n",
        'value: "60"\n',
        "response_warning_minutes.value: must be a whole number, not text",
    ),
    "warning after the breach": (
        "hosting/terms.yaml",
        "value: 60\n",
        "value: 181\n",
        "response_warning_minutes.value: must come before the breach",
    ),
    "figure without a reason": (
        "hosting/terms.yaml",
        "  why: leaves an hour to finish or to explain before the promise is broken\n",
        "",
        "resolution_warning_minutes.why: is missing",
    ),
    "key twice": ("hosting/terms.yaml", "reopen_days:", "support_hours:", "support_hours: stands here twice"),
    "not YAML": ("hosting/terms.yaml", "value: 60\n", "value: [60\n", "is not YAML"),
    "an alias": (
        "hosting/terms.yaml",
        '["mon-sun 00:00-24:00"]',
        '[&all "mon-sun 00:00-24:00", *all]',
        "support_hours.value.1: anchors and aliases are not used here",
    ),
    "a holiday that is no day": (
        "hosting/terms.yaml",
        "value: []",
        'value: ["2027-02-29"]',
        "'2027-02-29' is no day of the calendar",
    ),
    "unknown role": ("hosting/terms.yaml", "[primary, secondary]", "[primary, boss]", "'boss' is not a role"),
    "price that is no figure": (
        "hosting/catalogue.yaml",
        "price: cleanup_cents",
        "price: cleaning_cents",
        "request_types.account_cleanup.price: 'cleaning_cents' is neither 'free' nor a price in the terms",
    ),
    "general request with a price": (
        "hosting/catalogue.yaml",
        "    price: free",
        "    price: cleanup_cents",
        "request_types.login_problem.price: must be free",
    ),
    "request of an unknown class": (
        "hosting/catalogue.yaml",
        "    class: general",
        "    class: gold",
        "request_types.login_problem.class: 'gold' is not one of the words allowed here",
    ),
    "request under an unknown clause": (
        "hosting/catalogue.yaml",
        "clause: class.general",
        "clause: class.gold",
        "request_types.login_problem.clause: 'class.gold' is not a clause of the policy",
    ),
    "operator without a name": ("operator.yaml", "name: IT Possible\n", "", "name: is missing"),
    "address off the mail domain": (
        "operator.yaml",
        "support@itpossible.com",
        "support@example.com",
        "support_address: must be an address on itpossible.com",
    ),
    "one address for both": (
        "operator.yaml",
        "complaint@",
        "support@",
        "complaint_address: must not be the support address",
    ),
    "no time zone": (
        "operator.yaml",
        "Africa/Johannesburg",
        "Africa/Atlantis",
        "time_zone: is not a time zone such as",
    ),
    "no currency": (
        "operator.yaml",
        "currency: ZAR",
        "currency: Rand",
        "currency: is not three capital letters",
    ),
    "an emergency contact that is no address": (
        "operator.yaml",
        "currency: ZAR\n",
        "currency: ZAR\nemergency_contact: the boss\n",
        "emergency_contact: 'the boss' is not a mail address",
    ),
    "an emergency contact that is the desk": (
        "operator.yaml",
        "currency: ZAR\n",
        "currency: ZAR\nemergency_contact: support@itpossible.com\n",
        "emergency_contact: must be a person's own address",
    ),
    "words outside a clause": (
        "hosting/policy.md",
        "## About this policy\n",
        "## About this policy\n\nWelcome.\n",
        "words stand here that belong to no clause",
    ),
    "an unknown clause in the words": (
        "hosting/policy.md",
        "### sla.hours",
        "### sla.years",
        "'sla.years' is not a clause of the policy",
    ),
    "a clause twice": (
        "hosting/policy.md",
        "### sla.hours",
        "### scope.covered",
        "scope.covered stands here again",
    ),
    "a heading of another kind": ("hosting/policy.md", "### sla.hours · ", "#### ", "is neither a chapter"),
    "a figure that does not exist": (
        "hosting/policy.md",
        "{support_hours}",
        "{support_days}",
        "{support_days} is neither a figure of terms.yaml nor known otherwise",
    ),
    "a lone brace": ("hosting/policy.md", "{support_hours}", "{support_hours", "a brace stands alone"),
    "no header": ("hosting/policy.md", "---\n", "", "must begin with a header between two lines '---'"),
    "two policies for one product": (
        "dedicated/policy.md",
        "products: [dedicated]",
        "products: [dedicated, shared]",
        "'shared' is covered by dedicated already",
    ),
    "no policy for everything else": (
        "hosting/policy.md",
        "otherwise: true\n",
        "",
        "exactly one policy covers what no",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "says"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_sentence_that_names_file_line_and_reason(folder, file, old, new, says):
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))

    sentence = refusal(folder)

    assert "\n" not in sentence
    assert says in sentence
    assert re.match(r"[a-z/.]+( line \d+)?(, [A-Za-z_.0-9]+)?: \S", sentence), sentence


def test_the_line_is_the_line_of_the_mistake(folder):
    path = folder / "hosting/terms.yaml"
    path.write_text(path.read_text().replace("value: 11200", "value: -1"))

    assert refusal(folder).startswith(
        f"hosting/terms.yaml line {line_of(folder, 'hosting/terms.yaml', 'value: -1')}, "
    )


@pytest.mark.parametrize("clause", list(CLAUSES))
def test_a_clause_without_words_or_missing_is_refused(folder, clause):
    path = folder / "hosting/policy.md"
    source = path.read_text()
    section = re.search(rf"^### {re.escape(clause)} · .*\n([^#]*)", source, re.MULTILINE)

    path.write_text(source.replace(section[0], section[0].replace(section[1], "\n")))
    assert f"{clause} has a heading but no words" in refusal(folder)

    path.write_text(source.replace(section[0], ""))
    assert refusal(folder) == f"hosting/policy.md: {clause} is missing: every clause has words of its own"


@pytest.mark.parametrize(
    "file", ["operator.yaml", "hosting/policy.md", "hosting/terms.yaml", "dedicated/catalogue.yaml"]
)
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()

    assert refusal(folder) == f"{file}: is missing in {folder}"


def test_a_file_that_is_no_text_is_named(folder):
    (folder / "hosting/policy.md").write_bytes(b"\xff\xfe\x00")

    assert refusal(folder) == "hosting/policy.md: is not text in UTF-8"
