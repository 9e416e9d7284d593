"""`hostdesk demo`: fill a data folder with the demo company."""

from __future__ import annotations

import argparse
import os
import sys
import time

HELP = "fill an empty data folder with an invented company and a month of tickets"
GROUP = "Run"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: HOSTDESK_DATA, else ./data)")
    parser.add_argument(
        "--if-new", action="store_true", help="do nothing, and call it success, where customers are already"
    )


def run(args: argparse.Namespace) -> int:
    """Make the data folder when it is new, build the company, say how to sign in."""
    if args.data:
        os.environ["HOSTDESK_DATA"] = args.data
    from datetime import UTC, datetime, timedelta

    from hostdesk.config import boot, environment
    from hostdesk.config.preparing import make_data_folder, prepare

    make_data_folder(environment.read().data)
    boot.setup()
    from django.conf import settings

    from hostdesk.demo import building, company, sign_ins

    began, now = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    prepare(publish_at=now - timedelta(days=building.DAYS + 1))
    if args.if_new and building.is_there():
        return 0
    boot.start_log("error")
    built = building.build(now=now, say=_say)
    sign_ins.write(settings.DATA, company.sign_ins())
    sys.stdout.write(
        f"{built.tickets} tickets from {built.arrived} mails and the client area; {built.delivered} mails delivered "
        f"into memory, none to anybody outside ({time.monotonic() - began:.0f} s)\n"
    )
    if not args.if_new:
        # Whoever says --if-new goes on to start the desk, which prints them with the address it really has.
        sys.stdout.write(sign_ins.shown(settings.DATA, settings.HOSTDESK_URL))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
