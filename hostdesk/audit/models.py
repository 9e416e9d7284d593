"""What happened, what was judged, who looked, and the chain that seals all three."""

from __future__ import annotations

from django.db import models

from hostdesk.policy.models import PolicyVersion


class Entry(models.Model):
    """One event in the history of one thing. `facts` is flat JSON, free of secrets."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "id"], name="entry_subject")]


class Decision(models.Model):
    """One automatic judgement: which clause of which version, what came out, and the facts looked at."""

    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    clause = models.CharField(max_length=60)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="decision_subject"),
            models.Index(fields=["clause", "outcome", "at"], name="decision_clause"),
        ]


class LookKind(models.TextChoices):
    """What of a customer's an agent looked at."""

    CUSTOMER = "customer", "Customer page"
    TICKET = "ticket", "Ticket"
    MAIL = "mail", "Mail"
    SENT_MAIL = "sent_mail", "Mail sent"
    FILE = "file", "Attachment"
    MAIL_FILE = "mail_file", "File of a mail"
    SOURCE = "source", "Raw mail"
    REQUEST = "request", "Request"
    SEARCH = "search", "Search"
    LIST = "list", "List"


class Look(models.Model):
    """An agent saw something of a customer's: kept apart from the history of the thing, which others read.

    Of the same agent, browser and thing only one row is kept each `slot` (a quarter of an hour). `words` are what was
    searched for. `session_id` or `token_id` says from where; what they were, the history of the agent tells.
    """

    agent_id = models.BigIntegerField()
    agent_name = models.CharField(max_length=200)
    session_id = models.BigIntegerField(default=0)
    token_id = models.BigIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=LookKind.choices)
    thing_id = models.BigIntegerField(default=0)
    customer_id = models.BigIntegerField(null=True)
    words = models.CharField(max_length=100, blank=True)
    slot = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent_id", "session_id", "token_id", "kind", "thing_id", "words", "slot"],
                name="look_once_a_slot",
            ),
        ]
        indexes = [
            models.Index(fields=["customer_id", "id"], name="look_customer"),
            models.Index(fields=["agent_id", "id"], name="look_agent"),
        ]


class Link(models.Model):
    """One link of the chain that seals the history: some rows of one book, and the link before.

    `ids` are ranges such as `1-50,52`. `marks` holds sixteen bytes of each row's SHA-256, in the order of the ids, so
    that a changed row can be named. `digest` is the SHA-256 of all this and of the digest before; it can be recomputed
    by everybody. `seal` is its HMAC under a key made from the installation's secret key, whose name is `key`.
    `reached` is the highest number of the book in this link or any before it. `number` is the key of the table: of two
    that would follow the same link, the database lets one in.
    """

    number = models.BigIntegerField(primary_key=True)
    book = models.CharField(max_length=10)
    ids = models.TextField()
    rows = models.PositiveIntegerField()
    reached = models.BigIntegerField()
    marks = models.BinaryField()
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    key = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["book", "number"], name="link_book")]
