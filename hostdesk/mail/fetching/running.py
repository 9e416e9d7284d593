"""Fetching as part of the mail door: a thread for each mailbox, and one that keeps the claims of this process alive.

Any number of processes may run this over the same mailboxes: a claim on the mailbox's row says who looks. The row of a
process that died is taken over: at once on its own machine, elsewhere when the claim runs out.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from django.db import DatabaseError, connections

from hostdesk.jobs import identity
from hostdesk.jobs.claiming import back_off, claim, free_dead, release
from hostdesk.mail.door.addresses import look_up
from hostdesk.mail.door.keeping import CannotKeep
from hostdesk.mail.fetching.looking import Look
from hostdesk.mail.fetching.naming import Remote
from hostdesk.mail.fetching.tokens import Key
from hostdesk.mail.models import Mailbox
from hostdesk.ports.imap import ImapFolder, SignInRefused
from hostdesk.ports.outcomes import PortDown, PortRefused

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
_RENEW_EVERY = 15.0
_ASK_FOR_CLAIM_EVERY = 3.0
# Servers hang up on clients that idle for half an hour, and routers on lines that are silent for ten minutes.
_LONGEST_WAIT = 540.0
_FIRST_WAIT = 5.0
_WHOLE_LOOK_EVERY = 1800.0
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
# A wrong password stays wrong, and some servers lock the account of whoever insists.
_PAUSE_WHEN_REFUSED = timedelta(minutes=10)
_chance = random.Random()  # noqa: S311  (spreads retries, guards nothing)


@dataclass
class Pace:
    """How patient fetching is, in seconds; tests are in a hurry."""

    ask_for_claim: float = _ASK_FOR_CLAIM_EVERY
    renew: float = _RENEW_EVERY
    first_wait: float = _FIRST_WAIT
    longest_wait: float = _LONGEST_WAIT
    whole_look: float = _WHOLE_LOOK_EVERY
    first_pause: timedelta = _FIRST_PAUSE
    pause_when_refused: timedelta = _PAUSE_WHEN_REFUSED


@dataclass
class Fetcher:
    """Looks into one mailbox, whenever this process is the one that holds it, until it is told to stop.

    `number` is the mailbox's place in the setting, from 1: what the log calls it.
    """

    remote: Remote
    stop: threading.Event
    largest: int
    relays: tuple[str, ...]
    number: int = 1
    pace: Pace = field(default_factory=Pace)
    held: Mailbox | None = None
    held_until: float = 0.0
    _renewing: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Fetch; nothing that a server or the database does ends the loop."""
        key = Key(self.remote)
        try:
            while not self.stop.is_set():
                try:
                    box = self._claimed()
                except DatabaseError as error:
                    self._database_away(error)
                    continue
                if box is None:
                    self.stop.wait(self.pace.ask_for_claim)
                    continue
                self._turn(box, key)
        finally:
            connections.close_all()

    def renew(self) -> None:
        """Keep the claim alive; called by a thread of its own, also while a large mail takes its time."""
        with self._renewing:
            box = self.held
            if box is None:
                return
            until = datetime.now(UTC) + LEASE
            mine = Mailbox.objects.filter(pk=box.pk, claimed_by=box.claimed_by, claimed_until__isnull=False)
            if mine.update(claimed_until=until, next_try_at=until):
                self.held_until = time.monotonic() + LEASE.total_seconds()
            else:
                self.held_until = 0.0

    def is_held(self) -> bool:
        """Whether to go on: nobody told us to stop, and nobody may have taken the mailbox over."""
        return not self.stop.is_set() and time.monotonic() < self.held_until

    def _claimed(self) -> Mailbox | None:
        now = datetime.now(UTC)
        known(self.remote, at=now)
        mine = Mailbox.objects.waiting().filter(name=self.remote.name)
        began = time.monotonic()
        name = identity.claimant(threading.current_thread().name)
        free_dead(mine, is_dead=identity.is_dead, at=now)
        rows = claim(mine, limit=1, by=name, at=now, lease=LEASE)
        if not rows:
            return None
        self.held_until = began + LEASE.total_seconds()
        self.held = rows[0]
        return rows[0]

    def _turn(self, box: Mailbox, key: Key) -> None:
        """Look and wait while the line holds; afterwards let the mailbox go, for now or for a while."""
        pause = timedelta(0)
        try:
            self._look_and_wait(box, key)
        except SignInRefused as no:
            may_differ = key.forget()
            pause = self.pace.first_pause if may_differ else self.pace.pause_when_refused
            pause = self._trouble(box, no.answer, pause)
        except PortRefused as no:
            pause = self._trouble(box, no.answer, self.pace.pause_when_refused)
        except PortDown as away:
            pause = self._trouble(box, away.answer, self._back_off(box))
        except CannotKeep as error:
            pause = self._trouble(box, f"mails cannot be kept: {error}", self._back_off(box))
        except DatabaseError as error:
            self._database_away(error)
        except Exception as error:  # whatever one mailbox breaks, it is tried again
            log.exception("mailbox broke something", mailbox=self.number)
            pause = self._trouble(box, f"a fault in the program: {type(error).__name__}", self._back_off(box))
        finally:
            # A renewal that is under way ends first: it would keep the mailbox claimed for a minute after we let it go.
            with self._renewing:
                self.held = None
            self._let_go(box, pause)

    def _look_and_wait(self, box: Mailbox, key: Key) -> None:
        folder = ImapFolder(key.access(), self.remote.folder)
        try:
            look = Look(
                self.remote,
                box,
                folder,
                ours=look_up(),
                relays=self.relays,
                largest=self.largest,
                is_held=self.is_held,
            )
            next_whole = 0.0
            wait = self.pace.first_wait
            while self.is_held():
                is_whole = time.monotonic() >= next_whole
                if is_whole:
                    next_whole = time.monotonic() + self.pace.whole_look
                look.ours = look_up()
                kept = look.whole() if is_whole else look.news()
                self._went_well(box, look.refusal)
                # Short at first: what came in between the look and the wait may have been told to nobody.
                wait = self.pace.first_wait if kept else min(wait * 2, self.pace.longest_wait)
                if self.is_held():
                    folder.wait(wait if folder.can_idle else self.remote.poll_seconds, self.is_held)
        finally:
            folder.close()

    def _went_well(self, box: Mailbox, refusal: str) -> None:
        if box.failing_since is not None:
            log.info("mailbox can be read again", mailbox=self.number)
        trouble = f"the mailbox does not take our marks: {refusal}" if refusal else ""
        box.answered_at, box.failing_since, box.trouble, box.tries = datetime.now(UTC), None, trouble, 0
        box.save(update_fields=["answered_at", "failing_since", "trouble", "tries"])

    def _trouble(self, box: Mailbox, words: str, pause: timedelta) -> timedelta:
        """Note why the mailbox cannot be read; `pause`, for which it is left alone."""
        if words != box.trouble:
            log.warning("mailbox cannot be read", mailbox=self.number, error=words)
        box.trouble, box.failing_since = words, box.failing_since or datetime.now(UTC)
        try:
            box.save(update_fields=["trouble", "failing_since"])
        except DatabaseError as error:
            self._database_away(error)
        return pause

    def _back_off(self, box: Mailbox) -> timedelta:
        return back_off(box.tries, first=self.pace.first_pause, longest=_LONGEST_PAUSE, chance=_chance)

    def _let_go(self, box: Mailbox, pause: timedelta) -> None:
        """Give the mailbox back; when the database is away, the claim runs out by itself."""
        try:
            box.refresh_from_db(fields=["claimed_until"])
            release(box, next_try_at=datetime.now(UTC) + pause)
        except (DatabaseError, Mailbox.DoesNotExist) as error:
            self._database_away(error)

    def _database_away(self, error: Exception) -> None:
        log.warning("mailbox waits for the database", error=str(error).strip())
        connections.close_all()
        self.stop.wait(self.pace.ask_for_claim)


