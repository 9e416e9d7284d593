"""A lost password by mail: the same answer for everybody, a link to two stored addresses, chosen once, kept nowhere."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.people.models import Attempt, SignInLink
from hostdesk.requests.actions import choosing, confirming, losing
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, LostPassword, RecoveryLink
from hostdesk.tickets.models import Ticket

pytestmark = pytest.mark.clause("contact.password")
NEW = "correct horse battery staple"


@pytest.fixture
def people(world):
    primary = world.contact()
    secondary = world.contact("alice@elsewhere.example", name="Alice Elsewhere", role="secondary", domains=())
    authorised = world.contact("dev@acme.example", name="Dev", role="authorised")
    return primary, secondary, authorised


def request_of(world, contact, **more):
    wish = Wish(kind="password_reset", contact=contact, **{"channel": "mail", "trust": "proven", **more})
    return ask(wish, by=contact.actor(), at=world.now)


def token_to(address):
    mail = OutboundMail.objects.filter(kind="password_link", to_address=address).latest("pk")
    return re.search(r"/recovery/password/([\w-]+)", mail.text)[1]


def link_mails():
    return sorted(OutboundMail.objects.filter(kind="password_link").values_list("to_address", flat=True))


def test_the_page_does_the_same_work_for_known_and_unknown_names_and_addresses(world, people, client):
    asked = {}
    for name, address in (
        ("acme01", "alice@acme.example"),
        ("acme01", "nobody@nowhere.example"),
        ("ghost", "ghost@nowhere.example"),
        ("ghost", "dev@acme.example"),
    ):
        Attempt.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/recovery/", {"name": name, "address": address})
        words = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries.captured_queries]
        asked[name, address] = (answer.status_code, re.sub(rb'nonce="[^"]*"', b"", answer.content), words)

    assert len({(status, content, tuple(words)) for status, content, words in asked.values()}) == 1
    assert LostPassword.objects.count() == 4
    assert OutboundMail.objects.count() == 0


def test_only_the_contact_of_the_named_account_gets_a_link_and_at_the_stored_address(world, people):
    world.contact(
        "bob@bakery.example", name="Bob", username="bakery", customer="Bakery", domains=("bakery.example",)
    )
    for name, address in (
        ("acme01", "Alice@ACME.example"),
        ("https://www.acme.example/", "dev@acme.example"),
        ("acme01", "bob@bakery.example"),
        ("ghost", "alice@acme.example"),
        ("acme01", "\u0430lice@acme.example"),
        ("acme01", "alice@acme.example, evil@evil.example"),
    ):
        losing.ask(name, address, network=f"{len(name)}/{address}", at=world.now)
    losing.serve(world.now)

    assert sorted(OutboundMail.objects.values_list("to_address", flat=True)) == [
        "alice@acme.example",
        "dev@acme.example",
    ]
    mails = list(OutboundMail.objects.all())
    assert {mail.subject for mail in mails} == {"A new password for acme01: the first step"}
    assert all("password of account acme01" in mail.text for mail in mails)
    assert all("Ask for a new password" in mail.html for mail in mails)
    assert set(SignInLink.objects.values_list("next_path", flat=True)) == {
        f"/client/lost-password/{people[0].pk}",
        f"/client/lost-password/{people[2].pk}",
    }
    assert (Ticket.objects.count(), LostPassword.objects.count()) == (0, 0)


def test_asking_too_often_is_held_off_by_network_and_by_address(world, people, client):
    answers = {
        client.post("/recovery/", {"name": f"n{n}", "address": "a@b.example"}).status_code for n in range(9)
    }

    assert answers == {200, 429}


@pytest.mark.parametrize("who", [0, 1, 2])
def test_any_believed_contact_starts_it_and_the_link_goes_to_primary_and_secondary_only(world, people, who):
    request = request_of(world, people[who])

    assert request.state == "ready"
    assert link_mails() == ["alice@acme.example", "alice@elsewhere.example"]
    assert [d.clause for d in Decision.objects.filter(subject_id=request.ticket_id, outcome="granted")] != []
    assert (
        Entry.objects.filter(
            subject_type="ticket", subject_id=request.ticket_id, verb="password link sent"
        ).count()
        == 1
    )


def test_a_mail_that_is_not_believed_waits_for_the_button_at_the_stored_address(world, people):
    request = request_of(world, people[2], trust="unproven")
    mail = OutboundMail.objects.get(kind="request_please_confirm")

    assert (request.state, link_mails(), mail.to_address) == ("confirm", [], "dev@acme.example")
    confirming.confirm_by_link(re.search(r"/requests/confirmation/([\w-]+)", mail.text)[1], at=world.now)
    assert link_mails() == ["alice@acme.example", "alice@elsewhere.example"]


def test_looking_at_the_page_uses_nothing_up_and_the_password_is_kept_nowhere(world, people, client):
    world.now = timezone.now()
    request = request_of(world, people[2])
    token = token_to("alice@elsewhere.example")
    address = f"/recovery/password/{token}"

    for _ in range(3):
        assert (client.get(address).status_code, client.head(address).status_code) == (200, 200)
    assert client.post(address, {"password": "short", "again": "short"}).status_code == 422
    assert client.post(address, {"password": NEW, "again": NEW + "x"}).status_code == 422
    assert client.post(address, {"password": NEW, "again": NEW}).status_code == 200
    assert client.post(address, {"password": NEW, "again": NEW}).status_code == 410
    assert client.get(f"/recovery/password/{token_to('alice@acme.example')}").status_code == 410
    link = RecoveryLink.objects.get(used_at__isnull=False)
    assert (link.contact, link.outcome, link.verifier[:3]) == (people[1], "by_hand", "$6$")
    assert not any(
        NEW in str(row)
        for model in (OutboundMail, Entry, Decision, RecoveryLink)
        for row in model.objects.values()
    )

    choosing.set_by_hand(link, by=world.agent(), at=world.now)
    link.refresh_from_db()
    assert (link.verifier, link.outcome, AdminRequest.objects.get(pk=request.pk).state) == (
        "",
        "done",
        "done",
    )
    told = OutboundMail.objects.filter(kind="password_set").values_list("to_address", flat=True)
    assert sorted(told) == ["alice@acme.example", "alice@elsewhere.example", "dev@acme.example"]
    with pytest.raises(Refused, match="already"):
        choosing.set_by_hand(link, by=world.agent("Naledi"), at=world.now)


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short",
        "password1234",
        "acme01 and more of it",
        "twelve chars\u0007 ",
        " blank at the end ",
        "x" * 501,
    ],
)
def test_weak_passwords_are_refused_and_the_link_still_works(world, people, weak):
    request_of(world, people[0])
    token = token_to("alice@acme.example")

    with pytest.raises(Refused):
        choosing.choose(token, weak, at=world.now)
    assert choosing.choose(token, NEW, at=world.now).outcome == "by_hand"


def removed(world, people):
    contacts.remove(people[1], by=people[0].actor(), at=world.now)


def demoted(world, people):
    contacts.change_role(people[1], role="authorised", by=people[0].actor(), at=world.now)


def moved(world, people):
    type(people[1].person).objects.filter(pk=people[1].person_id).update(email="new@elsewhere.example")


def withdrawn(world, people):
    confirming.withdraw(AdminRequest.objects.get(), by=people[0], at=world.now)


def late(world, people):
    world.move(hours=24)


def newer(world, people):
    confirming.withdraw(AdminRequest.objects.get(), by=people[0], at=world.now)
    request_of(world, people[0])


@pytest.mark.parametrize("change", [removed, demoted, moved, withdrawn, late, newer])
def test_what_changes_in_mid_flow_takes_the_use_from_the_link(world, people, change):
    request_of(world, people[0])
    token = token_to("alice@elsewhere.example")
    change(world, people)

    with pytest.raises(Refused, match="newer one"):
        choosing.choose(token, NEW, at=world.now)
    assert RecoveryLink.objects.filter(used_at__isnull=False).count() == 0


def test_a_link_works_until_its_last_second(world, people):
    request_of(world, people[0])
    token = token_to("alice@acme.example")
    world.move(hours=24)

    assert choosing.choose(token, NEW, at=world.now - timedelta(seconds=1)).outcome == "by_hand"


def test_an_account_without_primary_and_secondary_gets_no_link_and_the_history_says_so(world):
    alone = world.contact("dev@acme.example", name="Dev", role="authorised")
    request = request_of(world, alone)

    assert link_mails() == []
    assert (
        Entry.objects.filter(subject_id=request.ticket_id, verb="password link has nobody to go to").count()
        == 1
    )


def test_lost_passwords_are_served_by_a_round_of_the_worker():
    from hostdesk.requests.tasks import ROUNDS

    assert "lost passwords" in [one.name for one in ROUNDS]
