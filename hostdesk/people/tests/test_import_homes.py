"""`hostdesk customers import` looks where new secondary addresses live: by all our tables, then by DNS."""

import json

import pytest

from hostdesk.config import cli
from hostdesk.hosting import homes
from hostdesk.hosting.models import Server
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.people.models import Contact

pytestmark = pytest.mark.clause("contact.off_server")

HEAD = "customer,account,product,server,domains,contact_name,contact_email,contact_role"
ALICE = "Acme,acme01,shared,,acme.example,Alice Adams,alice@acme.example,primary"
CAROL = "Bravo,bravo,shared,,bravo.example,Carol,carol@bravo.example,primary"
ZONE = {
    "by-name.example": [["MX", [10, "mail.host.example"]]],
    "by-address.example": [["MX", [10, "mx.by-address.example"]]],
    "mx.by-address.example": [["A", "198.51.100.7"]],
    "far.example": [["MX", [10, "mx.far.example"]]],
    "mx.far.example": [["A", "203.0.113.9"]],
    "silent.example": [["*", "TIMEOUT"]],
}


@pytest.fixture
def zone(world, monkeypatch):
    Server.objects.create(
        name="web01", hostnames=["host.example"], networks=["198.51.100.0/24"], created_at=world.now
    )
    asked = ZoneResolver(ZONE)
    monkeypatch.setattr(homes, "_resolver", asked)
    return asked


def secondary(email):
    return f"Acme,acme01,shared,,,Bob Brown,{email},secondary"


@pytest.fixture
def bring(zone, tmp_path, capsys):
    """Import rows as the command does: exit code and its answer."""

    def run(*rows):
        file = tmp_path / "customers.csv"
        file.write_text("\n".join([HEAD, *rows, ""]))
        capsys.readouterr()
        code = cli.main(["customers", "import", str(file), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize(
    ("email", "why"),
    [
        ("bob@by-name.example", "is hosted here: mail for by-name.example comes to our server web01"),
        ("bob@by-address.example", "is hosted here: mail for by-address.example comes to our server web01"),
        ("bob@bravo.example", "lives on bravo.example, which is hosted here"),
    ],
)
def test_a_secondary_whose_mail_comes_to_our_servers_is_refused_with_the_reason(bring, email, why):
    code, answer = bring(ALICE, CAROL, secondary(email))

    assert code == 2
    assert answer["faults"] == [
        {
            "line": 4,
            "sentence": f"secondary contact {email} {why}; it needs an address elsewhere",
            "clause": "contact.off_server",
        }
    ]
    assert not Contact.objects.exists()


def test_a_secondary_elsewhere_comes_in_and_is_not_asked_about_again(bring, zone):
    assert bring(ALICE, secondary("bob@far.example"))[1]["added"] == 2
    asked = zone.asked
    code, answer = bring(ALICE, secondary("bob@far.example"))

    assert (code, answer["unchanged"], answer["faults"], zone.asked) == (0, 2, [], asked)


def test_where_dns_is_silent_the_address_comes_in_and_it_is_said(bring):
    code, answer = bring(ALICE, secondary("bob@silent.example"))

    assert (code, answer["added"]) == (0, 2)
    assert [one["line"] for one in answer["notices"]] == [3]
    assert answer["notices"][0]["sentence"].startswith(
        "DNS did not say where mail for silent.example is brought"
    )


def test_who_becomes_secondary_by_another_role_is_looked_at_as_well(bring):
    bob = secondary("bob@by-name.example")
    assert bring(ALICE, bob.replace("secondary", "authorised"))[0] == 0
    code, answer = bring(ALICE, bob)

    assert (code, [one["clause"] for one in answer["faults"]]) == (2, ["contact.off_server"])


def test_a_thousand_domains_that_do_not_answer_hold_an_import_for_a_bounded_time(zone, monkeypatch):
    monkeypatch.setattr(homes, "_PATIENCE_FOR_MANY_SECONDS", 0.0)
    names = [f"bob@far{number}.example" for number in range(1000)]

    assert set(homes.homes_of(names, hosted=()).values()) == {None}
    assert zone.asked == 0
