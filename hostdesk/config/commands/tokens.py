"""`hostdesk tokens create|list|revoke`."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "make and end keys for the API"
GROUP = "Customers and staff"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    create = verbs.add_parser("create", help="print a new token, alone on one line; it is shown only now")
    create.add_argument("--agent", required=True, metavar="EMAIL", help="the agent for whom the program acts")
    create.add_argument("--name", required=True, help="what the token is for")
    create.add_argument(
        "--scope",
        action="append",
        default=[],
        help="limit it (repeatable); without, it may read what the agent may",
    )
    listing = verbs.add_parser("list", help="all tokens, without their secrets")
    listing.add_argument("--json", action="store_true", help="one JSON object a token, a line each")
    revoke = verbs.add_parser("revoke", help="end a token at once")
    revoke.add_argument("id", type=int, help="the number that 'tokens list' shows")


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hostdesk.config import boot

    boot.make_ready()
    return {"create": _create, "list": _list, "revoke": _revoke}[args.verb](args)


def _create(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.kit.refusals import Missing
    from hostdesk.people import queries
    from hostdesk.people.actions import tokens

    agent = queries.agent_by_email(args.agent)
    if agent is None:
        raise Missing(f"there is no agent {args.agent}; 'hostdesk agents list' shows all")
    secret = tokens.create(agent, name=args.name, scopes=args.scope, by=OPERATOR, at=timezone.now())
    sys.stdout.write(f"{secret}\n")
    return 0


def _list(args: argparse.Namespace) -> int:
    from hostdesk.people import queries

    for token in queries.tokens():
        facts = {
            "id": token.pk,
            "agent": token.agent.email,
            "name": token.name,
            "scopes": token.scopes,
            "created_at": token.created_at.isoformat(),
            "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
            "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        }
        if args.json:
            sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
            continue
        state = "revoked" if token.revoked_at else "living"
        sys.stdout.write(f"{token.pk:<5} {state:<8} {token.agent.email:<32} {token.name}\n")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.people.actions import tokens

    tokens.revoke(args.id, by=OPERATOR, at=timezone.now())
    return 0
