"""A mailbox on a real server, and a fetcher in a hurry."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.parse import quote

import pytest

from hostdesk.mail.fetching import running
from hostdesk.mail.fetching.naming import mailboxes
from hostdesk.mail.models import InboundMail, Mailbox, RawMail
from hostdesk.mail.tests.conftest import LARGEST, mail_of
from tests.imap_server import PASSWORD, USER, Store, imap_server

HURRY = running.Pace(
    ask_for_claim=0.1,
    renew=0.2,
    first_wait=0.3,
    longest_wait=1.0,
    whole_look=0.7,
    first_pause=timedelta(seconds=0.1),
    pause_when_refused=timedelta(seconds=0.3),
)


class House:
    """One store on a server, and what we fetched from it."""

    def __init__(self, store):
        self.store = store

    def url(self, **words):
        query = "&".join(f"{name}={quote(str(value))}" for name, value in words.items())
        secret = "" if "oauth" in words else f":{quote(PASSWORD)}"
        return f"imap://{quote(USER)}{secret}@127.0.0.1:{self.store.port}/INBOX?{query}"

    def remote(self, **words):
        return mailboxes(self.url(**words))[0]

    @contextmanager
    def fetching(self, *, relays=(), pace=HURRY, processes=1, **words):
        """Fetchers that run for the length of a block."""
        stop = threading.Event()
        threads = [
            thread
            for _ in range(processes)
            for thread in running.start(
                (self.remote(**words),), stop, largest=LARGEST, relays=relays, pace=pace
            )
        ]
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
            assert not any(thread.is_alive() for thread in threads)

    @property
    def kept(self):
        """The bytes of every mail that was kept, in the order of their rows."""
        digests = list(InboundMail.objects.order_by("id").values_list("digest", flat=True))
        raws = {row.pk: bytes(row.raw) for row in RawMail.objects.all()}
        return [raws[digest] for digest in digests]

    @property
    def box(self):
        return Mailbox.objects.get()

    def wait_for(self, condition, seconds=15):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(Mailbox.DoesNotExist):
                if found := condition():
                    return found
            time.sleep(0.02)
        raise AssertionError(f"it did not happen in time; {Mailbox.objects.values()}")

    def stays(self, condition, seconds=1.5):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert condition()
            time.sleep(0.05)


def letter(n, words="My site is down."):
    return mail_of(f"{words} {n}", message_id=f"<{n}@customer.example>")


@pytest.fixture
def house(committed_db):
    from datetime import UTC, datetime

    from hostdesk.policy.actions import publish_packaged_if_none

    publish_packaged_if_none(at=datetime(2026, 11, 23, tzinfo=UTC))
    with imap_server(Store()) as store:
        yield House(store)
