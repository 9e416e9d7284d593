"""`hostdesk mail inspect`: how the gateway reads a mail, under the same limits; touches no database."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TextIO

from hostdesk.mail.child import ParserPool
from hostdesk.mail.reading.shapes import Address, Author, ParsedMail, Unreadable

HELP = "show how the gateway reads mails in files"
GROUP = "Mail"

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal would obey instead of showing it."""
_MOST_BYTES = 200_000_000
_AHEAD = 4
"""So many are read at once at the most: no more than there are places for slow mails, so that none is set aside."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a raw mail; - reads standard input")
    parser.add_argument("--json", action="store_true", help="one JSON line for each file")


def run(args: argparse.Namespace) -> int:
    """Print one JSON line, or one readable block, for each file. 1 when a file could not be opened."""
    failed = False
    with ParserPool() as pool:
        for name, mail in _read_ahead(args.files, pool):
            problem = mail if isinstance(mail, _NotOpenedError) else None
            if problem:
                _say(f"{name}: {problem}", to=sys.stderr)
                failed = True
            if args.json or not problem:
                shown = as_json(name, _in_place_of(mail))
                _say(json.dumps(shown) if args.json else _readable(shown), to=sys.stdout)
    return 1 if failed else 0


class _NotOpenedError(Exception):
    """Why there is no mail to be read from a file."""


_Read = ParsedMail | Unreadable | _NotOpenedError


def _read_ahead(names: list[str], pool: ParserPool) -> Iterator[tuple[str, _Read]]:
    """Each file with what the limited reader makes of it, in order; the next ones are read meanwhile."""
    waiting: deque[tuple[str, Future[ParsedMail | Unreadable] | _NotOpenedError]] = deque()
    for name in names:
        if len(waiting) == _AHEAD:
            yield _next(waiting)
        try:
            waiting.append((name, pool.submit(_bytes_of(name))))
        except _NotOpenedError as problem:
            waiting.append((name, problem))
    while waiting:
        yield _next(waiting)


def _next(waiting: deque[tuple[str, Future[ParsedMail | Unreadable] | _NotOpenedError]]) -> tuple[str, _Read]:
    name, mail = waiting.popleft()
    return name, mail if isinstance(mail, _NotOpenedError) else mail.result()


def _bytes_of(name: str) -> bytes:
    try:
        if name == "-":
            if sys.stdin is None:
                raise _NotOpenedError("Standard input is closed")
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise _NotOpenedError(problem.strerror or type(problem).__name__) from problem
    if len(raw) > _MOST_BYTES:
        raise _NotOpenedError(f"Larger than {_MOST_BYTES // 1_000_000} MB, which no mail is")
    return raw


def _in_place_of(mail: _Read) -> ParsedMail:
    """A mail that has its line even when it could not be opened or read."""
    if isinstance(mail, ParsedMail):
        return mail
    author = Author(None, "", "There is no mail to be read.")
    why = f"The file could not be opened: {mail}." if isinstance(mail, _NotOpenedError) else mail.reason
    return ParsedMail(author, error=why)


def _say(words: str, *, to: TextIO) -> None:
    # Names of files and broken mails hold what some terminals cannot write.
    print(
        words.encode(to.encoding or "utf-8", "backslashreplace").decode(to.encoding or "utf-8"),
        file=to,
        flush=True,
    )


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
    block = "\n".join([*head, "--- new text", shown["reply_text"], ""])
    return _COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", block)


def main() -> int:
    """Run without the rest of the house: `python -m hostdesk.config.commands.mail_inspect FILE`."""
    parser = argparse.ArgumentParser(prog="hostdesk mail inspect", description=HELP)
    arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
