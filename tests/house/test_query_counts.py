"""A list with fifty rows asks the database no more often than a list with one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.kit import numbers
from hostdesk.people.models import Agent
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.actions.confirming import withdraw
from hostdesk.requests.actions.recovering import open_for_caller
from hostdesk.requests.models import Recovery, RecoveryLink
from hostdesk.tickets.models import Ticket

LISTS = {
    "/desk/queue": "supervisor",
    "/desk/queue/unserved": "supervisor",
    "/desk/mine": "supervisor",
    "/desk/tickets/": "supervisor",
    "/desk/lists/waiting": "supervisor",
    "/desk/search?q=Mailbox": "supervisor",
    "/desk/windows/": "supervisor",
    "/desk/mailroom/": "supervisor",
    "/desk/mailroom/?disposition=closed": "supervisor",
    "/desk/mailroom/outbound": "supervisor",
    "/desk/requests/?show=ready": "supervisor",
    "/desk/requests/": "supervisor",
    "/desk/requests/?show=ended": "supervisor",
    "/desk/recoveries/": "supervisor",
    "/desk/tickets/{recovery_ticket}/requests": "supervisor",
    "/desk/customers": "supervisor",
    "/desk/fairness/": "supervisor",
    "/desk/skills/": "supervisor",
    "/desk/shift": "supervisor",
    "/desk/shift/away": "supervisor",
    "/desk/shift/hand-over": "supervisor",
    "/desk/shift/plan": "supervisor",
    "/desk/agents": "admin",
    "/client/": "contact",
    "/client/contacts": "contact",
    "/client/requests/": "contact",
    "/client/requests/?show=ended": "contact",
    "/client/tickets/{ticket}/requests": "contact",
}


@pytest.fixture(autouse=True)
def whose_desk_is_asked_once(monkeypatch):
    """Who runs the desk is remembered for a second: on a slow machine a page would ask for it again."""
    monkeypatch.setattr("hostdesk.policy.queries._REMEMBERED_SECONDS", 3600.0)


def queries_of(client, address):
    """How many questions one page asks, when all that is asked once a process has been asked."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def fill(world, staffed, many):
    """`many` rows for each list: customers with a ticket, agents, mails in and out; a third of the tickets are taken."""
    from hostdesk.people.models import Contact
    from hostdesk.tickets.actions.taking import take_next

    supervisor = Agent.objects.get(role="supervisor")
    own = Contact.objects.get(pk=staffed.parts["contact"])
    for n in range(many):
        number = world.count.__next__()
        contact = world.contact(f"c{number}@c{number}.example", username=f"acc{number}", customer=f"Customer {number}",
                                domains=(f"c{number}.example",))  # fmt: skip
        world.ticket(contact, subject=f"Mailbox {number} full")
        world.ticket(own, subject=f"Mailbox {number} full")
        for one, version in ((own, number), (own, -number)):
            ask_for_php(one, version, staffed, world)
        start_recovery(contact, world)
        world.agent(f"Agent{number}")
        world.receives(f"stranger{number}@nowhere.example", subject=f"Offer {number}")
        if n % 3 == 0:
            take_next(by=supervisor, at=world.now)


def ask_for_php(contact, number, staffed, world):
    """A request on the one ticket; those with a negative number are stopped again."""
    details = {"domain": "acme.example", "version": str(number)}
    ticket = Ticket.objects.get(pk=numbers.read(staffed.parts["ticket"]))
    wish = Wish(kind="php_version", contact=contact, channel="client", details=details, ticket=ticket)
    request = ask(wish, by=contact.actor(), at=world.now)
    if number < 0:
        withdraw(request, by=contact, at=world.now)


def start_recovery(contact, world):
    """A recovery of the account, with a password of it that waits to be set by hand."""
    domain = contact.account.domains.first().name
    row = open_for_caller(domain, "owner@new.example", by=Agent.objects.get(role="supervisor"), at=world.now)
    RecoveryLink.objects.create(
        account=contact.account, recovery=row, purpose="password", address="owner@new.example",
        token_sha256=f"{row.pk:064}", created_at=world.now, expires_at=world.now, used_at=world.now, outcome="by_hand",
    )  # fmt: skip


def test_lists_ask_as_often_with_fifty_rows_as_with_one(world, staffed):
    browsers = {actor: staffed.browser(actor) for actor in set(LISTS.values())}
    fill(world, staffed, 3)
    parts = {**staffed.parts, "recovery_ticket": Recovery.objects.first().ticket.number}
    lists = {address.format(**parts): actor for address, actor in LISTS.items()}
    few = {address: queries_of(browsers[actor], address) for address, actor in lists.items()}
    fill(world, staffed, 47)
    many = {address: queries_of(browsers[actor], address) for address, actor in lists.items()}

    assert many == few


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        ("/desk/queue", 9),
        ("/desk/tickets/{ticket}", 15),
        ("/desk/mailroom/", 9),
        ("/desk/mailroom/{mail}", 7),
    ],
)
def test_the_pages_that_are_open_all_day_ask_little(staffed, page, needed):
    """The figure is what the page needs; one that asks more wants a reason, one that asks less a smaller figure."""
    asked = queries_of(staffed.browser("level1"), page.format(**staffed.parts))

    assert asked == needed


LARGE = re.compile(
    r"SCAN (tickets_(ticket|message|slaclock|clockstep|attachment)|mail_\w+|audit_\w+|people_(contact|person)|hosting_\w+)$"
)
"""Tables that grow with every request, gone through from one end to the other, without any index."""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's plans for small tables say nothing")
@pytest.mark.parametrize(
    ("actor", "page"),
    [
        ("level1", "/desk/queue"),
        ("level1", "/desk/mine"),
        ("level1", "/desk/tickets/{ticket}"),
        ("level1", "/desk/tickets/{ticket}/clocks"),
        ("level1", "/desk/tickets/{ticket}/handling"),
        ("contact", "/client/"),
        ("contact", "/client/tickets/{ticket}"),
    ],
)
def test_the_pages_that_are_open_all_day_find_everything_by_an_index(world, staffed, actor, page):
    fill(world, staffed, 3)
    client = staffed.browser(actor)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page.format(**staffed.parts)).status_code == 200
    gone_through = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            # The newest row of a table is read from its end.
            if not query["sql"].startswith("SELECT") or query["sql"].endswith("DESC LIMIT 1"):
                continue
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            gone_through += [query["sql"] for row in cursor.fetchall() if LARGE.match(row[3])]

    assert gone_through == []
