"""What one way of ending leaves for another: passwords of stopped recoveries, tickets that were resolved, closed accounts."""

import re

import pytest
from django.utils import timezone

from hostdesk.hosting.models import Account, Service
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact
from hostdesk.requests.actions import choosing, confirming, contacts_by_staff, mailed_links, recovering
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import RecoveryLink
from hostdesk.requests.recovery_queries import NEEDS_HANDS
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_chosen_passwords import case, unclear  # noqa: F401
from hostdesk.requests.tests.test_dead_ends import password_links, state, token
from hostdesk.requests.tests.test_desk_requests import desk, words
from hostdesk.tickets.actions import closing
from hostdesk.tickets.models import Ticket

clause = pytest.mark.clause
NEW = "veldskoen vetkoek vrydag"


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


def ticket_of(request):
    return Ticket.objects.get(pk=request.ticket_id)


@clause("contact.password")
def test_a_password_that_must_not_be_there_is_not_forgotten_because_somebody_asks_for_a_new_one(case):  # noqa: F811
    link = unclear(case)
    recovering.stop(case.token("recovery_granted", "alice@acme.example"), at=case.world.now)
    primary = Contact.objects.active().with_account().get(role="primary")
    request = ask(
        Wish(kind="password_reset", contact=primary, channel="client"), by=primary.actor(), at=case.world.now
    )
    mailed_links.void_passwords(link.account, at=case.world.now)
    mailed_links.to_contacts(choosing.case_of(request), at=case.world.now)

    assert RecoveryLink.objects.filter(NEEDS_HANDS, pk=link.pk).exists()
    assert "Another one is set" in words(desk(case.technician).get(f"/desk/passwords/{link.pk}"))
    chosen = choosing.choose(token(password_links().last()), NEW, at=case.world.now)
    choosing.set_by_hand(chosen, by=case.technician, at=case.world.now)
    link.refresh_from_db()
    assert link.outcome == "replaced"
    assert not RecoveryLink.objects.filter(NEEDS_HANDS).exists()


@clause("contact.password")
def test_a_password_that_was_set_ends_its_request_with_every_step_of_the_checklist_and_does_not_run_out(
    stage,
):
    Service.objects.update(product="dedicated")
    request = stage.asks("lost", "password_reset")
    link = choosing.choose(token(password_links().first()), NEW, at=stage.world.now)
    choosing.set_by_hand(link, by=stage.agent, at=stage.world.now)
    stage.world.move(days=3)
    look_again(stage.world.now)

    assert state(request) == "done"
    assert request.ticks.count() == 2
    assert not OutboundMail.objects.filter(kind="request_expired").exists()


@clause("contact.password", "channel.tickets")
def test_a_chosen_password_opens_its_ticket_again_for_whoever_sets_it(stage):
    request = stage.asks("lost", "password_reset")
    closing.resolve_by_contact(ticket_of(request), by=stage.primary.actor(), at=stage.world.now)
    choosing.choose(token(password_links().first()), NEW, at=stage.world.now)

    assert ticket_of(request).state == "open"


@clause("channel.tickets")
def test_when_another_contact_stops_a_request_somebody_looks_also_where_the_ticket_was_resolved(stage):
    request = stage.asks("w", "ownership_change", {"new_owner": "Sipho Ndlovu"})
    closing.resolve_by_contact(ticket_of(request), by=stage.primary.actor(), at=stage.world.now)
    confirming.withdraw(request, by=stage.secondary, at=stage.world.now)

    assert (state(request), ticket_of(request).state) == ("withdrawn", "open")


@clause("contact.restricted")
def test_a_contact_is_taken_off_once_and_nobody_is_put_on_a_closed_account(stage):
    same = Contact.objects.with_account().get(pk=stage.authorised.pk)
    contacts_by_staff.remove(stage.authorised, why="left", by=stage.boss, at=stage.world.now)
    tickets = Ticket.objects.count()
    with pytest.raises(Refused, match="no contact of this account any more"):
        contacts_by_staff.remove(same, why="left", by=stage.boss, at=stage.world.now)
    Account.objects.update(closed_at=stage.world.now)
    account = Account.objects.get(pk=stage.primary.account_id)
    listed = {"name": "Bob Bee", "role": "authorised", "vouched_for": "letter", "phone": ""}
    with pytest.raises(Refused, match="closed"):
        contacts_by_staff.add(account, email="bob@x.example", **listed, by=stage.boss, at=stage.world.now)

    assert Ticket.objects.count() == tickets


def test_no_mail_shows_the_marks_of_its_template(stage):
    stage.everything()
    for mail in OutboundMail.objects.all():
        assert not re.search(r"\{\{|\{%", mail.html + mail.text + mail.subject), mail.kind
