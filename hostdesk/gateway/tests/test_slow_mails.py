"""A mail that is slow to read, or whose author's DNS is slow, costs its own time and nobody else's."""

import os
import signal
import threading
import time
from contextlib import suppress

import pytest

from hostdesk.gateway import judging
from hostdesk.gateway.actions.sorting import sort_round
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.child import ParserPool
from hostdesk.mail.models import InboundMail

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
