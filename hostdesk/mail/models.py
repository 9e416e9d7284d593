"""The tables of mail: what came in, byte for byte, what became of it, and what is to go out."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from hostdesk.jobs.claiming import Claimable


class RawMail(models.Model):
    """One mail exactly as it arrived; `digest` is the SHA-256 of `raw` in hexadecimal.

    Apart from InboundMail, so that settling a mail never rewrites its bytes.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    raw = models.BinaryField()


class Route(models.TextChoices):
    """For whom a mail came in: the desk, or (complaint@) the supervisors alone."""

    DESK = "desk", "Desk"
    COMPLAINT = "complaint", "Complaint"


class Door(models.TextChoices):
    """Through which door a mail came in."""

    SMTP = "smtp", "SMTP"
    LMTP = "lmtp", "LMTP"
    PIPE = "pipe", "Pipe"
    IMAP = "imap", "IMAP"


class Disposition(models.TextChoices):
    """What became of a mail; NULL in the table while it waits to be judged."""

    TICKETED = "ticketed", "New ticket"
    APPENDED = "appended", "Joined its ticket"
    CLOSED = "closed", "Closed, unlisted sender"
    QUARANTINED = "quarantined", "Held for a person"
    IGNORED = "ignored", "Machine or loop"
    REFUSED = "refused", "Not carried"


class Trust(models.TextChoices):
    """How far the sender is believed."""

    PROVEN = "proven", "Proven"
    PLAUSIBLE = "plausible", "Plausible"
    UNPROVEN = "unproven", "Unproven"
    FORGED = "forged", "Forged"


class InboundQuerySet(models.QuerySet["InboundMail"]):
    """Words for inbound mails."""

    def waiting(self) -> InboundQuerySet:
        """Kept, not judged yet."""
        return self.filter(disposition__isnull=True)

    def with_disposition(self, disposition: str) -> InboundQuerySet:
        """All of one disposition; `waiting` stands for those that have none yet."""
        return self.waiting() if disposition == "waiting" else self.filter(disposition=disposition)

    def closed_but_resembling(self) -> InboundQuerySet:
        """Closed mails that look like a contact's.

        Written out as in the condition of the index `inboundmail_resembling`: with values put in by the driver, SQLite
        would not know that the index answers, and would walk all closed mails.
        """
        words = "mail_inboundmail.disposition = 'closed' AND NOT (mail_inboundmail.resembles = '')"
        return self.filter(RawSQL(words, (), output_field=models.BooleanField()))  # noqa: S611  (no input in it)


class InboundMail(Claimable):
    """One mail that the door answered for, and its fate.

    The envelope is written by the door, `sender` to `message_id` by whoever reads the mail, the rest by
    whoever judges it. `digest` is NULL only for a mail that was refused for its size and so not kept.
    `resembles` says in which way a closed mail looks like a known contact's. `ticket_number` is the
    running number of a ticket: a plain number, tickets live above mail. `findable`: its words are in the search.
    """

    digest = models.CharField(max_length=64, null=True)  # noqa: DJ001  (NULL: nothing was kept)
    route = models.CharField(max_length=10, choices=Route.choices)
    door = models.CharField(max_length=4, choices=Door.choices)
    envelope_from = models.CharField(max_length=320, default="", blank=True)
    recipients = models.JSONField(default=list)
    client_ip = models.CharField(max_length=45, default="", blank=True)
    helo = models.CharField(max_length=255, default="", blank=True)
    size = models.PositiveBigIntegerField(default=0)
    received_at = models.DateTimeField()

    disposition = models.CharField(max_length=12, choices=Disposition.choices, null=True)  # noqa: DJ001
    reason = models.TextField(default="", blank=True)
    clause = models.CharField(max_length=60, default="", blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    sender = models.TextField(default="", blank=True)
    sender_name = models.TextField(default="", blank=True)
    subject = models.TextField(default="", blank=True)
    message_id = models.TextField(default="", blank=True)
    trust = models.CharField(max_length=10, choices=Trust.choices, default="", blank=True)
    resembles = models.CharField(max_length=200, default="", blank=True)
    ticket_number = models.BigIntegerField(null=True, blank=True)
    findable = models.BooleanField(default=False, db_default=False)

    objects = InboundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "route"], name="inboundmail_once_per_route"),
            models.CheckConstraint(condition=Q(route__in=Route.values), name="inboundmail_route_known"),
            models.CheckConstraint(condition=Q(door__in=Door.values), name="inboundmail_door_known"),
            models.CheckConstraint(
                condition=Q(disposition__isnull=True) | Q(disposition__in=Disposition.values),
                name="inboundmail_disposition_known",
            ),
            models.CheckConstraint(
                condition=Q(trust__in=["", *Trust.values]), name="inboundmail_trust_known"
            ),
            models.CheckConstraint(
                condition=Q(digest__isnull=False) | Q(disposition="refused"),
                name="inboundmail_kept_unless_refused",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="inboundmail_waiting",
                condition=Q(disposition__isnull=True),
            ),
            models.Index(fields=["disposition", "id"], name="inboundmail_by_disposition"),
            models.Index(
                fields=["disposition", "id"],
                name="inboundmail_resembling",
                condition=Q(disposition="closed") & ~Q(resembles=""),
            ),
            models.Index(
                fields=["ticket_number"],
                name="inboundmail_by_ticket",
                condition=Q(ticket_number__isnull=False),
            ),
            models.Index(fields=["received_at"], name="inboundmail_received"),
            models.Index(
                fields=["disposition"],
                name="inboundmail_complaints",
                condition=Q(route="complaint") | Q(clause="conduct.complaints"),
            ),
            models.Index(fields=["id"], name="inboundmail_not_findable", condition=Q(findable=False)),
        ]


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    """Words for mailboxes."""

    def waiting(self) -> MailboxQuerySet:
        """All of them: a mailbox is looked into for ever, by one process at a time."""
        return self.all()


