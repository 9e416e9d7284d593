"""`hostdesk audit verify|seal|anchor`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hostdesk.audit.verifying import Report

HELP = "prove that nobody changed the history"
GROUP = "Care"
_SHOWN = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser(
        "verify", help="reckon the whole chain again; exit 1 when anything was changed, removed or put in"
    )
    verify.add_argument("--json", action="store_true", help="one JSON object")
    verify.add_argument(
        "--from",
        dest="start",
        type=int,
        default=1,
        metavar="N",
        help="begin at this link; those before are believed",
    )
    verify.add_argument(
        "--anchors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="anchors kept elsewhere, beside those of the data folder (repeatable)",
    )
    verify.add_argument(
        "--lost-key",
        action="append",
        default=[],
        metavar="NAME",
        help="a key that you know to have lost: links under it are believed for the links behind them (repeatable)",
    )
    verbs.add_parser("seal", help="seal now what waits for the next round")
    verbs.add_parser("anchor", help="print the end of the chain, to be kept where no database reaches")


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hostdesk.config import boot

    boot.make_ready()
    if args.verb == "verify":
        return _verify(args)
    return {"seal": _seal, "anchor": _anchor}[args.verb]()


def _verify(args: argparse.Namespace) -> int:
    from hostdesk.audit import anchors
    from hostdesk.audit.verifying import verify
    from hostdesk.kit.refusals import Refused

    if args.start < 1:
        raise Refused("", "The first link is number 1.")
    own = anchors.own_file()
    files = [*args.anchors, *([own] if own.is_file() else [])]
    known = [anchor for file in files for anchor in anchors.read(file)]
    report = verify(known, start=args.start, lost_keys=args.lost_key, most_findings=_SHOWN)
    sys.stdout.write(_as_json(report) if args.json else _as_words(report))
    return 1 if report.findings else 0


def _as_json(report: Report) -> str:
    facts = {
        "sound": not report.findings,
        "links": report.links,
        "rows": report.rows,
        "waiting": report.waiting,
        "keys_gone": report.keys_gone,
        "end": str(report.end) if report.end else None,
        "findings": [asdict(finding) for finding in report.findings],
    }
    return json.dumps(facts) + "\n"


def _as_words(report: Report) -> str:
    lines = [finding.sentence for finding in report.findings]
    looked = f"{report.links} links with {report.rows} rows"
    lines.append(f"{looked}: {'NOT what was sealed' if report.findings else 'all as it was sealed'}")
    if report.waiting:
        lines.append(f"{report.waiting} rows wait for their seal")
    if report.keys_gone:
        lines.append(
            f"{report.keys_gone} links were sealed under a key that is lost, and are believed for those behind them"
        )
    return "\n".join(lines) + "\n"


def _seal() -> int:
    from django.utils import timezone

    from hostdesk.audit.chaining import seal_history

    made = 0
    while more := seal_history(timezone.now()):
        made += more
    sys.stderr.write(f"{made} links made\n")
    return 0


def _anchor() -> int:
    from hostdesk.audit import anchors
    from hostdesk.kit.refusals import Missing

    end = anchors.end_of_chain()
    if end is None:
        raise Missing("nothing is sealed yet; 'hostdesk audit seal' does it now")
    sys.stdout.write(f"{end}\n")
    return 0
