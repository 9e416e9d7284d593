"""Our desk and another program that answers everything, over real SMTP both ways: the exchange ends (T14, T15)."""

import email
import email.policy
import smtplib
from datetime import timedelta

import pytest

from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.mail.tasks import deliver_through
from hostdesk.mail.tests.conftest import open_door
from hostdesk.policy import queries as policy
from hostdesk.ports.smarthost import SmtpSmarthost
from hostdesk.tickets.models import Ticket
from tests.servers import smart_host

clause = pytest.mark.clause
pytestmark = pytest.mark.timeout(170)
SUPPORT = "support@itpossible.com"


def marked(mail, n):
    """A desk that keeps to RFC 3834, and answers the return path."""
    return (
        mail["From"],
        {"Auto-Submitted": "auto-replied", "In-Reply-To": mail["Message-ID"]},
        f"Request {n} received",
    )


def to_the_return_path(mail, n):
    """One without marks that answers the envelope's sender."""
    return mail["Return-Path"], {}, f"Request {n} received"


def to_the_reply_address(mail, n):
    """One without marks that answers Reply-To, as mail programs do."""
    return mail["Reply-To"] or mail["From"], {}, f"Case {n}: thank you"


def to_support_with_thread(mail, n):
    """One that answers From and keeps the thread."""
    return mail["From"], {"In-Reply-To": mail["Message-ID"]}, f"Re: {mail['Subject']} (case {n})"


def to_support_bare(mail, n):
    """The worst: no marks, no thread, a new subject each time, to the address that people know."""
    return SUPPORT, {}, f"New case {n} was opened for you"


def forwarded_as_it_was(mail, n):
    """A mailbox that sends everything back, under an author of its own."""
    return SUPPORT, {"Message-ID": mail["Message-ID"]}, mail["Subject"]


def copied_with_its_mark(mail, n):
    """A forwarder that gives ids and authors of its own and keeps unknown fields."""
    return SUPPORT, {"X-Hostdesk-Mail": mail["X-Hostdesk-Mail"]}, f"Fwd {n}"


class Peer:
    """Whoever reads Alice's mailbox: answers each mail of ours once, in its own way, through our real door."""

    def __init__(self, answers, port):
        self.answers, self.port, self.read = answers, port, 0

    def answer(self, kept):
        new, self.read = kept.mails[self.read :], len(kept.mails)
        for sender, _, raw in new:
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            mail["Return-Path"] = sender
            to, headers, subject = self.answers(mail, self.read)
            self.write(str(to), subject=subject, **headers)
        return len(new)

    def write(self, to, *, subject, words="We have received your message and will be in touch.", **headers):
        letter = email.message.EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "Acme Desk <alice@acme.example>", to, subject
        letter["Message-ID"] = headers.pop(
            "Message-ID", f"<{subject.replace(' ', '')}.{self.read}@acme.example>"
        )
        for name, value in headers.items():
            letter[name] = value
        letter.set_content(words)
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as line:
            line.send_message(letter, "alice@acme.example", [email.utils.parseaddr(to)[1]])


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("answers", "mails", "tickets"),
    [
        (marked, 1, 1),
        (to_the_return_path, 1, 1),
        (to_the_reply_address, 1, 1),
        (to_support_with_thread, 1, 1),
        (forwarded_as_it_was, 1, 1),
        (copied_with_its_mark, 1, 1),
        (to_support_bare, 21, 22),
    ],
)
def test_another_program_that_answers_everything_comes_to_an_end(committed_world, answers, mails, tickets):
    world = committed_world
    world.contact()
    world.zone["acme.example"] = [["TXT", "v=spf1 ip4:127.0.0.1 -all"]]
    most = policy.current().terms.automatic_mails_proven_per_day
    assert mails in (1, most + 1), "the worst of them hears the day's acknowledgements and one summary"

    with smart_host() as (url, kept), open_door() as port:
        peer = Peer(answers, port)
        peer.write(SUPPORT, subject="Site down", words="Error 500 since this morning.")
        # Three days of quarters of an hour; what comes in is sorted and answered until nothing moves.
        for _ in range(3 * 24 * 4):
            moved = True
            while moved:
                InboundMail.objects.filter(disposition=None).update(
                    next_try_at=world.now, received_at=world.now
                )
                world.sort()
                host = SmtpSmarthost(url)
                while deliver_through(host, at=world.now):
                    pass
                moved = peer.answer(kept) > 0
            world.now += timedelta(minutes=15)
            world.tend()

    assert len(kept.mails) == mails
    assert Ticket.objects.count() == tickets
    assert OutboundMail.objects.filter(state="waiting").count() == 0
    for sender, _, raw in kept.mails:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert mail["Auto-Submitted"] in ("auto-replied", "auto-generated")
        assert sender.startswith("bounce+")