class Mailbox(Claimable):
    """One folder elsewhere that mails are fetched from; the claim says which process looks into it.

    `uid_validity` and `last_uid` are how far the server's numbering has been gone through. `begun_at` is when it was
    first looked into, `answered_at` when the last look went well. `failing_since` and `trouble` tell of looks that did
    not; `not_fetched` counts mails that the server does not hand out. `sealed_grant` is the encrypted refresh token.
    """

    name = models.CharField(max_length=250, unique=True)
    uid_validity = models.PositiveBigIntegerField(null=True, blank=True)
    last_uid = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    trouble = models.TextField(default="", blank=True)
    not_fetched = models.PositiveIntegerField(default=0)
    sealed_grant = models.TextField(default="", blank=True)

    objects = MailboxQuerySet.as_manager()


class ItemState(models.TextChoices):
    """How far we are with one mail in a mailbox."""

    KEPT = "kept", "Kept, the mailbox does not know yet"
    DONE = "done", "Kept and marked"
    OLD = "old", "Read by somebody before the mailbox was ours"
    LEFT = "left", "Too large, left where it is"
    STUCK = "stuck", "The server does not hand it out"


class MailboxItem(models.Model):
    """One mail that lies in a mailbox and was dealt with; gone from here when it is gone from there."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="items")
    uid = models.PositiveBigIntegerField()
    state = models.CharField(max_length=5, choices=ItemState.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "uid"], name="mailboxitem_once"),
            models.CheckConstraint(condition=Q(state__in=ItemState.values), name="mailboxitem_state_known"),
        ]


class OutboundState(models.TextChoices):
    """Where a mail stands on its way out."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    HELD = "held", "Held back"


class OutboundQuerySet(models.QuerySet["OutboundMail"]):
    """Words for outbound mails."""

    def waiting(self) -> OutboundQuerySet:
        """To be delivered as soon as its time has come."""
        return self.filter(state=OutboundState.WAITING)

    def failed(self) -> OutboundQuerySet:
        """Given up: somebody must look."""
        return self.filter(state=OutboundState.FAILED)


