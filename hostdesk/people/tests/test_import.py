"""`hostdesk customers import`: repeatable, all or nothing, and nobody is written to."""

import re

import pytest

from hostdesk.audit.models import Entry
from hostdesk.hosting.models import Account, Customer, Domain, Server, Service
from hostdesk.kit.actors import OPERATOR
from hostdesk.mail.models import OutboundMail
from hostdesk.people import customer_file
from hostdesk.people.actions import contacts, importing, listing, verifying
from hostdesk.people.models import Contact, LinkRequest, Person

clause = pytest.mark.clause
HEAD = "customer,account,product,server,domains,contact_name,contact_email,contact_role,contact_phone"
PRODUCTS = "shared, reseller, vps, dedicated, colocation, email, domain, other"
ALICE = (
    "Acme,acme01,shared,web01,acme.example acme.test,Alice Adams,alice@acme.example,primary,+27 11 555 0100"
)
BOB = "Acme,acme01,shared,web01,,Bob Brown,bob@elsewhere.example,secondary,"
CAROL = "Bravo,bravo,dedicated,web02,bravo.example,Carol,carol@bravo.example,primary,"


@pytest.fixture
def servers(world):
    for name in ("web01", "web02"):
        Server.objects.create(name=name, hostnames=[f"{name}.host.example"], created_at=world.now)


@clause("contact.restricted")
def test_an_address_that_its_contacts_replaced_is_not_listed_again_by_an_older_file(world, servers):
    bring(world, ALICE, BOB)
    bob = Contact.objects.get(person__email="bob@elsewhere.example")
    primary = Contact.objects.get(person__email="alice@acme.example")
    wanted = listing.Wanted("bob@new.example", "Bob Brown", "", "secondary", bob)
    row = verifying.propose(bob.account, wanted, home=None, by=primary, ticket_number=1, at=world.now)
    verifying.ask(row, at=world.now)
    mail = OutboundMail.objects.filter(kind="contact_verification").get()
    verifying.accept(re.search(r"/contacts/verification/([\w-]+)", mail.text)[1], home=None, at=world.now)
    outcome = bring(world, ALICE, BOB)
    listed = Contact.objects.filter(removed_at=None).values_list("person__email", flat=True)

    assert sorted(listed) == ["alice@acme.example", "bob@new.example"]
    assert "bob@elsewhere.example was replaced by another address" in str(outcome.notices)


def bring(world, *rows, dry_run=False):
    content = "\n".join([HEAD, *rows, ""]).encode()
    return importing.import_customers(
        customer_file.read(content),
        by=OPERATOR,
        vouched_for="import on 2026-11-23",
        at=world.now,
        dry_run=dry_run,
    )


def counts(outcome):
    assert outcome.faults == ()
    return (outcome.counts.added, outcome.counts.changed, outcome.counts.unchanged)


def everything():
    """All that an import may touch."""
    return (
        list(Customer.objects.order_by("name").values_list("name", flat=True)),
        list(Account.objects.order_by("username").values_list("username", "customer__name")),
        sorted(Service.objects.values_list("account__username", "product", "server__name")),
        list(Domain.objects.order_by("name").values_list("name", "account__username")),
        list(Person.objects.order_by("email").values_list("email", "name", "phone")),
        sorted(
            Contact.objects.filter(removed_at=None).values_list("account__username", "person__email", "role")
        ),
    )


def test_a_file_becomes_customers_and_the_same_file_again_changes_nothing(world, servers):
    assert counts(bring(world, ALICE, BOB, CAROL)) == (3, 0, 0)
    first = everything()
    history = Entry.objects.count()

    assert first == (
        ["Acme", "Bravo"],
        [("acme01", "Acme"), ("bravo", "Bravo")],
        [("acme01", "shared", "web01"), ("bravo", "dedicated", "web02")],
        [("acme.example", "acme01"), ("acme.test", "acme01"), ("bravo.example", "bravo")],
        [
            ("alice@acme.example", "Alice Adams", "+27 11 555 0100"),
            ("bob@elsewhere.example", "Bob Brown", ""),
            ("carol@bravo.example", "Carol", ""),
        ],
        [
            ("acme01", "alice@acme.example", "primary"),
            ("acme01", "bob@elsewhere.example", "secondary"),
            ("bravo", "carol@bravo.example", "primary"),
        ],
    )
    assert counts(bring(world, ALICE, BOB, CAROL)) == (0, 0, 3)
    assert (everything(), Entry.objects.count()) == (first, history)
    assert set(Contact.objects.values_list("vouched_for", flat=True)) == {"import on 2026-11-23"}
    assert (OutboundMail.objects.count(), LinkRequest.objects.count()) == (0, 0)


