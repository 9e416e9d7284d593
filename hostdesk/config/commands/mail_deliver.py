"""`hostdesk mail deliver`: the door for pipes. Exit codes are those of sysexits.h, which mail servers know."""

from __future__ import annotations

import argparse
import os
import re
import sys
from datetime import UTC, datetime

HELP = "keep a raw mail from standard input, for Postfix and Exim pipes"
GROUP = "Mail"

EXIT_NO_INPUT = 65
EXIT_UNKNOWN_RECIPIENT = 67
EXIT_TOO_LARGE = 69
EXIT_TRY_LATER = 75


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the envelope."""
    parser.add_argument(
        "--rcpt", action="append", required=True, metavar="ADDRESS", help="an envelope recipient (repeatable)"
    )
    parser.add_argument(
        "--from",
        dest="sender",
        metavar="ADDRESS",
        help="the envelope sender, <> or nothing for a bounce (default: the Return-Path of the mail)",
    )
    parser.add_argument(
        "--ip", default="", metavar="ADDRESS", help="the host that brought the mail to your server"
    )
    parser.add_argument("--helo", default="", metavar="NAME", help="what that host called itself")


def run(args: argparse.Namespace) -> int:
    """0 after the mail is durably kept; 75 later, 67 unknown recipient, 69 too large, 65 nothing on standard input."""
    # A mail server gives a pipe a moment, many times a minute: only the rooms that keep mail are loaded.
    os.environ["DJANGO_SETTINGS_MODULE"] = "hostdesk.config.settings_for_pipes"
    raw = sys.stdin.buffer.read()
    if not raw.strip():
        return _say("there is no mail on standard input", EXIT_NO_INPUT)
    try:
        return _deliver(args, raw)
    except (OSError, ImportError) as error:
        # Whatever is wrong with us is no reason to bounce a mail.
        return _say(str(error), EXIT_TRY_LATER)


def _deliver(args: argparse.Namespace, raw: bytes) -> int:
    from hostdesk.config import boot
    from hostdesk.kit.refusals import Misconfigured

    try:
        boot.setup()
    except Misconfigured as wrong:
        return _say(str(wrong), EXIT_TRY_LATER)

    from django.conf import settings
    from django.db import DatabaseError

    from hostdesk.mail.door.addresses import look_up
    from hostdesk.mail.door.keeping import Arrival, CannotKeep, keep

    try:
        ours = look_up()
        unknown = [address for address in args.rcpt if ours.way_of(address) is None]
        if unknown:
            return _say(f"unknown recipient {unknown[0]}", EXIT_UNKNOWN_RECIPIENT)
        largest = settings.ENVIRONMENT.mail_max_bytes
        is_too_large = len(raw) > largest
        sentence = f"This message is too large; the limit is {largest} bytes"
        keep(
            [
                Arrival(
                    route=ours.way_of_mail(args.rcpt),
                    door="pipe",
                    envelope_from=envelope_sender(args.sender, raw),
                    recipients=tuple(args.rcpt),
                    client_ip=args.ip,
                    helo=args.helo,
                    received_at=datetime.now(UTC),
                    raw=None if is_too_large else raw,
                    size=len(raw),
                    reason=sentence if is_too_large else "",
                )
            ]
        )
    except (CannotKeep, DatabaseError) as error:
        return _say(f"cannot keep the mail now: {' '.join(str(error).split())}", EXIT_TRY_LATER)
    return _say(sentence, EXIT_TOO_LARGE) if is_too_large else 0


def envelope_sender(given: str | None, raw: bytes) -> str:
    """The envelope sender, "" for the null sender of bounces; `unknown` when neither we nor the mail were told.

    Mail servers hand the null sender to pipes as nothing, as <> or as MAILER-DAEMON.
    """
    if given is None:
        head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
        path = re.search(rb"^return-path:[ \t]*<?([^<>\s]*)>?[ \t]*\r?$", head, re.IGNORECASE | re.MULTILINE)
        return path[1].decode("utf-8", "replace") if path else "unknown"
    bare = given.strip().strip("<>")
    return "" if bare.upper() == "MAILER-DAEMON" else bare


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"hostdesk: {sentence}\n")
    return code