class OutboundMail(Claimable):
    """One mail to one recipient, written in the transaction of the change that causes it.

    `headers` holds the threading and automatic-mail headers by name; `files` a list of
    `{"digest", "filename", "content_type"}` whose bytes lie in ports.files. `about` is the idempotency
    key (`ack:1042`): the same wish twice is one mail. `person_id` is the contact or agent it goes to: a
    plain number, people live above mail. `findable`: its words are in the search.
    `guarded`: no person answers for it, so the breakers count it and may hold it; `held_by` says which one did.
    `put_off_at` is when the other side first said "not now" to this very mail. `bounced_at` is when it came back,
    proved by its return address, with the status and words of who sent it back.
    """

    kind = models.CharField(max_length=40)
    ticket_number = models.BigIntegerField(null=True, blank=True)
    person_id = models.BigIntegerField(null=True, blank=True)
    to_address = models.CharField(max_length=320)
    to_name = models.TextField(default="", blank=True)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(default="", blank=True)
    headers = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    message_id = models.CharField(max_length=255, unique=True)
    about = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001  (NULL: may repeat)
    queued_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=OutboundState.choices, default=OutboundState.WAITING)
    last_answer = models.TextField(default="", blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    findable = models.BooleanField(default=False, db_default=False)
    guarded = models.BooleanField(default=False, db_default=False)
    held_by = models.CharField(max_length=8, default="", db_default="", blank=True)
    put_off_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    bounce_status = models.CharField(max_length=20, default="", db_default="", blank=True)
    bounce_said = models.TextField(default="", db_default="", blank=True)

    objects = OutboundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OutboundState.values), name="outboundmail_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
                name="outboundmail_sent_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], name="outboundmail_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["state", "id"], name="outboundmail_by_state"),
            models.Index(
                fields=["ticket_number"],
                name="outboundmail_by_ticket",
                condition=Q(ticket_number__isnull=False),
            ),
            models.Index(fields=["to_address", "kind", "-queued_at"], name="outboundmail_by_address"),
            models.Index(
                fields=["state"],
                name="outboundmail_secrets",
                condition=Q(kind__in=["sign_in_link", "invitation"]),
            ),
            models.Index(fields=["id"], name="outboundmail_not_findable", condition=Q(findable=False)),
            models.Index(fields=["queued_at"], name="outboundmail_guarded", condition=Q(guarded=True)),
            models.Index(
                fields=["to_address", "queued_at"],
                name="outboundmail_guarded_address",
                condition=Q(guarded=True),
            ),
            models.Index(
                fields=["queued_at"],
                name="outboundmail_put_off",
                condition=Q(state="waiting", put_off_at__isnull=False),
            ),
        ]


class BreakerQuerySet(models.QuerySet["Breaker"]):
    """Words for breakers."""

    def open(self, at: datetime) -> BreakerQuerySet:
        """Those that hold automatic mails back now."""
        return self.filter(open_until__gt=at)


class Breaker(models.Model):
    """What stops automatic mails to one address, about one ticket, or of the whole desk while they are a storm.

    Open from `opened_at` until `open_until`, which moves on while the storm lasts; nobody has to close it. A row is
    kept for the next time. `told_at`: the people on duty know of this opening.
    """

    class Scope(models.TextChoices):
        """Of what; `key` is the address, the ticket's running number, or empty."""

        ADDRESS = "address", "One address"
        TICKET = "ticket", "One ticket"
        DESK = "desk", "The whole desk"

    scope = models.CharField(max_length=8, choices=Scope.choices)
    key = models.CharField(max_length=320, default="", blank=True)
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects = BreakerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="breaker_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(scope__in=["address", "ticket", "desk"]), name="breaker_scope_known"
            ),
        ]


class Setback(models.Model):
    """Something that kept one of our mails from its reader, left for the rooms above, which know what it means.

    `status` is an RFC 3463 code or empty, `said` the words of the other side or of the breaker. `permanent`: the
    recipient was refused for good. `taken_at`: the ticket and the contact know of it.
    """

    class Kind(models.TextChoices):
        """What happened."""

        HELD = "held", "Held back by a breaker"
        DELAYED = "delayed", "Delayed"
        FAILED = "failed", "Not taken by the other side"
        BOUNCED = "bounced", "Came back"

    outbound = models.ForeignKey(OutboundMail, on_delete=models.CASCADE, related_name="setbacks")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()
    status = models.CharField(max_length=20, default="", blank=True)
    said = models.TextField(default="", blank=True)
    permanent = models.BooleanField(default=False)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outbound", "kind"], name="setback_one_of_a_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=["held", "delayed", "failed", "bounced"]), name="setback_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["id"], name="setback_waiting", condition=Q(taken_at__isnull=True))]
