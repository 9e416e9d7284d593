"""One look into a mailbox: what is new there is kept, and only then moved, deleted or marked as read.

A row remembers each mail that still lies in the mailbox, so that nothing is fetched twice and nothing skipped, whenever
the process dies or the server says no. Where the rows cannot help (it died between the commit and the row, the server
numbered its mails anew) the mail's bytes do: the same bytes are one mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import structlog
from django.db import transaction

from hostdesk.mail.door.keeping import Arrival, keep
from hostdesk.mail.door.recipients import OurAddresses
from hostdesk.mail.fetching.envelope import envelope_of
from hostdesk.mail.fetching.naming import Remote
from hostdesk.mail.models import Door, ItemState, Mailbox, MailboxItem
from hostdesk.ports.imap import Head
from hostdesk.ports.outcomes import PortAway, PortDown

log = structlog.get_logger()

_HEADS_AT_ONCE = 200
_MAILS_AT_ONCE = 40
_BYTES_AT_ONCE = 8_000_000
_HEAD_OF_A_LARGE_MAIL = 60_000


class Folder(Protocol):
    """What a look needs of a mailbox; `ports.imap.ImapFolder` is the real one."""

    uid_validity: int

    def uids(self, *, after: int = 0) -> list[int]:
        """The numbers of all mails beyond `after`."""

    def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        """Size, flag and arrival."""

    def bodies(self, uids: Sequence[int], *, most: int) -> dict[int, bytes]:
        """The first `most` bytes of each."""

    def mark_seen(self, uids: Sequence[int]) -> None:
        """As read."""

    def flag(self, uids: Sequence[int]) -> None:
        """As important."""

    def move(self, uids: Sequence[int], *, to: str) -> None:
        """Into another folder."""

    def delete(self, uids: Sequence[int]) -> None:
        """For good."""


@dataclass
class Look:
    """Looks into one mailbox for the process that holds it.

    `largest` is the largest mail that is carried, in bytes. `refusal` is what the mailbox said last when it would not
    mark, move or delete, "" when it did.
    """

    remote: Remote
    box: Mailbox
    folder: Folder
    ours: OurAddresses
    relays: tuple[str, ...]
    largest: int
    is_held: Callable[[], bool] = lambda: True
    refusal: str = ""

    def whole(self) -> int:
        """Go through everything that lies there; how many mails were kept."""
        self._follow_numbering()
        present = self.folder.uids()
        self._forget_gone(set(present))
        known = dict(self.box.items.values_list("uid", "state"))
        kept = self._take([uid for uid in present if known.get(uid) in (None, ItemState.STUCK)])
        self._finish()
        return kept

    def news(self) -> int:
        """Go through what came since the last look; how many mails were kept."""
        kept = self._take(self.folder.uids(after=self.box.last_uid))
        self._finish()
        return kept

    def _follow_numbering(self) -> None:
        """Begin anew when the server has numbered its mails anew: old numbers mean nothing any more."""
        if self.box.uid_validity == self.folder.uid_validity:
            return
        if self.box.uid_validity is not None:
            log.warning("mailbox numbered anew", mailbox=self.box.pk)
        with transaction.atomic():
            self.box.items.all().delete()
            self.box.uid_validity, self.box.last_uid = self.folder.uid_validity, 0
            self.box.save(update_fields=["uid_validity", "last_uid"])

    def _forget_gone(self, present: set[int]) -> None:
        gone = [uid for uid in self.box.items.values_list("uid", flat=True) if uid not in present]
        for some in _in_pieces(gone, _HEADS_AT_ONCE):
            self.box.items.filter(uid__in=some).delete()

    def _take(self, uids: list[int]) -> int:
        kept = 0
        for some in _in_pieces(uids, _HEADS_AT_ONCE):
            if not self.is_held():
                return kept
            heads = self.folder.heads(some)
            for group in self._groups(some, heads):
                if not self.is_held():
                    return kept
                kept += self._take_group(group, heads)
            self.box.last_uid = max(self.box.last_uid, some[-1])
            self.box.save(update_fields=["last_uid"])
        return kept

    def _groups(self, uids: list[int], heads: dict[int, Head]) -> Iterator[list[int]]:
        """Those to be fetched, together while they are small; the others are noted."""
        group: list[int] = []
        size = 0
        old: list[int] = []
        for uid in uids:
            head = heads.get(uid)
            if head is None:
                continue
            if self._was_there_before(head):
                old.append(uid)
                continue
            if group and (len(group) >= _MAILS_AT_ONCE or size + head.size > _BYTES_AT_ONCE):
                yield group
                group, size = [], 0
            group.append(uid)
            size += min(head.size, self.largest)
        self._note(old, ItemState.OLD)
        if group:
            yield group

    def _was_there_before(self, head: Head) -> bool:
        """Whether somebody had read it before the mailbox was ours. What is emptied by us is taken in any case."""
        if self.remote.then != "seen" or not head.is_seen or head.arrived_at is None:
            return False
        return head.arrived_at < self.box.begun_at

    def _take_group(self, uids: list[int], heads: dict[int, Head]) -> int:
        """Fetch, keep, note, hand over: in this order. Of a mail that is too large only the beginning is kept."""
        small = [uid for uid in uids if heads[uid].size <= self.largest]
        bodies = self._fetch(small, most=self.largest + 1)
        # The announced size may be wrong.
        large = [uid for uid in uids if uid not in small or len(bodies.get(uid, b"")) > self.largest]
        whole = {uid: body for uid, body in bodies.items() if uid not in large}
        cut = self._fetch(large, most=_HEAD_OF_A_LARGE_MAIL)
        arrivals = [self._arrival(body, size=len(body)) for body in whole.values()]
        # A size beyond its bytes tells the gateway that this is the beginning of a mail and no mail.
        arrivals += [
            self._arrival(body, size=max(heads[uid].size, self.largest + 1)) for uid, body in cut.items()
        ]
        if arrivals:
            keep(arrivals)
        self._note(list(whole), ItemState.KEPT)
        self._note(list(cut), ItemState.LEFT)
        self._hand_over(list(whole))
        if cut:
            log.warning("mails too large", mailbox=self.box.pk, mails=len(cut))
            self._try(lambda: self.folder.flag(list(cut)))
        return len(arrivals)

    def _fetch(self, uids: list[int], *, most: int) -> dict[int, bytes]:
        """The first `most` bytes of some mails; one that the server does not hand out is noted, to be asked for again."""
        if not uids:
            return {}
        try:
            return self.folder.bodies(uids, most=most)
        except PortAway:
            raise
        except PortDown as no:
            if len(uids) > 1:
                return {uid: body for one in uids for uid, body in self._fetch([one], most=most).items()}
            log.warning("mail not handed out", mailbox=self.box.pk, error=no.answer)
            self._note(uids, ItemState.STUCK)
            return {}

    def _arrival(self, raw: bytes, *, size: int) -> Arrival:
        envelope = envelope_of(
            raw, ours=self.ours, relays=self.relays, mailbox=self.remote.user, route=self.remote.route
        )
        return Arrival(
            route=envelope.route,
            door=Door.IMAP,
            envelope_from=envelope.sender,
            recipients=envelope.recipients,
            client_ip="",
            helo="",
            received_at=datetime.now(UTC),
            raw=raw,
            size=size,
        )

    def _note(self, uids: list[int], state: ItemState) -> None:
        MailboxItem.objects.bulk_create(
            [MailboxItem(mailbox=self.box, uid=uid, state=state) for uid in uids],
            update_conflicts=True,
            unique_fields=["mailbox", "uid"],
            update_fields=["state"],
        )

    def _hand_over(self, uids: list[int]) -> None:
        """Let the mailbox know that we have them; what it refuses is tried again at the next look."""
        if not uids:
            return
        if self.remote.then == "move":
            done = self._try(lambda: self.folder.move(uids, to=self.remote.done_folder))
        elif self.remote.then == "delete":
            done = self._try(lambda: self.folder.delete(uids))
        else:
            done = self._try(lambda: self.folder.mark_seen(uids))
        if done:
            self.box.items.filter(uid__in=uids).update(state=ItemState.DONE)

    def _try(self, step: Callable[[], None]) -> bool:
        try:
            step()
        except PortAway:
            raise
        except PortDown as no:
            self.refusal = no.answer
            return False
        return True

    def _finish(self) -> None:
        """Tell the mailbox of mails that it did not hear of before, and count what it does not hand out."""
        self.refusal = ""
        untold = list(
            self.box.items.filter(state=ItemState.KEPT).order_by("uid").values_list("uid", flat=True)
        )
        for some in _in_pieces(untold, _HEADS_AT_ONCE):
            self._hand_over(some)
        self.box.not_fetched = self.box.items.filter(state=ItemState.STUCK).count()
        self.box.save(update_fields=["not_fetched"])


def _in_pieces(uids: list[int], most: int) -> Iterator[list[int]]:
    for start in range(0, len(uids), most):
        yield uids[start : start + most]
