"""A mail that is slow to read, or whose author's DNS is slow, costs its own time and nobody else's."""

import os
import signal
import threading
import time
from contextlib import suppress

import pytest

from hostdesk.gateway import judging
from hostdesk.gateway.actions.sorting import sort_round
from hostdesk.gateway.scanning import Scanners
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.child import ParserPool
from hostdesk.mail.models import InboundMail
from hostdesk.ports.outcomes import PortAway
from hostdesk.ports.scanner import MemoryScanner

GOOD = b"From: a@acme.example\r\nSubject: x\r\n\r\nHello\r\n"


@pytest.fixture
def hanging(world):
    """A pool of two children, both stopped: the first two mails of a batch hang in them until `go` is called."""
    with ParserPool(2, wall_seconds=60, patience_seconds=0.3) as pool:
        pool.read_many([GOOD] * 50)
        while pool.running < 2:
            pool.read_many([GOOD] * 50)
        pids = [one.process.pid for one in pool._idle]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        judging._tools.pool = pool

        def go():
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

        yield go
        go()


def letters(world, count):
    return [world.keeps(world.letter(words=f"Words {n}", subject=f"Matter {n}")) for n in range(count)]


def waiting(mails):
    ids = InboundMail.objects.filter(pk__in=[one.pk for one in mails], disposition=None)
    return list(ids.order_by("pk").values_list("pk", flat=True))


def test_two_mails_that_hang_keep_no_other_of_their_batch_waiting(world, hanging):
    world.contact()
    judging._tools.resolver = ZoneResolver(world.zone)
    mails = letters(world, 20)
    began = time.monotonic()
    while len(waiting(mails)) > 2 and time.monotonic() < began + 30:
        sort_round(world.now)
    took = time.monotonic() - began
    left = waiting(mails)

    late = letters(world, 3)
    while len(waiting(late)) > 0 and time.monotonic() < began + 60:
        sort_round(world.now)
    still = waiting(mails)
    hanging()
    world.sort()

    assert len(left) == 2, "two hang, and only those two wait"
    assert took < 15, "the pool would have given up after sixty seconds"
    assert (still, waiting(mails)) == (left, [])


class SlowResolver(ZoneResolver):
    """DNS that answers about one domain only when it is told to."""

    def __init__(self, zone, domain):
        super().__init__(zone)
        self.domain, self.answers = domain, threading.Event()

    def lookup(self, name, kind):
        if name.endswith(self.domain):
            self.answers.wait(60)
        return super().lookup(name, kind)


def test_dns_that_hangs_keeps_no_other_mail_waiting(world):
    world.contact("alice@acme.example")
    world.contact("bob@slow.example", username="slow01", domains=("slow.example",))
    resolver = judging._tools.resolver = SlowResolver(world.zone, "slow.example")
    slow = world.keeps(world.letter("bob@slow.example"), envelope_from="bob@slow.example")
    others = letters(world, 5)
    began = time.monotonic()
    while waiting(others) and time.monotonic() < began + 30:
        sort_round(world.now)
    left = waiting([slow, *others])
    resolver.answers.set()
    while sort_round(world.now):
        pass

    assert (left, waiting([slow, *others])) == ([slow.pk], [])


class HangingScanner(MemoryScanner):
    """Answers nobody until it is told to, and then that it is away."""

    def __init__(self):
        super().__init__()
        self.gives_up = threading.Event()

    def scan(self, specimen):
        self.seen.append(specimen)
        self.gives_up.wait(60)
        raise PortAway("Rspamd: timed out")


@pytest.mark.clause("contact.unlisted")
def test_a_spam_scanner_that_hangs_keeps_only_those_mails_waiting_that_it_is_asked_about(world):
    world.contact("alice@acme.example")
    spam = HangingScanner()
    judging._tools.scanners = Scanners(virus=MemoryScanner(), spam=spam)
    asked = letters(world, 25)
    strangers = [
        world.keeps(
            world.letter("stranger@nowhere.example", words=f"Offer {n}"),
            envelope_from="stranger@nowhere.example",
        )
        for n in range(5)
    ]
    began = time.monotonic()
    while waiting(strangers) and time.monotonic() < began + 10:
        sort_round(world.now)
    left = waiting([*asked, *strangers])
    spam.gives_up.set()
    world.sort()

    assert left == [one.pk for one in asked]
    assert {one.reason for one in InboundMail.objects.filter(pk__in=left)} == {
        "It waits for the scanner: Rspamd: timed out."
    }


def test_of_a_scanner_that_hung_one_mail_alone_finds_out_whether_it_is_back(world, monkeypatch):
    monkeypatch.setattr("hostdesk.gateway.scanning._SECONDS_LEFT_ALONE", 0)
    world.contact("alice@acme.example")
    spam = HangingScanner()
    judging._tools.scanners = Scanners(spam=spam)
    spam.gives_up.set()
    letters(world, 1)
    world.sort()
    spam.gives_up.clear()
    spam.seen.clear()
    mails = letters(world, 20)
    began = time.monotonic()
    while (
        InboundMail.objects.filter(pk__in=[one.pk for one in mails], reason="").count() > 1
        and time.monotonic() < began + 10
    ):
        sort_round(world.now)
    without_a_word = InboundMail.objects.filter(pk__in=[one.pk for one in mails], reason="").count()
    tried = len(spam.seen)
    spam.gives_up.set()
    world.sort()

    assert (tried, without_a_word) == (1, 1)
