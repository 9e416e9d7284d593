"""Contact details that are out of date: asked once, said plainly, withheld and cured, never silence."""

import re
from datetime import timedelta

import pytest

from hostdesk.hosting.models import Service
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import details, links, persons, reaching
from hostdesk.people.context import notices_for
from hostdesk.people.models import Contact, Person
from hostdesk.people.tests.making import BROWSER
from hostdesk.policy import queries as policy
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.tasks import details_cured
from hostdesk.requests.tests.test_desk_requests import desk, words
from hostdesk.tickets.actions import emergencies, identifying
from hostdesk.tickets.actions.opening import Opening, open_ticket
from hostdesk.tickets.actions.taking import take_next
from hostdesk.tickets.actions.writing import Addition, add_customer_message
from hostdesk.tickets.models import Channel, Ticket

clause = pytest.mark.clause


def grows_old(world):
    """Time passes until details are out of date by a second."""
    world.now += policy.current().terms.contact_details_age + timedelta(seconds=1)


def link(kind):
    mail = OutboundMail.objects.filter(kind=kind).latest("pk")
    return re.search(r"/details/([\w-]+)", mail.text)[1]


def presses(world, kind):
    details.confirm_by_link(link(kind), at=world.now)
    while details_cured(world.now):
        pass


def bounces(world, contact, times=2):
    for _ in range(times):
        reaching.count_bounce(contact.person_id, status="5.1.1", said="no such user", at=world.now)
    contact.person.refresh_from_db()


@clause("contact.current")
def test_details_that_grow_old_are_asked_for_once_by_one_mail(world):
    contact = world.contact()
    assert details.ask_the_outdated(world.now) == 0
    grows_old(world)

    assert [details.ask_the_outdated(world.now + timedelta(days=n)) for n in range(3)] == [1, 0, 0]
    assert world.outbox == [("details_please", contact.person.email)]
    presses(world, "details_please")
    assert Contact.objects.get().confirmed_at == world.now


@clause("contact.current")
def test_mail_from_an_old_contact_makes_a_ticket_that_waits_and_one_button_cures_it(world):
    agent = world.agent()
    world.contact()
    grows_old(world)
    first = world.ticket_of(world.receives())
    world.now += timedelta(minutes=10)
    other = world.contact(
        "bob@bravo.example", username="bravo01", customer="Bravo", domains=("bravo.example",)
    )
    behind = world.ticket_of(world.receives("bob@bravo.example", subject="Mailbox", words="It is full."))

    assert (first.state, world.outbox[0][0]) == ("waiting_customer", "details_first")
    assert ("contact.current", "waits") in world.decisions(first)
    assert other.pk == behind.contact_id
    world.now += timedelta(minutes=10)
    presses(world, "details_first")
    first.refresh_from_db()

    assert (first.state, first.queued_at) == ("new", first.opened_at)
    assert ("contact.current", "goes on") in world.decisions(first)
    assert [said in words(desk(agent).get(f"/desk/tickets/{first.pk}")) for said in (
        "details are put in order", "details are in order: it goes on",
    )] == [True, True]  # fmt: skip
    assert take_next(by=agent, at=world.now).pk == first.pk
    clock = first.clocks.get(kind="response")
    assert clock.due_at == world.now + policy.current().terms.response_breach


@clause("contact.current")
def test_a_link_works_once_and_looking_at_it_changes_nothing(world, client):
    world.contact()
    grows_old(world)
    world.receives()
    address = f"/details/{link('details_first')}"

    assert [client.get(address).status_code for _ in range(3)] == [200, 200, 200]
    assert Contact.objects.get().confirmed_at is None
    assert [client.post(address).status_code for _ in range(2)] == [200, 410]


@clause("contact.current")
def test_writing_more_does_not_get_past_the_question(world):
    contact = world.contact()
    grows_old(world)
    ticket = world.ticket_of(world.receives())
    add_customer_message(ticket, Addition("And?"), contact=contact, by=contact.actor(), at=world.now)
    ticket.refresh_from_db()

    assert (ticket.state, ticket.clocks.get(kind="response").state) == ("waiting_customer", "paused")


@clause("contact.current")
def test_many_mails_of_an_old_contact_cause_few_mails_and_one_button_cures_all(world):
    world.contact()
    grows_old(world)
    for n in range(6):
        world.receives(subject=f"Fault {n}", words=f"Words {n}")
    asked = OutboundMail.objects.filter(kind="details_first").count()
    presses(world, "details_first")

    assert asked == policy.current().terms.automatic_mails_unproven_per_day
    assert set(Ticket.objects.values_list("state", flat=True)) == {"new"}


