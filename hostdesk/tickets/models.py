"""Tickets, their messages and their clocks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from hostdesk.hosting.models import Account, Customer
from hostdesk.kit import numbers
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.people.models import Agent, Contact, Person, Team
from hostdesk.policy.models import PolicyVersion
from hostdesk.sla.models import ClockRow
from hostdesk.tickets.queue_models import HandOut, PassOver, SkillNeed, TicketSkill
from hostdesk.tickets.shift_models import HandOver
from hostdesk.tickets.slot_models import LIVE_SLOTS, WindowBooking

__all__ = [
    "ENDED",
    "LIVE_SLOTS",
    "OURS",
    "Attachment",
    "Breach",
    "Channel",
    "ClockStep",
    "Draft",
    "HandOut",
    "HandOver",
    "Message",
    "PassOver",
    "Presence",
    "SkillNeed",
    "SlaClock",
    "Ticket",
    "TicketClass",
    "TicketQuerySet",
    "TicketSkill",
    "TicketState",
    "Unacknowledged",
    "WindowBooking",
]

FIRST_NUMBER = 1001


class TicketState(models.TextChoices):
    """Whose turn it is. `waiting_*` is not ours; resolved may come back; closed does not."""

    NEW = "new", "new"
    OPEN = "open", "open"
    WAITING_CUSTOMER = "waiting_customer", "waits for the customer"
    WAITING_WINDOW = "waiting_window", "waits for its off-peak window"
    WAITING_TEAM = "waiting_team", "waits for another team"
    RESOLVED = "resolved", "resolved"
    CLOSED = "closed", "closed"


class TicketClass(models.TextChoices):
    """What the policy says about its price."""

    UNCLASSED = "unclassed", "not classed yet"
    GENERAL = "general", "general support, free"
    ADVANCED = "advanced", "advanced support, charged"
    NOT_SUPPORTED = "not_supported", "not supported"


class Channel(models.TextChoices):
    """How it reached us."""

    MAIL = "mail", "e-mail"
    CLIENT_AREA = "client", "client area"
    DESK = "desk", "the desk"
    PHONE = "phone", "telephone"


OURS = (TicketState.NEW, TicketState.OPEN)
ENDED = (TicketState.RESOLVED, TicketState.CLOSED)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Words for kinds of tickets."""

    def waiting(self) -> TicketQuerySet:
        """In the queue: our turn, and nobody has taken it."""
        return self.filter(assignee__isnull=True, state__in=OURS)

    def in_order(self) -> TicketQuerySet:
        """First come, first served (sla.fcfs)."""
        return self.order_by("queued_at", "id")

    def unfinished(self) -> TicketQuerySet:
        """Neither resolved nor closed."""
        return self.exclude(state__in=ENDED)


class Ticket(models.Model):
    """One request of one customer, from its arrival to its end.

    `queued_at` is its place in the queue and never moves back. `sealed` repeats the team's word, so that every read
    can keep complaints to supervisors without a join. `attention` is 1 after a warning and 2 after a breach of any
    running clock. `wrote_at` is since when words of the customer lie unanswered on a ticket that waits for its window or another team: it stays
    what it is, and somebody must look. `emergency_at` is since when it goes before others, and only a declared emergency does. `requester_*` is what a mail said of a sender who is no contact; empty otherwise.
    `reply_generation` counts up to make every older reply address void.
    """

    subject = models.CharField(max_length=500)
    state = models.CharField(max_length=20, choices=TicketState, default=TicketState.NEW)
    ticket_class = models.CharField(max_length=20, choices=TicketClass, default=TicketClass.UNCLASSED)
    channel = models.CharField(max_length=10, choices=Channel)
    policy_slug = models.CharField(max_length=40)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", db_index=False)
    sealed = models.BooleanField(default=False)
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    requester_name = models.CharField(max_length=200, blank=True)
    requester_address = models.CharField(max_length=320, blank=True)
    trust = models.CharField(max_length=10, blank=True)
    assignee = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    attention = models.SmallIntegerField(default=0)
    emergency_at = models.DateTimeField(null=True)
    wrote_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    state_since = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    reply_generation = models.IntegerField(default=1)
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    objects = TicketQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["team", "queued_at", "id"],
                name="ticket_queue",
                condition=Q(assignee__isnull=True, state__in=OURS),
            ),
            models.Index(
                fields=["team", "queued_at", "id"],
                name="ticket_emergency",
                condition=Q(assignee__isnull=True, state__in=OURS, emergency_at__isnull=False),
            ),
            models.Index(
                fields=["team", "attention", "queued_at"],
                name="ticket_attention",
                condition=Q(attention__gt=0) & ~Q(state__in=ENDED),
            ),
            models.Index(
                fields=["assignee", "state", "queued_at"],
                name="ticket_assignee",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(fields=["team", "state", "queued_at", "id"], name="ticket_team_state"),
            models.Index(fields=["account", "-id"], name="ticket_account"),
            models.Index(fields=["customer", "-id"], name="ticket_customer"),
            models.Index(fields=["contact", "-id"], name="ticket_contact"),
            models.Index(
                fields=["team", "wrote_at"], name="ticket_wrote", condition=Q(wrote_at__isnull=False)
            ),
            models.Index(
                fields=["resolved_at"], name="ticket_resolved", condition=Q(state=TicketState.RESOLVED)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TicketState.values), name="ticket_state_known"),
            models.CheckConstraint(
                condition=Q(ticket_class__in=TicketClass.values), name="ticket_class_known"
            ),
            models.CheckConstraint(
                condition=Q(assignee__isnull=True) | ~Q(state=TicketState.NEW), name="ticket_taken_is_not_new"
            ),
        ]

    @property
    def number(self) -> str:
        """The number as people see it: `1042-9`."""
        return numbers.shown(self.pk)


