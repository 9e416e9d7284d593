"""`hostdesk access table`."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "print who may open which address and call which operation"
GROUP = "Care"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`table [--json]`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="table")
    table = verbs.add_parser(
        "table",
        help="every address and role",
        description="yes: opens. own: only what belongs to an account for which the contact acts now; everything else "
        "is not there for them. no: is asked to sign in, or refused. Complaints are not there for agents who are not in "
        "the team of the supervisors, whatever the address.",
    )
    table.add_argument("--json", action="store_true", help="one JSON list instead of columns")


def run(args: argparse.Namespace) -> int:
    """Always 0."""
    from hostdesk.config import boot

    boot.make_ready()
    from hostdesk.config.access_table import ACTORS, rows

    found = rows()
    if args.json:
        sys.stdout.write(
            json.dumps([{"address": row.address, **row.opens} for row in found], indent=1) + "\n"
        )
        return 0
    width = max(len(row.address) for row in found)
    sys.stdout.write(f"{'address':<{width}}  " + "  ".join(ACTORS) + "\n")
    for row in found:
        cells = "  ".join(f"{row.opens[actor]:<{len(actor)}}" for actor in ACTORS)
        sys.stdout.write(f"{row.address:<{width}}  {cells}".rstrip() + "\n")
    return 0
