"""The same seed and the same instant give the same demo."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from hostdesk.demo.building import build
from hostdesk.mail.models import InboundMail, OutboundMail
from hostdesk.people.models import Contact
from hostdesk.tickets.models import Attachment, ClockStep, Message, Ticket

NOW = datetime(2026, 3, 1, 22, 15, tzinfo=UTC)


def picture(*, seed):
    """All that people could see of one demo, without keys: PostgreSQL counts on after a rollback."""
    with transaction.atomic():
        build(now=NOW, seed=seed, days=1)
        seen = {
            "contacts": list(
                Contact.objects.order_by("pk").values_list("person__email", "account__username", "role")
            ),
            "tickets": list(
                Ticket.objects.order_by("pk").values_list(
                    "subject",
                    "state",
                    "channel",
                    "attention",
                    "opened_at",
                    "updated_at",
                    "assignee__name",
                    "trust",
                )
            ),
            "messages": list(Message.objects.order_by("pk").values_list("kind", "author_name", "at", "text")),
            "files": list(Attachment.objects.order_by("pk").values_list("filename", "digest")),
            "clocks": list(ClockStep.objects.order_by("pk").values_list("step", "cause", "at", "due_at")),
            "arrived": list(
                InboundMail.objects.order_by("pk").values_list("subject", "disposition", "received_at")
            ),
            "sent": list(
                OutboundMail.objects.order_by("pk").values_list("kind", "to_address", "queued_at", "sent_at")
            ),
        }
        transaction.set_rollback(True)
    return seen


def test_same_seed_same_demo_other_seed_another(db):
    first = picture(seed=1)

    assert len(first["tickets"]) >= 25
    assert without_quotations(picture(seed=1)) == without_quotations(first)
    assert picture(seed=2)["tickets"] != first["tickets"]


def without_quotations(seen):
    """Quoted mails of ours name the ticket's number, which PostgreSQL does not use twice."""
    fresh = [(kind, author, at, text.partition("\nOn ")[0]) for kind, author, at, text in seen["messages"]]
    return {
        **seen,
        "messages": fresh,
        "arrived": [(subject.partition(" [#")[0], *rest) for subject, *rest in seen["arrived"]],
    }
