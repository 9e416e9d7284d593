"""Lists of the client area: what is open, what is finished, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.people.models import Contact, PolicyReading
from hostdesk.policy.queries import newest
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.tests.browsers import browser_of, page

clause = pytest.mark.clause


@clause("scope.published")
def test_the_policy_is_asked_to_be_read_until_it_was(world):
    alice = world.contact()
    browser = browser_of(alice)
    before = page(browser, "/client/")
    browser.post("/client/policy-reading", {"next": "/client/"})

    assert "Please read our support policy once." in before
    assert "Please read our support policy once." not in page(browser, "/client/")
    assert {one.slug for one in newest()} == {"hosting", "dedicated"}
    read = PolicyReading.objects.filter(person=alice.person).values_list("policy_version_id", flat=True)
    assert [*read] == [one.id for one in newest() if one.slug == "hosting"]
    assert 'href="/policy/hosting/">Read it' in before


def test_tickets_of_several_accounts_stand_under_their_accounts(world):
    alice = world.contact()
    other = world.contact("al@two.example", username="two01", customer="Two", domains=())
    Contact.objects.create(
        person=alice.person, account=other.account, role="secondary", vouched_for="test", created_at=world.now
    )
    world.ticket(other, subject="Certificate ended")
    world.ticket(alice, subject="Mailbox full")
    told = page(browser_of(alice), "/client/")
    places = [told.index(words) for words in ("acme01", "Mailbox full", "two01", "Certificate ended")]

    assert places == sorted(places)


@pytest.mark.parametrize("address", ["/client/", "/client/tickets/"])
def test_a_list_costs_the_same_queries_with_one_row_and_with_fifty(world, address):
    alice, agent = world.contact(), world.agent("Sipho", role="supervisor")
    browser = browser_of(alice)

    def cost(more):
        for count in range(more):
            ticket = world.ticket(alice, subject=f"Ticket {count}")
            if address == "/client/tickets/":
                resolve(ticket, by=agent, at=world.now)
        with CaptureQueriesContext(connection) as queries:
            told = page(browser, address)
        return len(queries), told.count('class="mine-row"')

    one, fifty = cost(1), cost(49)
    assert one[0] == fifty[0]
    assert (one[1], fifty[1]) == (1, 30 if address == "/client/tickets/" else 50)


def test_more_than_fifty_open_tickets_go_on_on_the_next_page(world):
    alice = world.contact()
    for _ in range(51):
        world.ticket(alice)
    browser = browser_of(alice)
    first, second = page(browser, "/client/"), page(browser, "/client/?skip=50")

    assert [told.count('class="mine-row"') for told in (first, second)] == [50, 1]
    assert ('href="/client/?skip=50"' in first, "?skip=" in second) == (True, False)
    assert page(browser, "/client/?skip=-1").count('class="mine-row"') == 50


def test_finished_tickets_are_paged_without_missing_or_repeating_one(world):
    alice, agent = world.contact(), world.agent("Sipho", role="supervisor")
    tickets = [world.ticket(alice) for _ in range(33)]
    for ticket in tickets:
        resolve(ticket, by=agent, at=world.now)
    browser = browser_of(alice)
    first = page(browser, "/client/tickets/")
    second = page(browser, f"/client/tickets/?before={tickets[3].pk}")
    shown = [[one.number for one in tickets if f">{one.number}<" in told] for told in (first, second)]

    assert f"?before={tickets[3].pk}" in first
    assert shown == [[one.number for one in tickets[3:]], [one.number for one in tickets[:3]]]
