"""`hostdesk mail inspect`: how the gateway reads a mail; touches no database."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from hostdesk.mail import reading
from hostdesk.mail.reading.shapes import Address, Author, ParsedMail

HELP = "show how the gateway reads mails in files"
GROUP = "Mail"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a raw mail; - reads standard input")
    parser.add_argument("--json", action="store_true", help="one JSON line for each file")


def run(args: argparse.Namespace) -> int:
    """Print one JSON line, or one readable block, for each file. 1 when a file could not be opened."""
    failed = False
    for name in args.files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as problem:
            print(f"{name}: {problem.strerror}", file=sys.stderr)  # noqa: T201
            failed = True
            if args.json:
                print(json.dumps(as_json(name, _unopened(problem))), flush=True)  # noqa: T201
            continue
        shown = as_json(name, reading.read(raw))
        print(json.dumps(shown) if args.json else _readable(shown), flush=True)  # noqa: T201
    return 1 if failed else 0


def _unopened(problem: OSError) -> ParsedMail:
    """What stands for a file that could not be opened, so that every file has its line."""
    author = Author(None, "", "There is no mail to be read.")
    return ParsedMail(author, error=f"The file could not be opened: {problem.strerror}.")


def as_json(name: str, mail: ParsedMail) -> dict[str, Any]:  # Any: JSON
    """The keys that the contract promises, and those that explain them."""
    bounce = mail.bounce
    return {
        "file": name,
        "from": _address(mail.from_),
        "name": mail.from_.name if mail.from_ else "",
        "author": {"address": mail.author.address, "problem": mail.author.problem},
        "to": [_address(one) for one in mail.to],
        "cc": [_address(one) for one in mail.cc],
        "reply_to": [_address(one) for one in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html_sanitized": mail.html_sanitized,
        "attachments": [
            {
                "filename": one.filename,
                "content_type": one.content_type,
                "size": one.size,
                "inline": one.inline,
            }
            for one in mail.attachments
        ],
        "auto_submitted": mail.auto_submitted,
        "auto_reason": mail.auto_reason,
        "machine": None
        if mail.machine is None
        else {"kind": mail.machine.kind, "sentence": mail.machine.sentence},
        "bounce": None
        if bounce is None
        else {
            "recipient": bounce.recipient,
            "status": bounce.status,
            "action": bounce.action,
            "diagnostic": bounce.diagnostic,
            "all": [
                {
                    "recipient": one.recipient,
                    "status": one.status,
                    "action": one.action,
                    "diagnostic": one.diagnostic,
                }
                for one in bounce.all
            ],
        },
        "report": mail.report,
        "sealed": mail.sealed,
        "notes": [{"kind": one.kind, "words": one.words} for one in mail.notes],
        "defects": mail.defects,
        "error": mail.error,
    }


def _address(one: Address | None) -> dict[str, str] | None:
    return None if one is None else {"name": one.name, "address": one.address}


def _readable(shown: dict[str, Any]) -> str:  # Any: JSON
    head = [
        f"{key}: {value}"
        for key, value in shown.items()
        if key not in ("text", "reply_text", "html_sanitized")
    ]
    return "\n".join([*head, "--- new text", shown["reply_text"], ""])


def main() -> int:
    """Run without the rest of the house: `python -m hostdesk.config.commands.mail_inspect FILE`."""
    parser = argparse.ArgumentParser(prog="hostdesk mail inspect", description=HELP)
    arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