@clause("contact.current")
def test_calls_and_complaints_and_lost_passwords_are_not_withheld(world):
    contact = world.contact()
    grows_old(world)
    called = open_ticket(
        Opening(
            subject="Down",
            text="Down",
            channel=Channel.PHONE,
            arrived_at=world.now,
            contact=contact,
            account=contact.account,
        ),
        by=contact.actor(),
        at=world.now,
    )
    complained = world.ticket_of(world.receives(to="complaint"))
    lost = ask(
        Wish(kind="password_reset", contact=contact, channel="client"), by=contact.actor(), at=world.now
    )

    assert (called.state, complained.state) == ("new", "new")
    assert lost.state != "details"
    assert Ticket.objects.get(pk=lost.ticket_id).state == "new"


@clause("contact.current", "emergency.definition")
def test_an_emergency_does_not_wait_for_details_whoever_wrote_it(world):
    agent = world.agent()
    world.contact()
    grows_old(world)
    ticket = world.ticket_of(world.receives(subject="The whole shop is down"))
    assert ticket.state == "waiting_customer"
    world.now += timedelta(minutes=5)
    emergencies.declare(ticket, "Every page answers 503.", by=agent.actor(), at=world.now)
    ticket.refresh_from_db()

    assert (ticket.state, ticket.clocks.get(kind="response").state) == ("new", "running")
    assert ("contact.current", "goes on") in world.decisions(ticket)
    assert take_next(by=agent, at=world.now).pk == ticket.pk


@clause("contact.current")
def test_a_request_that_waits_for_details_goes_on_when_they_are_confirmed(world):
    contact = world.contact()
    grows_old(world)
    request = ask(
        Wish(kind="plan_change", contact=contact, channel="client", details={"plan": "Business"}),
        by=contact.actor(),
        at=world.now,
    )
    assert request.state == "details"
    details.confirm(contact.person, how="signed in", at=world.now)
    details_cured(world.now)

    assert AdminRequest.objects.get().state == "ready"


@clause("contact.current")
def test_who_signs_in_by_a_mailed_link_instead_of_pressing_the_button_is_not_left_waiting(world):
    contact = world.contact()
    grows_old(world)
    ticket = world.ticket_of(world.receives())
    links.make(contact.person, next_path="/client/", at=world.now)
    token = re.search(r"/sign-in/link/([\w-]+)", OutboundMail.objects.get(kind="sign_in_link").text)[1]
    links.use(token, browser=BROWSER, at=world.now)
    details_cured(world.now)
    ticket.refresh_from_db()

    assert notices_for(contact.person, at=world.now).doubt == ""
    assert (ticket.state, ticket.clocks.get(kind="response").state) == ("new", "running")


@clause("contact.current")
def test_mail_that_comes_back_is_not_cured_by_a_click_but_by_mail_that_arrives(world):
    contact = world.contact()
    bounces(world, contact)
    assert details.ask_the_outdated(world.now) == 1
    details.confirm(contact.person, how="signed in", at=world.now)

    assert details.ask_the_outdated(world.now) == 0
    assert notices_for(Person.objects.get(), at=world.now).doubt == "bounces"
    details.ask(contact.person, why="bounces", at=world.now)
    presses(world, "details_please")
    assert notices_for(Person.objects.get(), at=world.now).doubt == ""


@clause("contact.current")
def test_every_page_of_the_client_area_says_what_is_withheld_and_how_to_put_it_right(world, client):
    from hostdesk.people.actions import sessions
    from hostdesk.people.middleware import CLIENT_COOKIE
    from hostdesk.people.tests.making import BROWSER

    contact = world.contact()
    world.now = Contact.objects.get().created_at
    Contact.objects.update(created_at=world.now - timedelta(days=2000))
    from django.utils import timezone

    client.cookies[CLIENT_COOKIE] = sessions.open_for_person(
        contact.person, browser=BROWSER, at=timezone.now()
    ).token
    pages = ["/client/", "/client/contacts", "/client/security", "/client/tickets/", "/client/tickets/new"]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "These are still right" in shown, page
        assert "Emergencies and lost passwords are not held back" in shown, page
        assert "Please read our support policy once" in shown, page
    client.post("/client/details")
    client.post("/client/policy-reading")

    assert "These are still right" not in client.get("/client/").content.decode()
    assert "Please read our support policy once" not in client.get("/client/").content.decode()


