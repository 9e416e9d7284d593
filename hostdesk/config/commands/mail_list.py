"""`hostdesk mail list`: what came in and what became of it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hostdesk.mail.models import InboundMail

HELP = "mails that came in and what became of them"
GROUP = "Mail"

DISPOSITIONS = ("waiting", "ticketed", "appended", "closed", "quarantined", "ignored", "refused")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--disposition", choices=DISPOSITIONS, help="only those with this fate")
    parser.add_argument(
        "--find",
        default="",
        metavar="WORDS",
        help="only those with these words: an address, the subject, a ticket number, a Message-ID, a SHA-256",
    )
    parser.add_argument(
        "--limit", type=int, default=50, metavar="N", help="how many, newest first (default 50)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a mail, a line each")


def run(args: argparse.Namespace) -> int:
    """Print the mails, newest first, and under them the whole count."""
    from hostdesk.config import boot

    boot.setup()

    from hostdesk.gateway.finding import Wanted, narrowed
    from hostdesk.mail import queries
    from hostdesk.mail.models import InboundMail

    wanted = Wanted(disposition=args.disposition or "", typed=args.find.strip())
    mails = list(narrowed(InboundMail.objects.order_by("-id"), wanted)[: max(args.limit, 0)])
    if args.json:
        sys.stdout.writelines(json.dumps(as_json(mail)) + "\n" for mail in mails)
        return 0
    for mail in mails:
        what = mail.disposition or "waiting"
        sys.stdout.write(
            f"{mail.pk:>8}  {mail.received_at:%Y-%m-%d %H:%M}  {what:<12}{mail.sender or mail.envelope_from or '<>'}"
            f"  {mail.subject[:60]}{'  (' + mail.reason + ')' if mail.reason else ''}\n"
        )
    tally = queries.tally()
    counts = ", ".join(f"{getattr(tally, word)} {word}" for word in DISPOSITIONS)
    sys.stdout.write(f"{tally.received} received: {counts}\n")
    return 0


def as_json(mail: InboundMail) -> dict[str, object]:
    """A mail with the keys of the API."""
    from hostdesk.kit import numbers

    return {
        "id": mail.pk,
        "disposition": mail.disposition,
        "reason": mail.reason,
        "clause": mail.clause or None,
        "sender": mail.sender or mail.envelope_from,
        "trust": mail.trust or None,
        "subject": mail.subject,
        "sha256": mail.digest,
        "ticket": numbers.shown(mail.ticket_number) if mail.ticket_number else None,
        "received_at": mail.received_at.isoformat(),
    }
