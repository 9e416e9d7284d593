"""`hostdesk customers import FILE.csv`."""

from __future__ import annotations

import argparse

HELP = "bring in customers, accounts and contacts from a CSV file"
GROUP = "Customers and staff"


def arguments(parser: argparse.ArgumentParser) -> None:
    """`import FILE [--dry-run] [--json]`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="import")
    importing = verbs.add_parser(
        "import",
        help="bring the desk up to a file; repeatable, writes to nobody",
        description="One row a contact; the columns are customer, account, product, server, domains (with blanks "
        "between them), contact_name, contact_email, contact_role (primary, secondary, authorised), contact_phone. "
        "A row is known again by account and contact_email. Whatever the file leaves out stays as it is. With any "
        "fault nothing is imported, and every faulty line is named.",
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

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.people import customer_file
    from hostdesk.people.actions import importing
    from hostdesk.requests import list_changes

    at = timezone.now()
    file = customer_file.read(content)
    vouched_for = f"import on {timezone.localdate(at)}"
    outcome = importing.import_customers(
        file,
        by=OPERATOR,
        vouched_for=vouched_for,
        at=at,
        homes=importing.homes_of_secondaries(file),
        dry_run=args.dry_run,
    )
    if not outcome.faults and not args.dry_run:
        list_changes.judge_all_anew(timezone.now())
    return tell(
        args.file,
        counts=outcome.counts,
        faults=outcome.faults,
        notices=outcome.notices,
        encoding=file.encoding,
        dry_run=args.dry_run,
        as_json=args.json,
    )