def test_a_trial_changes_nothing_and_says_what_it_would_do(world, servers):
    before = everything()

    assert counts(bring(world, ALICE, BOB, dry_run=True)) == (2, 0, 0)
    assert everything() == before


def test_changed_cells_change_what_they_name(world, servers):
    bring(world, ALICE, BOB, CAROL)
    outcome = bring(
        world,
        ALICE.replace("web01", "web02").replace("Alice Adams", "Alice Abel").replace("acme01", "ACME01"),
        BOB.replace("web01", "web02"),
        CAROL.replace("Bravo,", "Acme,"),
    )

    assert counts(outcome) == (0, 2, 1)
    assert Service.objects.get(account__username="acme01").server.name == "web02"
    assert Person.objects.get(email="alice@acme.example").name == "Alice Abel"
    assert Account.objects.get(username="bravo").customer.name == "Acme"
    assert Account.objects.count() == 2


def test_primary_and_secondary_may_change_places(world, servers):
    bring(world, ALICE.replace("alice@acme.example", "alice@other.example"), BOB)
    outcome = bring(
        world,
        ALICE.replace("alice@acme.example", "alice@other.example").replace("primary", "secondary"),
        BOB.replace("secondary", "primary"),
    )

    assert counts(outcome) == (0, 2, 0)
    assert everything()[5] == [
        ("acme01", "alice@other.example", "secondary"),
        ("acme01", "bob@elsewhere.example", "primary"),
    ]


def test_what_the_file_leaves_out_stays(world, servers):
    bring(world, ALICE, BOB)
    bring(world, "Acme,acme01,email,,new.example,,,,")

    assert everything()[2:4] == (
        [("acme01", "email", None), ("acme01", "shared", "web01")],
        [("acme.example", "acme01"), ("acme.test", "acme01"), ("new.example", "acme01")],
    )
    assert len(everything()[5]) == 2


def authorised(number):
    return f"Acme,acme01,shared,web01,,C{number},c{number}@x.example,authorised,"


@pytest.mark.parametrize(
    ("row", "sentence", "clause_id"),
    [
        pytest.param(
            authorised(4),
            "account acme01 may have 3 authorised contacts; remove one first or choose another role "
            "(listed: c1@x.example, c2@x.example, c3@x.example)",
            "contact.listed_sender",
            marks=clause("contact.listed_sender"),
        ),
        pytest.param(
            BOB.replace("bob@elsewhere.example", "bob@mail.acme.example"),
            "secondary contact bob@mail.acme.example lives on acme.example, which is hosted here; "
            "it needs an address elsewhere",
            "contact.off_server",
            marks=clause("contact.off_server"),
        ),
        pytest.param(
            BOB.replace("secondary", "primary"),
            "account acme01 may have 1 primary contact; remove one first or choose another role "
            "(listed: alice@acme.example)",
            "contact.listed_sender",
            marks=clause("contact.listed_sender"),
        ),
        (
            BOB.replace("secondary", "king"),
            "role 'king' is not known; the roles are primary, secondary, authorised",
            "contact.listed_sender",
        ),
        (BOB.replace("shared", "castle"), f"product 'castle' is not known; the products are {PRODUCTS}", ""),
        (
            BOB.replace("bob@", "bob brown@"),
            "'bob brown@elsewhere.example' is no plain mail address such as ann@example.com",
            "contact.listed_sender",
        ),
        (
            BOB.replace("bob@elsewhere.example", "support@itpossible.com"),
            "support@itpossible.com is an address of this desk itself",
            "contact.listed_sender",
        ),
        (
            BOB.replace("Bob Brown", ""),
            "contact bob@elsewhere.example has no contact_name",
            "contact.identify",
        ),
        (
            BOB.replace("bob@elsewhere.example", ""),
            "has a contact without contact_email",
            "contact.listed_sender",
        ),
        (
            BOB.replace("Acme,", "Other,"),
            "account acme01 belongs to 'Other' here and to 'Acme' in line 2",
            "",
        ),
        (BOB.replace("web01,,", "web01,acme,"), "domain 'acme' is no domain name such as example.com", ""),
        (
            "Bravo,bravo,shared,web01,acme.test,,,,",
            "domain acme.test stands on account acme01 already (line 2)",
            "",
        ),
        ("Bravo,bravo,,,,Carol,carol@bravo.example,primary,", "account bravo has no product", ""),
        (
            ALICE.replace("primary", "authorised"),
            "contact alice@acme.example of account acme01 differs from line 2",
            "",
        ),
        (",acme01,shared,,,,,,", "names no customer", ""),
    ],
)
def test_a_bad_row_is_named_with_its_reason_and_nothing_is_imported(world, servers, row, sentence, clause_id):
    outcome = bring(world, ALICE, authorised(1), authorised(2), authorised(3), row)

    assert [(one.line, one.sentence, one.clause) for one in outcome.faults] == [(6, sentence, clause_id)]
    assert everything() == ([], [], [], [], [], [])


