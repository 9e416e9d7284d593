"""Typed requests to change an account, and everything that was said, paid and done about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from hostdesk.hosting.models import Account
from hostdesk.jobs.claiming import Claimable
from hostdesk.people.models import Agent, Contact
from hostdesk.policy.models import PolicyVersion
from hostdesk.tickets.models import Ticket


class RequestState(models.TextChoices):
    """What a request waits for, or how it ended; nine of them are the steps of `policy.rules.requests.next_step`."""

    ASKED = "asked", "has just been asked"
    CONFIRM = "confirm", "waits for the contact's confirmation"
    SECOND = "second", "waits for a second confirmation"
    PRICE = "price", "waits until the price is accepted"
    PAYMENT = "payment", "waits for payment"
    APPROVAL = "approval", "waits for a second agent"
    WAIT = "wait", "waits so that every contact can object"
    WINDOW = "window", "waits for quiet hours"
    READY = "ready", "ready to be carried out"
    DETAILS = "details", "waits for the contact's details to be confirmed"
    DOING = "doing", "is being carried out"
    UNCLEAR = "unclear", "may have been done: somebody must look"
    DONE = "done", "done"
    UNDONE = "undone", "done and undone"
    REFUSED = "refused", "refused"
    WITHDRAWN = "withdrawn", "withdrawn"
    EXPIRED = "expired", "not confirmed in time"


STEPS = ("details", "confirm", "second", "price", "payment", "approval", "wait", "window", "ready")
"""States in which a request waits for something, in the order in which it is asked for."""
UNDER_WAY = ("asked", *STEPS, "doing", "unclear")
CHANNELS = ("client", "mail", "phone")
CONTACT_CHANGE = "contact_change"
"""The kind of the requests that document changes of the list of contacts."""


class RequestQuerySet(models.QuerySet["AdminRequest"]):
    """Words for requests."""

    def under_way(self) -> RequestQuerySet:
        """Neither done nor given up."""
        return self.filter(state__in=UNDER_WAY)


ASKS_AN_OWNER = Q(kind=CONTACT_CHANGE, state="doing", details__has_key="address")
"""Changes that count as soon as the owner of an address presses the button in our mail; nobody of ours is at them."""


class AdminRequest(models.Model):
    """One request to change an account, on one ticket, under the policy version in force when it was asked.

    `kind` is the id of the request type in the catalogue of that version; `details` what the type asks for, by key.
    `trust` is how far the asking mail is believed, or "". `refusal` and `clause` say why it was refused or what it waits
    for. `price_cents` is 0 for what is free; `told_at` is when every contact was told and the waiting time began.
    `look_at` is when the round next has something to do (an end of waiting, a window, an expiry).
    `submission` is the key of one press of the button.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="admin_requests")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    channel = models.CharField(max_length=10)
    trust = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=RequestState.choices)
    clause = models.CharField(max_length=60, blank=True)
    sentence = models.TextField(blank=True)
    price_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    asked_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    proven_at = models.DateTimeField(null=True, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    price_accepted_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    submission = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (NULLs do not clash)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="adminrequest_state_known"
            ),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="adminrequest_channel_known"),
        ]
        indexes = [
            models.Index(fields=["look_at"], name="adminrequest_due", condition=Q(look_at__isnull=False)),
            models.Index(fields=["account", "-id"], name="adminrequest_account"),
            models.Index(
                fields=["state", "id"], name="adminrequest_under_way", condition=Q(state__in=UNDER_WAY)
            ),
        ]

    @property
    def asked_owner(self) -> str:
        """The address whose owner has been asked and has not answered yet; "" where nobody was. As `ASKS_AN_OWNER`."""
        if self.kind != CONTACT_CHANGE or self.state != RequestState.DOING:
            return ""
        return str(self.details.get("address", ""))


class Purpose(models.TextChoices):
    """What a press of a button says."""

    FIRST = "first", "I asked for this"
    SECOND = "second", "I agree as well"


class Confirmation(models.Model):
    """One yes that was asked for, of one contact; `used_at` when it was given, `via` how (link, signed_in, pin).

    Somebody who says the telephone PIN and asks for more than it proves gives a second yes behind the link; both stay.
    Of the link only the fingerprint is kept; it goes to the contact's stored address, `address`, and works once, as long as
    that is still the address.
    """

    request = models.ForeignKey(AdminRequest, on_delete=models.CASCADE, related_name="confirmations")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    address = models.CharField(max_length=254, blank=True, default="", db_default="")
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    via = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "purpose"],
                condition=Q(used_at__isnull=False) & ~Q(via="pin"),
                name="confirmation_given_once",
            ),
        ]


class Approval(models.Model):
    """One agent's yes or no to a request of somebody else; only added."""

    request = models.ForeignKey(AdminRequest, on_delete=models.CASCADE, related_name="approvals")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    yes = models.BooleanField()
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "agent"], name="approval_once_an_agent")]


class Payment(models.Model):
    """The price of a request was paid: recorded by an agent of billing with the reference of the payment."""

    request = models.OneToOneField(AdminRequest, on_delete=models.PROTECT, related_name="payment")
    amount_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=100)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("reference"), name="payment_reference_once")]


class Tick(models.Model):
    """One step of a checklist that an agent did by hand; `position` counts from 0 in the steps of the request type."""

    request = models.ForeignKey(AdminRequest, on_delete=models.CASCADE, related_name="ticks")
    position = models.PositiveSmallIntegerField()
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="tick_once")]


class RunState(models.TextChoices):
    """How one carrying out stands."""

    ASKED = "asked", "to be sent to the panel"
    DONE = "done", "done and seen"
    FAILED = "failed", "not done"
    UNCLEAR = "unclear", "no answer: it may have been done"


class RunQuerySet(models.QuerySet["Run"]):
    """Words for runs."""

    def waiting(self) -> RunQuerySet:
        """Sent to a panel, and it is not known yet what came of it: somebody must look."""
        return self.filter(_SENT_TO_A_PANEL)


_SENT_TO_A_PANEL = Q(state__in=["asked", "unclear"]) & ~Q(panel="by_hand")


class Run(Claimable):
    """One carrying out of a request: by hand or through a control panel, with what was seen before and after.

    `key` goes to the panel with the wish and never changes. The wish is sent once, by whoever pressed, right after this row
    is committed; whoever claims the row later only looks. `undoes` names the run that this one takes back. `agent` is None
    when the contact pressed. A request has at most one run under way.
    """

    request = models.ForeignKey(AdminRequest, on_delete=models.PROTECT, related_name="runs")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, null=True, related_name="+")
    panel = models.CharField(max_length=40)
    operation = models.CharField(max_length=60)
    key = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.ASKED)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    answer = models.TextField(blank=True)
    undoes = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["asked", "unclear"]),
                name="run_one_under_way",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="run_to_look_at", condition=_SENT_TO_A_PANEL),
        ]

    @property
    def is_at_work(self) -> bool:
        """Whether the panel took it and shows that it is still at it, such as at a restore."""
        return self.state == RunState.UNCLEAR and self.after.get("restoring") == "yes"

    def state_shown(self) -> str:
        """The state in words."""
        return "the panel is at it" if self.is_at_work else str(self.get_state_display())
