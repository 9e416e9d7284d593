"""`hostdesk agents add|list|invite|role|deactivate|reset-totp`."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "add, list and change staff accounts"
GROUP = "Customers and staff"
_ROLES = ("level1", "technician", "supervisor", "billing", "admin")


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser(
        "add", help="add a member of staff; prints a one-time link unless a password is given"
    )
    add.add_argument("email")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True, choices=_ROLES)
    add.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input: one line, newline dropped",
    )
    listing = verbs.add_parser("list", help="all agents")
    listing.add_argument("--json", action="store_true", help="one JSON object an agent, a line each")
    for name, words in (
        ("invite", "print a new one-time link to set a password"),
        ("deactivate", "the agent has left: sessions and tokens end now"),
        ("reset-totp", "forget the second step; it is set up anew at the next sign-in"),
    ):
        verbs.add_parser(name, help=words).add_argument("email")
    role = verbs.add_parser("role", help="give an agent another role; ends the agent's sessions")
    role.add_argument("email")
    role.add_argument("role", choices=_ROLES)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    password = _password() if args.verb == "add" and args.password_stdin else None
    from hostdesk.config import boot

    boot.make_ready()
    return {"add": lambda: _add(args, password), "list": lambda: _list(args)}.get(
        args.verb, lambda: _change(args)
    )()


def _password() -> str:
    """One line of standard input; only its newline is dropped, blanks are part of a password."""
    return sys.stdin.readline().removesuffix("\n").removesuffix("\r")


def _add(args: argparse.Namespace, password: str | None) -> int:
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.people.actions import agents

    new = agents.add(
        args.email, name=args.name, role=args.role, password=password, by=OPERATOR, at=timezone.now()
    )
    if new.invitation is not None:
        _print_invitation(new.invitation)
    else:
        sys.stderr.write(f"{new.agent.name} can sign in now\n")
    return 0


def _print_invitation(token: str) -> None:
    """The link alone on standard output, what it is on standard error."""
    from django.conf import settings
    from django.urls import reverse

    from hostdesk.kit import moments
    from hostdesk.people import rules

    sys.stderr.write(
        f"This link sets the password, once, within {moments.in_words(rules.INVITATION_LIFE)}:\n"
    )
    sys.stdout.write(f"{settings.HOSTDESK_URL}{reverse('people:invitation', args=[token])}\n")


def _list(args: argparse.Namespace) -> int:
    from hostdesk.people import queries

    for agent in queries.agents():
        facts = {
            "email": agent.email,
            "name": agent.name,
            "role": agent.role,
            "active": agent.active,
            "invited": agent.active and not agent.password,
            "totp": agent.totp_confirmed_at is not None,
            "teams": sorted(team.slug for team in agent.teams.all()),
        }
        if args.json:
            sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
            continue
        state = "left" if not agent.active else "invited" if facts["invited"] else "active"
        step = "TOTP" if facts["totp"] else "-"
        sys.stdout.write(f"{agent.email:<32} {agent.role:<11} {state:<8} {step:<5} {agent.name}\n")
    return 0


def _change(args: argparse.Namespace) -> int:
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.kit.refusals import Missing
    from hostdesk.people import queries
    from hostdesk.people.actions import agents, second_step

    agent = queries.agent_by_email(args.email)
    if agent is None:
        raise Missing(f"there is no agent {args.email}; 'hostdesk agents list' shows all")
    at = timezone.now()
    if args.verb == "invite":
        _print_invitation(agents.invite(agent, by=OPERATOR, at=at))
    elif args.verb == "deactivate":
        agents.deactivate(agent, by=OPERATOR, at=at)
    elif args.verb == "role":
        agents.change_role(agent, role=args.role, by=OPERATOR, at=at)
    else:
        second_step.reset(agent, by=OPERATOR, at=at)
    return 0
