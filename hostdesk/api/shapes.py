"""What the API answers, field by field (contract of `/api/v1`)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Field, Schema

TicketState = Literal[
    "new", "open", "waiting_customer", "waiting_window", "waiting_team", "resolved", "closed"
]
TicketClass = Literal["unclassed", "general", "advanced", "not_supported"]
Disposition = Literal["ticketed", "appended", "closed", "quarantined", "ignored", "refused"]


class ClockOut(Schema):
    """One promise of time."""

    kind: str = Field(description="response, resolution, update or consult")
    clause: str
    warn_at: datetime
    due_at: datetime
    state: Literal["running", "paused", "warned", "breached", "met"]


class MessageOut(Schema):
    """One entry of the correspondence."""

    kind: Literal["customer", "agent", "internal", "system"]
    author: str
    text: str
    at: datetime


class DecisionOut(Schema):
    """One automatic judgement."""

    clause: str
    policy_version: str = Field(description="as hosting/1")
    outcome: str
    facts: dict[str, object]


class RequestOut(Schema):
    """One request to change the account, asked for on the ticket."""

    id: int
    kind: str = Field(description="the id of the request type in the policy's catalogue")
    state: str = Field(description="what it waits for (confirm, second, price, ready, ...) or how it ended")
    asked_by_role: str = Field(description="the role of the contact who asked")
    channel: Literal["client", "mail", "phone"]
    clause: str | None = Field(description="the clause behind its state")
    asked_at: datetime
    ended_at: datetime | None


class TicketOut(Schema):
    """A ticket in a list."""

    number: str = Field(description="running number and check digit, as 1042-9")
    subject: str
    state: TicketState
    class_: TicketClass = Field(serialization_alias="class")
    account: str | None = Field(description="the account's username")
    contact: str | None = Field(description="the contact's stored address")
    assignee: str | None = Field(description="the agent's address")
    team: str
    queue_position: int | None = Field(description="1 is next; null when it does not wait to be taken")
    opened_at: datetime
    clocks: list[ClockOut]


class TicketDetailOut(TicketOut):
    """A ticket with all that was said and judged."""

    messages: list[MessageOut]
    decisions: list[DecisionOut]
    requests: list[RequestOut]


class TicketsOut(Schema):
    """Newest first; pass `next` back as `?cursor=`."""

    items: list[TicketOut]
    next: str | None


class MailOut(Schema):
    """One inbound mail and what became of it; `disposition` is null while it waits."""

    id: int
    disposition: Disposition | None
    reason: str
    clause: str | None
    sender: str
    trust: Literal["proven", "plausible", "unproven", "forged"] | None
    subject: str
    sha256: str | None
    ticket: str | None
    received_at: datetime


class MailsOut(Schema):
    """Newest first; pass `next` back as `?cursor=`."""

    items: list[MailOut]
    next: str | None
