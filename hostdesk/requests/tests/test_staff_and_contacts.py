"""Staff who list or remove contacts on a customer's behalf, and agents who leave in mid-flow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.hosting import homes
from hostdesk.hosting.models import Account, Server
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import agents
from hostdesk.people.models import Contact, PendingContact
from hostdesk.requests.actions import approving, carrying, contact_changes, contacts_by_staff
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.tasks import details_cured, look_again
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_contact_changes import add
from hostdesk.requests.tests.test_desk_recoveries import case  # noqa: F401
from hostdesk.requests.tests.test_desk_requests import desk, words
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import ticket_for_agent

clause = pytest.mark.clause
NAME_SERVERS = {"domain": "acme.example", "name_servers": "ns1.other.example"}


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


def lists(stage, email="bob@else.example", role="authorised"):
    return contacts_by_staff.add(
        stage.primary.account,
        email=email,
        name="Bob Bee",
        role=role,
        vouched_for="letter of 3 November",
        phone="",
        by=stage.boss,
        at=stage.world.now,
    )


@clause("channel.tickets", "contact.restricted")
def test_what_staff_change_on_the_list_stands_on_a_ticket_with_who_and_why(stage):
    made, ticket = lists(stage)
    gone = contacts_by_staff.remove(made, why="wrong person", by=stage.boss, at=stage.world.now)
    pages = [words(desk(stage.agent).get(f"/desk/tickets/{one.number}")) for one in (ticket, gone)]

    assert [one.state for one in (ticket_for_agent(stage.boss, t.number) for t in (ticket, gone))] == [
        "resolved"
    ] * 2
    assert "s behalf: letter of 3 November" in pages[0]
    assert "Pieter took a contact off the list: wrong person" in pages[1]
    assert all("Bob Bee (bob@else.example)" in page for page in pages)
    assert ("contact.restricted", "vouched for") in stage.world.decisions(ticket)


@clause("contact.off_server")
def test_staff_list_no_secondary_whose_mail_comes_to_our_own_servers(stage, monkeypatch):
    zone = {
        "vanity.example": [["MX", [10, "mx.ours.example"]]],
        "mx.ours.example": [["A", "203.0.113.7"]],
    }
    monkeypatch.setattr(homes, "_resolver", ZoneResolver(zone))
    Server.objects.create(name="web01", networks=["203.0.113.0/24"], hostnames=[], created_at=stage.world.now)
    Contact.objects.filter(pk=stage.secondary.pk).update(removed_at=stage.world.now)
    tickets = Ticket.objects.count()
    with pytest.raises(Refused) as refusal:
        lists(stage, "bob@vanity.example", "secondary")

    assert (refusal.value.clause, Ticket.objects.count()) == ("contact.off_server", tickets)
    assert lists(stage, "bob@vanity.example")[0].role == "authorised"


@clause("contact.restricted")
def test_what_a_removed_contact_had_asked_owners_of_addresses_is_cancelled_whoever_removed_them(stage):
    stage.world.now = timezone.now()
    request = add(stage.world, stage.secondary)
    contacts_by_staff.remove(stage.secondary, why="left", by=stage.boss, at=stage.world.now)
    contact_changes.close_removed(stage.world.now)

    assert PendingContact.objects.get().ended == "cancelled"
    assert AdminRequest.objects.get(pk=request.pk).state == "withdrawn"


def test_taking_the_primary_contact_off_says_what_is_missing_now(stage):
    address = f"/desk/customers/{stage.primary.account.customer_id}/contacts/{stage.primary.pk}/removal"

    browser = desk(stage.boss)
    assert "Say why, in a few words" in words(browser.post(address, follow=True))
    assert "no primary contact now: list one" in words(browser.post(address, {"why": "left"}, follow=True))


@clause("contact.current")
def test_a_ticket_that_waits_for_details_of_a_contact_who_is_removed_waits_for_nobody(world):
    primary = world.contact()
    authorised = world.contact("dev@acme.example", name="Dev", role="authorised")
    Contact.objects.filter(pk=authorised.pk).update(created_at=world.now - timedelta(days=2000))
    ticket = world.ticket_of(world.receives("dev@acme.example"))
    before = ticket.state
    contact_changes.remove(primary, authorised, submission=None, at=world.now)
    details_cured(world.now)
    ticket.refresh_from_db()

    assert (before, ticket.state) == ("waiting_customer", "new")
    assert ticket.clocks.get(kind="response").state == "running"


@clause("contact.restricted")
def test_the_yes_of_an_agent_who_has_left_does_not_count_and_another_gives_it(stage):
    request = stage.asks("mine", "dns_delegation", NAME_SERVERS)
    approving.approve(request, by=stage.other, at=stage.world.now)
    agents.deactivate(stage.other, by=OPERATOR, at=stage.world.now)
    stage.world.move(days=10)
    look_again(stage.world.now)
    after = AdminRequest.objects.get(pk=request.pk).state
    with pytest.raises(Refused):
        carrying.begin(request, panel="by_hand", before={"seen": "x"}, by=stage.agent, at=stage.world.now)
    approving.approve(request, by=stage.billing, at=stage.world.now)

    assert (after, AdminRequest.objects.get(pk=request.pk).state) == ("approval", "ready")


@clause("contact.password")
@pytest.mark.parametrize("change", ["left", "demoted"])
def test_t11_a_recovery_needs_a_supervisor_who_is_one_when_it_is_granted(case, change):  # noqa: F811
    from hostdesk.requests.actions import recovering

    case.proven()
    recovering.approve(case.now(), by=case.supervisor, at=case.world.now)
    if change == "left":
        agents.add("x@host.example", name="X", role="admin", by=OPERATOR, at=case.world.now)
        agents.deactivate(case.supervisor, by=OPERATOR, at=case.world.now)
    else:
        agents.change_role(case.supervisor, role="technician", by=OPERATOR, at=case.world.now)
    other = case.world.agent("Thandeka")
    yes = [case.technician] if change == "demoted" else [case.technician, other]
    for agent in yes:
        try:
            recovering.approve(case.now(), by=agent, at=case.world.now)
        except Refused as no:
            assert "supervisor" in no.sentence

    assert case.looks(hours=97).state == "open"
    assert not OutboundMail.objects.filter(kind="password_link").exists()


@clause("contact.privileges")
def test_on_a_closed_account_nothing_is_carried_out_any_more(stage):
    ready = stage.asks("php", "php_version", {"domain": "acme.example", "version": "8.3"})
    Account.objects.filter(pk=ready.account_id).update(closed_at=stage.world.now)
    with pytest.raises(Refused) as refusal:
        carrying.begin(ready, panel="by_hand", before={"seen": "x"}, by=stage.agent, at=stage.world.now)

    assert "The account is closed" in refusal.value.sentence
    assert AdminRequest.objects.get(pk=ready.pk).state == "refused"