@clause("scope.published")
def test_a_contact_is_asked_to_read_each_version_once(world):
    contact = world.contact()
    assert (
        notices_for(contact.person, at=world.now).unread == ("Hosting support policy",)
        or notices_for(contact.person, at=world.now).unread
    )
    persons.read_policy(contact.person, [version.id for version in policy.newest()], at=world.now)

    assert notices_for(contact.person, at=world.now).unread == ()


def agency(world):
    """Somebody who looks after two accounts under two policies."""
    one = world.contact(
        "ann@agency.example", name="Ann", username="one01", customer="One", domains=("one.example",)
    )
    two = world.contact(
        "ann@agency.example",
        name="Ann",
        username="two01",
        customer="Two",
        domains=("two.example",),
        product="dedicated",
    )
    return one, two


def asked(world):
    mail = OutboundMail.objects.filter(kind="acknowledgement").latest("pk")
    return re.findall(r"/account-choice/([\w:.-]+)", mail.text)


@clause("contact.identify")
def test_who_names_no_account_gets_one_mail_with_a_button_each_and_keeps_the_place(world):
    _, two = agency(world)
    ticket = world.ticket_of(world.receives("ann@agency.example"))
    before = {clock.kind: clock.due_at for clock in ticket.clocks.all()}
    links = asked(world)
    world.now += timedelta(minutes=20)

    assert (ticket.account, len(links), len(world.outbox)) == (None, 2, 1)
    identifying.choose_by_link(links[1], at=world.now)
    ticket.refresh_from_db()
    assert (ticket.account_id, ticket.customer_id, ticket.contact_id) == (
        two.account_id,
        two.account.customer_id,
        two.pk,
    )
    assert (ticket.policy_slug, ticket.queued_at, ticket.state) == ("dedicated", ticket.opened_at, "new")
    assert ("contact.identify", "account chosen") in world.decisions(ticket)
    terms = policy.current("dedicated").terms
    after = {clock.kind: clock.due_at for clock in ticket.clocks.all()}
    assert after["response"] == ticket.opened_at + terms.response_breach
    assert set(after) == set(before)
    for used in links:
        with pytest.raises(Refused):
            identifying.choose_by_link(used, at=world.now)


@clause("contact.identify")
def test_a_link_of_one_ticket_chooses_nothing_on_another_or_for_another(world):
    one, _ = agency(world)
    world.receives("ann@agency.example")
    link = asked(world)[0]
    other = world.contact("bob@bravo.example", username="bravo01", customer="Bravo", domains=())
    ticket = Ticket.objects.get()

    for n in range(len(link)):
        tampered = link[:n] + ("A" if link[n] != "A" else "B") + link[n + 1 :]
        found = identifying.asked_by(tampered)
        assert found is None or (found[0].pk, found[1].pk) == (ticket.pk, one.pk), n
    with pytest.raises(Missing):
        identifying.choose_account(ticket, other, via="signed in", at=world.now)
    assert Ticket.objects.get().account_id is None


@clause("contact.identify")
def test_who_is_not_believed_gets_no_list_of_accounts(world):
    agency(world)
    world.receives("ann@agency.example", ip="203.0.113.99")

    assert [kind for kind, _ in world.outbox if kind == "acknowledgement"] == []


@clause("contact.identify")
def test_a_contact_removed_since_chooses_nothing(world):
    _, two = agency(world)
    world.receives("ann@agency.example")
    links = asked(world)
    Contact.objects.filter(pk=two.pk).update(removed_at=world.now)
    with pytest.raises(Refused):
        identifying.choose_by_link(links[1], at=world.now)


@clause("contact.identify")
def test_the_account_chosen_once_is_not_chosen_again(world):
    one, two = agency(world)
    ticket = world.ticket_of(world.receives("ann@agency.example"))
    identifying.choose_account(ticket, one, via="signed in", at=world.now)
    identifying.choose_account(ticket, one, via="signed in", at=world.now)
    with pytest.raises(Refused):
        identifying.choose_account(ticket, two, via="signed in", at=world.now)

    assert world.decisions(ticket).count(("contact.identify", "account chosen")) == 1
    assert Service.objects.count() == 2


@clause("contact.current")
@pytest.mark.parametrize("why", ["age", "bounces"])
def test_the_mail_about_a_request_that_waits_has_the_one_button_that_cures_it(world, why):
    contact = world.contact()
    if why == "age":
        grows_old(world)
    else:
        bounces(world, contact)
    wish = Wish(
        kind="php_version",
        contact=contact,
        channel="client",
        details={"domain": "acme.example", "version": "8.3"},
    )
    request = ask(wish, by=contact.actor(), at=world.now)
    assert request.state == "details"
    presses(world, "request_details")

    request.refresh_from_db()
    assert request.state == "ready"