def known(remote: Remote, *, at: datetime) -> None:
    """Make the row of a mailbox, unless it is there."""
    Mailbox.objects.bulk_create(
        [Mailbox(name=remote.name, begun_at=at, next_try_at=at)], ignore_conflicts=True
    )


def start(
    remotes: tuple[Remote, ...],
    stop: threading.Event,
    *,
    largest: int,
    relays: tuple[str, ...],
    pace: Pace | None = None,
) -> list[threading.Thread]:
    """Begin to fetch from all mailboxes, until `stop`; the threads, to be waited for."""
    if not remotes:
        return []
    pace = pace or Pace()
    fetchers = [
        Fetcher(remote, stop, largest=largest, relays=relays, number=number, pace=pace)
        for number, remote in enumerate(remotes, start=1)
    ]
    threads = [
        threading.Thread(target=one.run, name=f"mailbox {one.number}", daemon=True) for one in fetchers
    ]
    threads.append(
        threading.Thread(target=_keep_claims, args=(fetchers, stop, pace), name="mailbox claims", daemon=True)
    )
    for thread in threads:
        thread.start()
    return threads


def _keep_claims(fetchers: list[Fetcher], stop: threading.Event, pace: Pace) -> None:
    try:
        while not stop.wait(pace.renew):
            for fetcher in fetchers:
                try:
                    fetcher.renew()
                except DatabaseError:
                    connections.close_all()
    finally:
        connections.close_all()
