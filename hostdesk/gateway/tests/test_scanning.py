"""Scanners fail to "held" and never to "lost"; what they say decides who sees a mail."""

from datetime import timedelta

import pytest

from hostdesk.gateway import judging
from hostdesk.gateway.actions.waiting import SCAN_TRIES, unscanned
from hostdesk.gateway.queries import mails_for_agent
from hostdesk.gateway.scanning import Scanners
from hostdesk.gateway.tasks import scan_held_again
from hostdesk.mail.models import InboundMail
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.scanner import Finding, MemoryScanner

clause = pytest.mark.clause
SPAM = Finding("22.0 of 15.0, reject", "Rspamd takes it for spam (22.0 of 15.0, reject)")
VIRUS = Finding("found Test.Mark-1", "ClamAV found Test.Mark-1")


def scanning(world, *, virus=None, spam=None):
    judging._tools.scanners = Scanners(virus=virus, spam=spam)
    world.contact()


def fate(mail):
    mail.refresh_from_db()
    return mail.disposition, mail.reason, mail.clause


def facts_of(world, mail):
    from hostdesk.audit.queries import decisions_of

    return decisions_of("mail", [mail.pk])[0].facts


@pytest.mark.parametrize(
    ("sender", "to"),
    [
        ("alice@acme.example", "support"),
        ("stranger@nowhere.example", "support"),
        ("stranger@nowhere.example", "complaint"),
    ],
)
def test_a_mail_with_a_virus_is_held_whoever_sent_it(world, sender, to):
    scanning(world, virus=MemoryScanner(VIRUS))
    mail = world.receives(sender, to=to)

    assert fate(mail)[:2] == ("quarantined", "ClamAV found Test.Mark-1.")
    assert world.outbox == []
    assert facts_of(world, mail)["clamav"] == "found Test.Mark-1"


def test_a_clean_mail_goes_on_and_the_score_stands_in_its_history(world):
    virus, spam = MemoryScanner(), MemoryScanner(Finding("4.0 of 15.0, add header"))
    scanning(world, virus=virus, spam=spam)
    mail = world.receives("alice@acme.example")
    ticket = world.ticket_of(mail)
    from hostdesk.audit.queries import decisions_of

    [facts] = [d.facts for d in decisions_of("ticket", [ticket.pk]) if d.clause == "contact.listed_sender"]

    assert mail.disposition == "ticketed"
    assert (facts["clamav"], facts["rspamd"]) == ("found nothing", "4.0 of 15.0, add header")
    assert [
        (one.envelope_from, one.recipients, one.client_ip, one.helo) for one in virus.seen + spam.seen
    ] == [("alice@acme.example", ("support@itpossible.com",), "192.0.2.10", "mail.example")] * 2


def test_a_contacts_mail_taken_for_spam_is_held(world):
    scanning(world, spam=MemoryScanner(SPAM))
    mail = world.receives("alice@acme.example")

    assert fate(mail)[:2] == (
        "quarantined",
        "It bears a contact's address, but Rspamd takes it for spam (22.0 of 15.0, reject).",
    )
    assert world.outbox == []


@clause("conduct.complaints")
def test_no_score_keeps_a_complaint_from_the_supervisors(world):
    scanning(world, spam=MemoryScanner(SPAM))
    mail = world.receives("alice@acme.example", to="complaint")

    assert mail.disposition == "ticketed"
    assert world.ticket_of(mail).sealed


@clause("conduct.complaints")
@pytest.mark.parametrize(
    "trouble", [PortAway("Rspamd: timed out"), PortRefused("it is larger than Rspamd takes")]
)
def test_a_complaint_waits_for_no_score(world, trouble):
    scanning(world, spam=MemoryScanner(trouble=[trouble]))
    mail = world.receives("alice@acme.example", to="complaint")

    assert mail.disposition == "ticketed"
    assert world.ticket_of(mail).sealed


@clause("conduct.complaints")
def test_a_complaint_waits_for_the_look_for_viruses(world):
    scanning(world, virus=MemoryScanner(trouble=[PortAway("clamd: timed out")]), spam=MemoryScanner())
    mail = world.receives("alice@acme.example", to="complaint")

    assert fate(mail)[:2] == (None, "It waits for the scanner: clamd: timed out.")


@clause("contact.unlisted")
def test_a_strangers_mail_is_closed_without_asking_for_a_score(world):
    spam = MemoryScanner(SPAM)
    scanning(world, spam=spam)

    assert world.receives("stranger@nowhere.example").disposition == "closed"
    assert spam.seen == []


