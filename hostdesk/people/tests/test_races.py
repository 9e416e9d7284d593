"""Two at once: each secret works once, each limit holds."""

import threading

import pytest
from django.db import connection

from hostdesk.hosting.models import Account
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people import customer_file
from hostdesk.people.actions import agents, contacts, importing, limits, links, second_step
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.models import Agent, Contact, SignInLink
from hostdesk.people.tests.making import BROWSER, PASSWORD, agent, code

pytestmark = pytest.mark.faults
THREADS = 6


def at_once(*calls):
    """Run the calls in threads that start together; what each gave, or the refusal it raised."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            gate.wait()
            results[place] = call()
        except Refused as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def good(results):
    return [one for one in results if not isinstance(one, Refused)]


def test_a_link_pressed_twice_at_once_signs_in_once(committed_world):
    world = committed_world
    contact = world.contact()
    links.make(contact.person, next_path="", at=world.now)
    token = OutboundMail.objects.get().text.partition("/sign-in/link/")[2].split()[0]
    results = at_once(*[lambda: links.use(token, browser=BROWSER, at=world.now)] * THREADS)

    assert (len(good(results)), contact.person.sessions.count()) == (1, 1)


def test_a_code_typed_in_two_browsers_at_once_signs_in_one(committed_world):
    world = committed_world
    admin = agent(world, role="admin")
    halves = [agents.sign_in(admin.email, PASSWORD, browser=BROWSER, at=world.now) for _ in range(3)]
    Agent.objects.filter(pk=admin.pk).update(totp_confirmed_at=world.now)
    given = code(admin, world.now)
    for half in halves:
        half.session.agent.refresh_from_db()
    results = at_once(
        *[
            lambda half=half: second_step.take(half.session, given, network="n", at=world.now)
            for half in halves
        ]
    )

    assert (len(good(results)), admin.sessions.filter(step="full").count()) == (1, 1)


def test_an_invitation_used_twice_at_once_sets_one_password(committed_world):
    world = committed_world
    new = agents.add("ann@host.example", name="Ann", role="technician", by=OPERATOR, at=world.now)
    results = at_once(
        *[
            lambda n=n: agents.accept_invitation(new.invitation, password=f"{PASSWORD} {n}", at=world.now)
            for n in range(3)
        ]
    )

    assert len(good(results)) == 1


def test_many_tries_at_once_are_all_counted(committed_world):
    at = committed_world.now
    results = at_once(*[lambda: limits.count_try("agent", whom="ann@host.example", network="n", at=at)] * 12)

    assert (len(good(results)), {type(one) for one in results if one}) == (5, {TooOften})


def test_two_workers_mail_one_link_for_one_wish(committed_world):
    world = committed_world
    world.contact()
    links.ask("alice@acme.example", next_path="", network="n", at=world.now)
    results = at_once(*[lambda: links.serve_requests(world.now)] * 3)

    assert (sum(results), SignInLink.objects.count(), OutboundMail.objects.count()) == (1, 1, 1)


@pytest.mark.clause("contact.listed_sender")
def test_contacts_added_at_once_stay_within_the_limit(committed_world):
    world = committed_world
    account = world.contact().account
    results = at_once(
        *[
            lambda n=n: contacts.add(
                account,
                email=f"c{n}@x.example",
                name="C",
                role="authorised",
                vouched_for="x",
                by=OPERATOR,
                at=world.now,
            )
            for n in range(THREADS)
        ]
    )

    assert (len(good(results)), Contact.objects.filter(role="authorised").count()) == (3, 3)


def test_the_same_file_imported_twice_at_once_comes_in_once(committed_world):
    world = committed_world
    head = "customer,account,product,contact_name,contact_email,contact_role\n"
    rows = "".join(f"C{n},acc{n},shared,P{n},p{n}@x{n}.example,primary\n" for n in range(50))
    file = customer_file.read((head + rows).encode())
    results = at_once(
        *[lambda: importing.import_customers(file, by=OPERATOR, vouched_for="import", at=world.now).counts]
        * 3
    )

    assert sorted((one.added, one.unchanged) for one in results) == [(0, 50), (0, 50), (50, 0)]
    assert (Account.objects.count(), Contact.objects.count()) == (50, 50)


def test_two_last_administrators_cannot_both_go(committed_world):
    world = committed_world
    one, other = agent(world, role="admin"), agent(world, "other@host.example", role="admin")
    results = at_once(
        lambda: agents.deactivate(one, by=other.actor(), at=world.now),
        lambda: agents.deactivate(other, by=one.actor(), at=world.now),
    )

    assert (len(good(results)), Agent.objects.filter(active=True).count()) == (1, 1)
