"""`hostdesk mail show ID`: one mail that came in."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "one mail that came in"
GROUP = "Mail"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", type=int, metavar="ID", help="the number that 'mail list' shows")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as one JSON object")
    how.add_argument("--raw", action="store_true", help="its bytes as they arrived, and nothing else")


def run(args: argparse.Namespace) -> int:
    """Print the envelope, the fate and the tries of a mail, or its bytes."""
    from hostdesk.config import boot
    from hostdesk.config.commands.mail_list import as_json

    boot.setup()

    from hostdesk.mail import queries

    mail = queries.inbound_by_id(args.id)
    if args.raw:
        sys.stdout.buffer.write(queries.raw_of(mail))
        sys.stdout.buffer.flush()
        return 0
    facts = as_json(mail) | {
        "route": mail.route,
        "door": mail.door,
        "envelope_from": mail.envelope_from,
        "recipients": mail.recipients,
        "client_ip": mail.client_ip,
        "helo": mail.helo,
        "size": mail.size,
        "message_id": mail.message_id,
        "tries": mail.tries,
        "settled_at": mail.settled_at.isoformat() if mail.settled_at else None,
    }
    if args.json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    for name, value in facts.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        sys.stdout.write(f"{name:<15}{'-' if shown in (None, '') else shown}\n")
    return 0