@clause("contact.off_server")
def test_a_new_domain_that_takes_in_the_secondary_contact_is_refused(world, servers):
    bring(world, ALICE, BOB)
    outcome = bring(world, "Acme,acme01,shared,web01,elsewhere.example,,,,")

    assert [(one.line, one.clause) for one in outcome.faults] == [(2, "contact.off_server")]


def test_all_faults_are_told_at_once(world, servers):
    outcome = bring(
        world,
        ALICE,
        BOB.replace("secondary", "king"),
        CAROL + ",one cell too many",
    )

    assert [one.line for one in outcome.faults] == [3, 4]


def test_a_server_that_nobody_told_of_becomes_known_by_its_name(world, servers):
    rows = (ALICE.replace("web01", "web09"), BOB.replace("web01", "WEB09"))
    outcome = bring(world, *rows)

    assert counts(outcome) == (2, 0, 0)
    assert [(one.line, one.sentence) for one in outcome.notices] == [
        (2, "server 'web09' is new; name its networks and hostnames with: hostdesk servers import")
    ]
    assert list(Service.objects.values_list("product", "server__name")) == [("shared", "web09")]
    assert counts(bring(world, *rows)) == (0, 0, 2)


def test_a_domain_of_another_account_stays_there(world, servers):
    bring(world, ALICE)
    outcome = bring(world, CAROL.replace("bravo.example", "acme.test", 1))

    assert [one.sentence for one in outcome.faults] == ["domain acme.test stands on another account already"]


def test_a_person_on_two_accounts_keeps_the_details_of_the_first_line(world, servers):
    outcome = bring(world, ALICE, CAROL.replace("carol@bravo.example", "alice@acme.example"))

    assert counts(outcome) == (2, 0, 0)
    assert [(one.line, one.sentence) for one in outcome.notices] == [
        (3, "alice@acme.example has other details than in line 2, whose details are kept")
    ]
    assert Person.objects.get().name == "Alice Adams"


def test_who_was_removed_and_is_listed_again_is_mentioned(world, servers):
    bring(world, ALICE)
    contacts.remove(Contact.objects.get(), by=OPERATOR, at=world.now)
    outcome = bring(world, ALICE)

    assert counts(outcome) == (1, 0, 0)
    assert [one.sentence for one in outcome.notices] == [
        "alice@acme.example had been removed from account acme01 and is listed again"
    ]


def test_the_number_of_queries_does_not_grow_with_the_file(world, servers, django_assert_max_num_queries):
    def row(number):
        return f"C{number},acc{number},shared,web01,d{number}.example,P{number},p{number}@d{number}.example,primary,"

    with django_assert_max_num_queries(30):
        bring(world, *(row(number) for number in range(5)))
    # A few more: SQLite takes at most so many values in one statement.
    with django_assert_max_num_queries(60):
        bring(world, *(row(number) for number in range(400)))
    assert Contact.objects.count() == 400