class Message(models.Model):
    """One entry of the correspondence.

    `text` is the whole readable text, `fresh` the part newly written when it differs (no quotations, no signature),
    `html` the sanitised HTML of a mail or empty. A mail makes at most one message.
    """

    class Kind(models.TextChoices):
        """Who speaks; only internal messages are hidden from the customer."""

        CUSTOMER = "customer", "customer"
        AGENT = "agent", "agent"
        INTERNAL = "internal", "internal note"
        SYSTEM = "system", "system"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    author_name = models.CharField(max_length=200)
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    trust = models.CharField(max_length=10, blank=True)
    text = models.TextField()
    fresh = models.TextField(blank=True)
    html = models.TextField(blank=True)
    at = models.DateTimeField()
    inbound_mail = models.OneToOneField(InboundMail, null=True, on_delete=models.PROTECT, related_name="+")
    outbound_mail = models.ForeignKey(OutboundMail, null=True, on_delete=models.SET_NULL, related_name="+")
    submission = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (most have none: NULLs do not clash)
    """The key of one press of one button: a form sent twice makes one message."""

    class Meta:
        indexes = [models.Index(fields=["ticket", "id"], name="message_ticket")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["customer", "agent", "internal", "system"]), name="message_kind_known"
            ),
        ]


class Unacknowledged(models.Model):
    """A believed contact's ticket beyond the day's acknowledgements: the next summary to that person names it.

    `settled_at` is when it was named, or dropped because a program was answering our summaries.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["person", "at"], name="unacknowledged_waiting", condition=Q(settled_at__isnull=True)
            )
        ]


class Attachment(models.Model):
    """One file of a message; its content lies under `digest` in the attachment storage."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    digest = models.CharField(max_length=64)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.BigIntegerField()
    inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=255, blank=True)


class SlaClock(ClockRow):
    """A promise of time on one ticket: response (sla.response), update (sla.delays), resolution (sla.resolve).

    `consult` (sla.delays) is what one team owes another: it stands beside the promises to the customer.

    `policy_version` and `ticket_class` say which target it counts towards.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ticket_class = models.CharField(
        max_length=20, default=TicketClass.UNCLASSED, db_default=TicketClass.UNCLASSED
    )

    class Meta:
        indexes = [
            # Every page asks for the clocks of its tickets, and the unique rule below leaves out the consults.
            models.Index(fields=["ticket"], name="clock_by_ticket"),
            models.Index(fields=["look_at"], name="clock_due", condition=Q(look_at__isnull=False)),
            models.Index(
                fields=["-stopped_at"],
                name="clock_answered",
                condition=Q(kind="response", stopped_at__isnull=False),
            ),
        ]
        constraints = [
            # Several questions to other teams may be open at once, each with its clock.
            models.UniqueConstraint(
                fields=["ticket", "kind"], name="clock_one_of_a_kind", condition=~Q(kind="consult")
            )
        ]


class ClockStep(models.Model):
    """One entry of a clock's ledger: what happened to it, why, and where its end stood afterwards. Only added.

    `wait` is what the clock began or ceased to wait for, `until` an agreed time; `policy_version` and `ticket_class` are
    those of the promise after the step. From its steps a clock can be reckoned again.
    """

    clock = models.ForeignKey(SlaClock, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=12)
    cause = models.CharField(max_length=60)
    clause = models.CharField(max_length=60, default="", db_default="", blank=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    wait = models.CharField(max_length=20, default="", db_default="", blank=True)
    until = models.DateTimeField(null=True)
    policy_version = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ticket_class = models.CharField(
        max_length=20, default=TicketClass.UNCLASSED, db_default=TicketClass.UNCLASSED
    )


class Breach(models.Model):
    """A promise of time that was broken, with the reason that an agent gave; listed until it has one (sla.best_effort).

    `reason` is a word of the policy's list, `words` what the agent adds.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="breaches", db_index=False)
    clock = models.ForeignKey(SlaClock, on_delete=models.CASCADE, related_name="breaches", db_index=False)
    policy_version = models.ForeignKey(
        PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12)
    clause = models.CharField(max_length=60)
    late_at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True)
    words = models.CharField(max_length=500, blank=True)
    explained_by = models.ForeignKey(
        Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    explained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "late_at"], name="breach_once")]
        indexes = [
            models.Index(fields=["ticket"], name="breach_ticket"),
            models.Index(fields=["late_at"], name="breach_late"),
            models.Index(
                fields=["late_at"], name="breach_unexplained", condition=Q(explained_at__isnull=True)
            ),
        ]


class Draft(models.Model):
    """What an agent has typed and not sent; one a ticket, kind and agent."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent", "kind"], name="draft_one_each")]


class Presence(models.Model):
    """An agent has a ticket open; `writing_at` is when something was last typed there."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    writing_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "agent"], name="presence_one_each")]


# Tables that stand in files of their own; Django looks for them here.
from hostdesk.tickets import consult_models, delay_models, switch_models  # noqa: E402, F401
