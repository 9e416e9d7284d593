"""`hostdesk doctor`: does everything work, and if not, what to do."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

HELP = "every setting and outside component: works, or what to do"
GROUP = "Care"

_MARKS = {"ok": "ok     ", "warning": "look   ", "fault": "FAULT  "}
EXIT_FAULT = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON object with all findings")


def run(args: argparse.Namespace) -> int:
    """Print the findings as they are made. 0 when nothing is at fault (warnings allowed), else 1."""
    from hostdesk.config import boot

    boot.setup()

    from django.utils import timezone

    from hostdesk.config.checking import look_at_everything

    findings = []
    for finding in look_at_everything(at=timezone.now()):
        findings.append(finding)
        if not args.json:
            sys.stdout.write(f"{_MARKS[finding.verdict]}{finding.name:<14} {finding.sentence}\n")
            sys.stdout.flush()
    has_fault = any(finding.verdict == "fault" for finding in findings)
    if args.json:
        body = {"healthy": not has_fault, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(body) + "\n")
    elif has_fault:
        sys.stdout.write("Something is at fault; the lines marked FAULT say what to do.\n")
    return EXIT_FAULT if has_fault else 0
