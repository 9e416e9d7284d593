"""One thread that commits for all connections: whatever has arrived while the last commit ran goes into the next."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog
from django.db import connections

from hostdesk.mail.door.keeping import Arrival, CannotKeep, keep, rest

log = structlog.get_logger()

_MOST_AT_ONCE = 200
_MOST_BYTES_AT_ONCE = 32_000_000
# How long a mail may wait for one that is just being sent, as a share of what the last commit took: on a quick
# disk the wait costs more than the flush that it saves, on a slow one a shared flush is worth much.
_SHARE_FOR_COMPANY = 0.25
_MOST_SECONDS_FOR_COMPANY = 0.005
_SECONDS_UNTIL_REST = 0.05

Keep = Callable[[Sequence[Arrival]], None]


class Writer:
    """Takes arrivals from any thread; each future ends when its mail is committed, or with `CannotKeep`.

    `under_way` says how many mails are being received or waiting here at present.
    """

    def __init__(self, keep_all: Keep = keep, *, under_way: Callable[[], int] = lambda: 0) -> None:
        self._keep = keep_all
        self._under_way = under_way
        self._waiting: queue.SimpleQueue[tuple[Arrival, Future[None]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="mail writer", daemon=True)
        self._trouble = ""
        self._seconds_of_a_commit = 0.0
        self._is_rested = True

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what was given so far, and end."""
        self._waiting.put(None)
        self._thread.join()

    def take(self, arrival: Arrival) -> Future[None]:
        """Leave a mail to be committed with the next batch."""
        done: Future[None] = Future()
        # From now on it cannot be cancelled: a client that hangs up while we commit must not break the batch.
        done.set_running_or_notify_cancel()
        self._waiting.put((arrival, done))
        return done

    def _run(self) -> None:
        try:
            while (first := self._next()) is not None:
                batch, is_last = self._gather(first)
                began = time.monotonic()
                self._commit(batch)
                self._seconds_of_a_commit = time.monotonic() - began
                self._is_rested = False
                if is_last:
                    return
        finally:
            connections.close_all()

    def _next(self) -> tuple[Arrival, Future[None]] | None:
        """The next mail; while none comes, a rest after each spell of work."""
        if not self._is_rested:
            try:
                return self._waiting.get(timeout=_SECONDS_UNTIL_REST)
            except queue.Empty:
                rest()
                self._is_rested = True
        return self._waiting.get()

    def _gather(self, first: tuple[Arrival, Future[None]]) -> tuple[list[tuple[Arrival, Future[None]]], bool]:
        """All that waits by now, within limits; and whether the end was among it."""
        batch, size = [first], first[0].size
        end = time.monotonic() + min(
            self._seconds_of_a_commit * _SHARE_FOR_COMPANY, _MOST_SECONDS_FOR_COMPANY
        )
        while len(batch) < _MOST_AT_ONCE and size < _MOST_BYTES_AT_ONCE:
            patience = end - time.monotonic() if self._under_way() > len(batch) else 0.0
            try:
                following = self._waiting.get(timeout=max(patience, 0.0))
            except queue.Empty:
                break
            if following is None:
                return batch, True
            batch.append(following)
            size += following[0].size
        return batch, False

    def _commit(self, batch: list[tuple[Arrival, Future[None]]]) -> None:
        """One commit for all; when it fails, one for each, so that a mail suffers only for itself."""
        try:
            self._keep([arrival for arrival, _ in batch])
        except CannotKeep as error:
            if len(batch) > 1 and not error.disk_full:
                for one in batch:
                    self._commit([one])
                return
            self._note(error)
            for _, done in batch:
                done.set_exception(error)
        except Exception as error:  # whoever waits must hear of it, and the thread must live
            log.exception("mail could not be kept")
            for _, done in batch:
                done.set_exception(error)
        else:
            self._note(None)
            for _, done in batch:
                done.set_result(None)

    def _note(self, error: CannotKeep | None) -> None:
        """Log trouble when it begins and when it ends, not with every mail."""
        trouble = str(error) if error else ""
        if trouble != self._trouble:
            if error:
                log.error("mails cannot be kept", trouble=trouble, error=str(error.__cause__).strip())
            else:
                log.info("mails are kept again")
        self._trouble = trouble