def test_while_the_scanner_is_away_a_mail_waits_and_then_goes_on(world, monkeypatch):
    virus = MemoryScanner(trouble=[PortAway("clamd: nobody there")])
    scanning(world, virus=virus)
    monkeypatch.setattr("hostdesk.gateway.scanning._SECONDS_LEFT_ALONE", 0)
    mail = world.receives("alice@acme.example")
    assert fate(mail) == (None, "It waits for the scanner: clamd: nobody there.", "")
    assert unscanned(at=world.now) == []
    assert unscanned(at=world.now + timedelta(minutes=2)) == [
        "1 mail waits for a scanner that is away; 'hostdesk doctor' says which."
    ]

    world.move(seconds=6)
    world.sort()

    assert fate(mail)[0] == "ticketed"
    assert unscanned(at=world.now + timedelta(minutes=2)) == []
    assert "scanner" not in mail.reason


def test_a_scanner_that_stays_away_leaves_the_mail_held_and_it_can_be_run_again(world, monkeypatch):
    from hostdesk.gateway.actions.by_hand import run_again

    virus = MemoryScanner(trouble=[PortAway("clamd: nobody there")] * SCAN_TRIES)
    scanning(world, virus=virus)
    monkeypatch.setattr("hostdesk.gateway.scanning._SECONDS_LEFT_ALONE", 0)
    mail = world.receives("alice@acme.example")
    waited = 0
    while fate(mail)[0] is None:
        world.move(seconds=30)
        world.sort()
        waited += 30

    assert fate(mail)[:2] == (
        "quarantined",
        "It could not be scanned: clamd: nobody there. It is judged again by itself when the scanner works.",
    )
    assert 10 * 60 < waited < 30 * 60
    assert world.outbox == []

    run_again(mail, by=world.agent(), at=world.now)
    world.sort()

    assert fate(mail)[0] == "ticketed"


def held_by(world, monkeypatch, trouble):
    virus = MemoryScanner(trouble=[trouble] * SCAN_TRIES)
    scanning(world, virus=virus)
    monkeypatch.setattr("hostdesk.gateway.scanning._SECONDS_LEFT_ALONE", 0)
    monkeypatch.setattr("hostdesk.gateway.scanning._SECONDS_TO_SHOW_LIFE", 1)
    mail = world.receives("alice@acme.example")
    while fate(mail)[0] is None:
        world.move(seconds=30)
        world.sort()
    return mail, virus


def test_mails_held_while_a_scanner_was_away_go_on_by_themselves_once_it_is_back(world, monkeypatch):
    mail, virus = held_by(world, monkeypatch, PortAway("clamd: nobody there"))
    virus.trouble.append(PortAway("clamd: nobody there"))

    assert scan_held_again(world.now) == 0
    assert fate(mail)[0] == "quarantined"
    assert unscanned(at=world.now) == [
        "1 mail waits for a scanner that is away; 'hostdesk doctor' says which."
    ]

    assert scan_held_again(world.now) == 1
    world.sort()

    assert fate(mail)[0] == "ticketed"
    assert unscanned(at=world.now) == []
    assert scan_held_again(world.now) == 0


def test_a_mail_that_a_scanner_cannot_look_into_waits_for_a_press(world, monkeypatch):
    mail, _ = held_by(world, monkeypatch, PortDown("clamd said: Can't allocate memory ERROR"))

    assert fate(mail)[1].endswith("Run it again when the scanner works.")
    assert scan_held_again(world.now) == 0
    assert fate(mail)[0] == "quarantined"


def test_a_mail_that_the_scanner_never_takes_is_held_at_once(world):
    scanning(world, virus=MemoryScanner(trouble=[PortRefused("it is larger than ClamAV takes")]))
    mail = world.receives("alice@acme.example")

    assert fate(mail)[:2] == (
        "quarantined",
        "It could not be scanned: it is larger than ClamAV takes. Run it again when the scanner works.",
    )


@clause("conduct.complaints")
def test_a_complaint_that_is_held_is_seen_by_the_supervisors_alone(world):
    scanning(world, virus=MemoryScanner(VIRUS))
    mail = world.receives("stranger@nowhere.example", to="complaint")
    supervisor, technician = world.agent("Sipho", role="supervisor"), world.agent()

    assert list(mails_for_agent(supervisor)) == [mail]
    assert list(mails_for_agent(technician)) == []


def test_a_batch_does_not_wait_for_a_dead_scanner_mail_by_mail(world):
    virus = MemoryScanner(trouble=[PortAway("clamd: timed out")] * 50)
    scanning(world, virus=virus)
    for n in range(20):
        world.keeps(world.letter(words=f"Mail {n}"))
    world.sort()

    assert InboundMail.objects.waiting().count() == 20
    assert len(virus.seen) <= 8


def test_a_machines_mail_does_not_wait_for_a_scanner(world):
    scanning(world, virus=MemoryScanner(trouble=[PortAway("clamd: nobody there")]))
    mail = world.receives("alice@acme.example", headers={"Auto-Submitted": "auto-replied"})

    assert mail.disposition == "ignored"
