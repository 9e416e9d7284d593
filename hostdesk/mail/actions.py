"""Verbs of mail: queue one to go out, hold one back, send one again; let one that came in be judged again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.audit.inserting import insert_later
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.mail import breakers, cleaning, compose
from hostdesk.mail.models import Disposition, InboundMail, OutboundMail, OutboundState, Setback


@dataclass(frozen=True)
class OutboundFile:
    """A file that goes along; its bytes lie in `ports.files` under `digest`."""

    digest: str
    filename: str
    content_type: str


@dataclass(frozen=True, kw_only=True)
class OutboundDraft:
    """A mail as a room writes it, for one recipient.

    `about` is the idempotency key. `automatic` says that no person wrote it: it then carries the marks by
    which other machines know not to answer, as an answer to `in_reply_to` or as a notice of its own.
    `references` and `in_reply_to` are message ids and may come from outside; `message_id` is given where
    later mails must be able to name this one. `delay_seconds` leaves time to undo.
    """

    kind: str
    to_address: str
    subject: str
    text: str
    html: str = ""
    to_name: str = ""
    ticket_number: int | None = None
    person_id: int | None = None
    about: str | None = None
    automatic: bool = False
    passes_breakers: bool = False
    reply_to: str = ""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    files: Sequence[OutboundFile] = ()
    delay_seconds: int = 0


def queue(draft: OutboundDraft, *, at: datetime) -> OutboundMail:
    """Leave a mail to be delivered, as part of the caller's transaction; the same `about` twice is one mail.

    Never raises for what stands in the draft, so that a strange name cannot lose an answer: headers are
    cleaned, and a mail to something that is not exactly one address is kept as failed, for a person to see.
    """
    row = _row(draft, at=at)
    if draft.about is not None:
        _insert_once(row, at=at, now=True)
        return OutboundMail.objects.get(about=draft.about)
    _ask_breakers(row, at=at)
    row.save(force_insert=True)
    if row.held_by:
        breakers.note_held(row, at=at)
    return row


def queue_once(draft: OutboundDraft, *, at: datetime) -> None:
    """`queue` for those who do not need the row: one statement. The draft must carry its `about`."""
    assert draft.about is not None, "only a mail that says what it is about can be queued once"
    _insert_once(_row(draft, at=at), at=at)


def _insert_once(row: OutboundMail, *, at: datetime, now: bool = False) -> None:
    _ask_breakers(row, at=at)
    # Without a look beforehand: two workers with one wish must both find the one row.
    if not (now or row.held_by):
        insert_later(row, ignore_conflicts=True)
        return
    OutboundMail.objects.bulk_create([row], ignore_conflicts=True)
    if row.held_by:
        kept = OutboundMail.objects.get(about=row.about)
        if kept.held_by:
            breakers.note_held(kept, at=at)


def _ask_breakers(row: OutboundMail, *, at: datetime) -> None:
    if not row.guarded or row.state != OutboundState.WAITING:
        return
    scope = breakers.scope_that_holds(row.to_address, row.ticket_number, at=at)
    if scope is not None:
        row.state, row.held_by, row.last_answer = OutboundState.HELD, scope, breakers.reason_of(scope)


def _row(draft: OutboundDraft, *, at: datetime) -> OutboundMail:
    recipient = cleaning.single_address(draft.to_address)
    return OutboundMail(
        kind=draft.kind,
        ticket_number=draft.ticket_number,
        person_id=draft.person_id,
        to_address=recipient or cleaning.one_line(draft.to_address, longest=320),
        to_name=cleaning.one_line(draft.to_name, longest=compose.LONGEST_NAME),
        subject=cleaning.one_line(draft.subject),
        text=_storable(draft.text),
        html=_storable(draft.html),
        headers=compose.extra_headers(
            automatic=draft.automatic,
            reply_to=draft.reply_to,
            in_reply_to=draft.in_reply_to or "",
            # The first mail of a thread is in what every mail of it refers to; none may refer to itself.
            references=[one for one in draft.references if one != draft.message_id],
        ),
        files=[
            {"digest": file.digest, "filename": file.filename, "content_type": file.content_type}
            for file in draft.files
        ],
        message_id=draft.message_id or compose.message_id(secrets.token_hex(16)),
        about=draft.about,
        queued_at=at,
        next_try_at=at + timedelta(seconds=draft.delay_seconds),
        guarded=draft.automatic and not draft.passes_breakers,
        state=OutboundState.WAITING if recipient else OutboundState.FAILED,
        last_answer="" if recipient else "Not sent: the recipient is not one plain mail address.",
    )


def withdraw(about: str, *, at: datetime) -> int:
    """Hold back mails whose `about` begins so and that nobody has begun to send; how many."""
    untouched = OutboundMail.objects.waiting().filter(about__startswith=about, claimed_until__isnull=True)
    return untouched.update(state=OutboundState.HELD, last_answer=f"Withdrawn {at:%Y-%m-%d %H:%M} UTC.")


@transaction.atomic
def send_again(outbound: OutboundMail, *, by: Actor, at: datetime) -> OutboundMail:
    """Let a failed or held mail be delivered after all, under its own Message-ID; no breaker holds it any more.

    Refused: a mail that is waiting already, one that was sent, one whose recipient is no address.
    """
    row = OutboundMail.objects.select_for_update().get(pk=outbound.pk)
    if row.state == OutboundState.SENT:
        raise Refused("", "This mail was sent already; write a new one instead.")
    if row.state == OutboundState.WAITING:
        raise Refused("", "This mail is waiting to be sent already.")
    if cleaning.single_address(row.to_address) is None:
        raise Refused("", "Its recipient is not one plain mail address; write a new mail to the right one.")
    row.state, row.tries, row.next_try_at, row.queued_at = OutboundState.WAITING, 0, at, at
    row.claimed_by, row.claimed_until, row.guarded, row.held_by, row.put_off_at = "", None, False, "", None
    row.save(
        update_fields=[
            "state", "tries", "next_try_at", "queued_at", "claimed_by", "claimed_until", "guarded", "held_by", "put_off_at",
        ]
    )  # fmt: skip
    # What went wrong before is told already; what goes wrong now is told anew.
    Setback.objects.filter(outbound=row).delete()
    note("outbound_mail", row.pk, "sent again", by=by, at=at, facts={"ticket": row.ticket_number})
    return row


@transaction.atomic
def hold_back(outbound: OutboundMail, *, by: Actor, at: datetime) -> OutboundMail:
    """Keep a waiting mail from leaving until somebody sends it again; refused for one that somebody is just sending."""
    row = OutboundMail.objects.select_for_update().get(pk=outbound.pk)
    if row.state != OutboundState.WAITING:
        raise Refused("", "This mail does not wait any more.")
    if row.claimed_until is not None and row.claimed_until > at:
        raise Refused("", "This mail is being sent at this moment; look again in a minute.")
    row.state, row.last_answer = OutboundState.HELD, f"Held back by {by.name}."
    row.claimed_by, row.claimed_until = "", None
    row.save(update_fields=["state", "last_answer", "claimed_by", "claimed_until"])
    note("outbound_mail", row.pk, "held back", by=by, at=at, facts={"ticket": row.ticket_number})
    return row


@transaction.atomic
def wait_again(mail: InboundMail, *, by: Actor, at: datetime) -> InboundMail:
    """Have a mail that came in judged again, as if it had just arrived.

    Refused: a mail that became a ticket or joined one (it would do so twice), and one of which nothing
    was kept.
    """
    row = InboundMail.objects.select_for_update().get(pk=mail.pk)
    if row.digest is None:
        raise Refused("", "This mail was refused for its size, so nothing of it was kept.")
    if row.disposition in (Disposition.TICKETED, Disposition.APPENDED):
        raise Refused("", "This mail is in a ticket already.")
    before = row.disposition
    row.disposition, row.settled_at, row.reason, row.clause, row.resembles = None, None, "", "", ""
    row.tries, row.next_try_at, row.claimed_by, row.claimed_until = 0, at, "", None
    # Whoever reads it now may find other words in it.
    row.findable = False
    row.save()
    note("inbound_mail", row.pk, "retried", by=by, at=at, facts={"was": before})
    return row


def _storable(text: str) -> str:
    """`text` as PostgreSQL and UTF-8 can hold it: no NUL, no lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
