"""`hostdesk servers import FILE.csv`."""

from __future__ import annotations

import argparse

HELP = "bring in what is ours: servers with their networks and host names"
GROUP = "Customers and staff"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`import FILE [--dry-run] [--json]`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="import")
    importing = verbs.add_parser(
        "import",
        help="bring the list of servers up to a file; repeatable",
        description="The columns are server, networks and hostnames; several stand in one cell with blanks between "
        "them. Whatever the file leaves out stays as it is. With any fault nothing is imported.",
    )
    importing.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    importing.add_argument("--json", action="store_true", help="answer as one JSON object")


def run(args: argparse.Namespace) -> int:
    """0 when all of it is in, 2 when none of it is."""
    from hostdesk.config import boot
    from hostdesk.config.importing import content_of, tell

    content = content_of(args.file)
    boot.make_ready()
    from django.utils import timezone

    from hostdesk.hosting import actions, server_file
    from hostdesk.kit.actors import OPERATOR

    file = server_file.read(content)
    counts = actions.Counts(0, 0, 0)
    if not file.faults:
        counts = actions.import_servers(file.servers, by=OPERATOR, at=timezone.now(), dry_run=args.dry_run)
    return tell(
        args.file,
        counts=counts,
        faults=file.faults,
        notices=(),
        encoding=file.encoding,
        dry_run=args.dry_run,
        as_json=args.json,
    )
