"""`hostdesk servers import FILE.csv`, `servers list`, `servers panel NAME`."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "what is ours: servers with their networks, host names and control panels"
GROUP = "Customers and staff"
_KINDS = ("cpanel", "directadmin", "plesk")
_NOT_WORKING = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    importing = verbs.add_parser(
        "import",
        help="bring the list of servers up to a file; repeatable",
        description="The columns are server, networks and hostnames; several stand in one cell with blanks between "
        "them. Whatever the file leaves out stays as it is. With any fault nothing is imported.",
    )
    importing.add_argument("file", metavar="FILE.csv", help="the file, or - for standard input")
    importing.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    importing.add_argument("--json", action="store_true", help="answer as one JSON object")
    listing = verbs.add_parser("list", help="all servers, with their control panels and without secrets")
    listing.add_argument("--json", action="store_true", help="one JSON object a server, a line each")
    panel = verbs.add_parser(
        "panel",
        help="connect the control panel of a server",
        description="The secret is a token (WHM), a login key (DirectAdmin) or an API key (Plesk). It is read from standard "
        "input, kept encrypted and never shown. Give all of it again to change anything.",
    )
    panel.add_argument("server", metavar="NAME", help="the server, as 'servers list' shows it")
    panel.add_argument("--kind", choices=_KINDS, help="which panel it is")
    panel.add_argument("--url", help="where it answers, such as https://web01.example.com:2087")
    panel.add_argument("--user", default="", help="whose secret it is: root, a reseller, an administrator")
    panel.add_argument("--secret-stdin", action="store_true", help="read the secret from standard input")
    panel.add_argument("--remove", action="store_true", help="forget the connection")


def run(args: argparse.Namespace) -> int:
    """0 when it was done; for an import 2 when none of it is in, for a panel 1 when it was kept but does not answer."""
    return {"import": _import, "list": _list, "panel": _panel}[args.verb](args)


def _import(args: argparse.Namespace) -> int:
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


def _list(args: argparse.Namespace) -> int:
    from hostdesk.config import boot

    boot.make_ready()
    from hostdesk.hosting import panels, queries

    connected = {row.server_id: row for row in panels.panels()}
    for server in queries.servers():
        row = connected.get(server.pk)
        shown = {"kind": row.kind, "url": row.url, "user": row.user} if row else None
        if args.json:
            facts = {"server": server.name, "networks": server.networks, "hostnames": server.hostnames}
            sys.stdout.write(json.dumps({**facts, "panel": shown}, ensure_ascii=False) + "\n")
            continue
        by = f"{row.get_kind_display()} at {row.url}" if row else "by hand"
        sys.stdout.write(f"{server.name:<24} {by:<48} {' '.join(server.networks)}\n")
    return 0


def _panel(args: argparse.Namespace) -> int:
    from hostdesk.config import boot
    from hostdesk.kit.refusals import Refused

    if not args.remove and not (args.kind and args.url and args.secret_stdin):
        raise Refused("", "Give --kind, --url and --secret-stdin, or --remove.")
    secret = "" if args.remove else sys.stdin.readline().rstrip("\r\n")
    boot.make_ready()
    from django.utils import timezone

    from hostdesk.hosting import panels
    from hostdesk.kit.actors import OPERATOR
    from hostdesk.ports.outcomes import PortDown, PortRefused

    at = timezone.now()
    if args.remove:
        panels.disconnect(args.server, by=OPERATOR, at=at)
        sys.stdout.write(f"{args.server} is looked after by hand now\n")
        return 0
    row = panels.connect(
        args.server, kind=args.kind, url=args.url, user=args.user, secret=secret, by=OPERATOR, at=at
    )
    try:
        said = panels.panel_of(row).check()
    except (PortDown, PortRefused) as error:
        sys.stderr.write(f"hostdesk: the connection is kept, but the panel cannot be used: {error.answer}\n")
        return _NOT_WORKING
    sys.stdout.write(f"{panels.name_of(row)} took the sign-in: {said}\n")
    return 0
