"""Administrative requests: who may ask for what, from the catalogue of a policy."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from hostdesk.kit.refusals import Refused
from hostdesk.policy.terms import Terms

HELP = "who may ask for what: every role, request, channel and proof with its outcome"
GROUP = "Policy"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The words of `hostdesk requests`."""
    words = parser.add_subparsers(dest="word", required=True, metavar="WORD")
    line = "print the table role x request x channel x proof with its outcome and clause"
    table = words.add_parser("table", help=line, description=line)
    table.add_argument("--policy", metavar="SLUG", default="hosting", help="default: hosting")
    table.add_argument(
        "--states", action="store_true", help="also for contacts out of date, unverified, removed"
    )
    table.add_argument(
        "--desk", action="store_true", help="what staff do with requests, for every role of staff"
    )
    table.add_argument("--json", action="store_true", help="one JSON document instead of text")


def run(args: argparse.Namespace) -> int:
    """Print the table of the policy folder in force; it needs no database."""
    from hostdesk.config import environment
    from hostdesk.policy import documents
    from hostdesk.requests.table import STATES, cells

    folder = documents.load_folder(environment.read().policy)
    document = folder.policies.get(args.policy)
    if document is None:
        known = ", ".join(folder.policies)
        raise Refused("", f"{folder.path} holds no policy '{args.policy}'; it holds {known}")
    if args.desk:
        return _desk(document.terms, as_json=args.json)
    states = STATES if args.states else STATES[:1]
    found = list(cells(document.catalogue.administrative, document.terms, states=states))
    if args.json:
        sys.stdout.write(f"{json.dumps([asdict(cell) for cell in found], indent=2)}\n")
        return 0
    shown = ""
    for cell in found:
        if cell.kind != shown:
            shown = cell.kind
            sys.stdout.write(f"\n{shown}: {document.catalogue.types[shown].name}\n")
        who = cell.role or "nobody listed"
        state = f" ({cell.contact_state.replace('_', ' ')})" if args.states else ""
        sys.stdout.write(
            f"  {who + state:<24}{cell.channel:<8}{cell.proof:<28}{cell.outcome:<16}{cell.clause}\n"
        )
    return 0


def _desk(terms: Terms, *, as_json: bool) -> int:
    """Print what each role of staff may do with requests and recoveries."""
    from hostdesk.requests.staff_table import deeds

    roles = ("level1", "technician", "supervisor", "billing", "admin")
    found = deeds(roles, terms)
    if as_json:
        sys.stdout.write(f"{json.dumps([asdict(one) for one in found], indent=2)}\n")
        return 0
    for one in found:
        cells = "  ".join(f"{role}: {'may' if one.may[role] else 'may not'}" for role in roles)
        sys.stdout.write(f"{one.name}\n  {cells}\n  {one.besides}\n")
    return 0
