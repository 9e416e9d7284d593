"""`hostdesk mail show ID`: one mail that came in."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hostdesk.audit.models import Decision

HELP = "one mail that came in"
GROUP = "Mail"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", type=int, metavar="ID", help="the number that 'mail list' shows")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="as one JSON object")
    how.add_argument("--raw", action="store_true", help="its bytes as they arrived, and nothing else")


def run(args: argparse.Namespace) -> int:
    """Print the envelope, the fate, the tries and the judgements of a mail, or its bytes."""
    from hostdesk.config import boot
    from hostdesk.config.commands.mail_list import as_json

    boot.setup()

    from hostdesk.gateway.queries import page_of_mail
    from hostdesk.mail import queries

    mail = queries.inbound_by_id(args.id)
    if args.raw:
        sys.stdout.buffer.write(queries.raw_of(mail))
        sys.stdout.buffer.flush()
        return 0
    page = page_of_mail(mail)
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
        "resembles": mail.resembles or None,
        "decisions": [as_facts(one) for one in page.decisions],
        "history": [f"{one.at:%Y-%m-%d %H:%M} {one.actor_name}: {one.verb}" for one in page.events],
    }
    if args.json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return 0
    told = {**facts, "decisions": [line for one in page.decisions for line in _lines(one)]}
    for name, value in told.items():
        lines = [str(one) for one in value] if isinstance(value, list) else [str(value)]
        first, *rest = lines if value not in (None, "", []) else ["-"]
        if name == "recipients":
            first, rest = ", ".join([first, *rest]), []
        sys.stdout.write(f"{name:<15}{first}\n")
        sys.stdout.writelines(f"{'':<15}{line}\n" for line in rest)
    return 0


def as_facts(decision: Decision) -> dict[str, object]:
    """One judgement with the keys of the API."""
    version = decision.policy_version
    return {
        "clause": decision.clause,
        "policy_version": f"{version.slug}/{version.number}",
        "outcome": decision.outcome,
        "facts": decision.facts,
    }


def _lines(decision: Decision) -> list[str]:
    """A judgement for people: what was decided, then what was looked at."""
    version = decision.policy_version
    facts = [f"  {name.replace('_', ' ')}: {value}" for name, value in decision.facts.items()]
    return [f"{decision.clause}: {decision.outcome} ({version.slug}/{version.number})", *facts]
