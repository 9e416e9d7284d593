"""`hostdesk teams add|list|join|leave`."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "departments: add and list them, and who works in them"
GROUP = "Customers and staff"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="add a department that tickets can go to and that can be asked")
    add.add_argument("slug", help="its short name, such as networks")
    add.add_argument("--name", required=True)
    listing = verbs.add_parser("list", help="all teams and who is in them")
    listing.add_argument("--json", action="store_true", help="one JSON object a team, a line each")
    for name, words in (("join", "let an agent work in a team"), ("leave", "the agent works there no more")):
        verb = verbs.add_parser(name, help=words)
        verb.add_argument("slug")
        verb.add_argument("email")


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hostdesk.config import boot

    boot.make_ready()
    if args.verb == "list":
        return _list(args)
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.kit.refusals import Missing
    from hostdesk.people import queries
    from hostdesk.people.actions import teams

    at = timezone.now()
    if args.verb == "add":
        sys.stderr.write(
            f"{teams.add(args.slug, name=args.name, by=OPERATOR, at=at).name} can be asked now\n"
        )
        return 0
    team = queries.team_named(args.slug)
    agent = queries.agent_by_email(args.email)
    if agent is None:
        raise Missing(f"there is no agent {args.email}; 'hostdesk agents list' shows all")
    (teams.join if args.verb == "join" else teams.leave)(team, agent, by=OPERATOR, at=at)
    return 0


def _list(args: argparse.Namespace) -> int:
    from hostdesk.people import queries

    for team in queries.teams():
        members = [agent.email for agent in queries.agents_of_team(team.slug)]
        facts = {"slug": team.slug, "name": team.name, "sealed": team.sealed, "agents": members}
        if args.json:
            sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(f"{team.slug:<20} {team.name:<24} {', '.join(members) or 'nobody'}\n")
    return 0
