"""`hostdesk mail authcheck`: verdicts of SPF, DKIM, ARC, DMARC for cases with injected DNS; docs/authcheck.md."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from hostdesk.mail import auth
from hostdesk.mail.auth import arc, checking, dkim, domains, spf
from hostdesk.mail.reading import author

HELP = "judge senders in cases read from standard input, with the DNS they bring along"
GROUP = "Mail"

_KINDS = ("spf", "dkim", "arc", "dmarc", "orgdomain")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--jsonl", action="store_true", help="JSON lines in, JSON lines out (the only form there is)"
    )


def run(args: argparse.Namespace) -> int:  # noqa: ARG001
    """Answer each line of standard input with one line."""
    if sys.stdin is None:
        sys.stderr.write("hostdesk mail authcheck: standard input is closed\n")
        return 1
    return answer(sys.stdin, sys.stdout)


def answer(lines: TextIO, out: TextIO) -> int:
    """Judge every case; 1 when a line was no case (it is answered with `error`)."""
    failed = False
    for line in lines:
        if not line.strip():
            continue
        case: Any = None  # Any: JSON
        try:
            case = _case(line)
            judged = {"id": case.get("id"), **verdict(case)}
        except (ValueError, AttributeError, KeyError, TypeError) as problem:
            known = case.get("id") if isinstance(case, dict) else None
            judged = {"id": known, "result": None, "error": f"not a case: {_words(problem)}"}
            failed = True
        print(json.dumps(judged), file=out, flush=True)
    return 1 if failed else 0


def _case(line: str) -> dict[str, Any]:  # Any: JSON
    try:
        case = json.loads(line)
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    if not isinstance(case, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004  (a mistake in the input, not in a call)
    if case.get("kind") not in _KINDS:
        raise ValueError(f"the kind must be one of {', '.join(_KINDS)}")
    return case


def _words(problem: Exception) -> str:
    match problem:
        case KeyError():
            return f"{problem.args[0]} is missing"
        case AttributeError() | TypeError():
            return f"a value is of the wrong kind ({problem})"
        case _:
            return str(problem)


def verdict(case: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """The answer to one case, without its id. Raises ValueError for an unknown kind."""
    kind = case["kind"]
    if kind == "orgdomain":
        return {"result": domains.registrable(case["domain"] or "")}
    resolver = auth.ZoneResolver(case.get("zone") or {})
    session: dict[str, Any] = {  # Any: JSON
        "client_ip": case.get("ip"),
        "helo": case.get("helo") or "",
        "envelope_from": case.get("mail_from") or "",
        "resolver": resolver,
    }
    at = datetime.now(UTC)
    if kind == "spf":
        return {"result": spf.check(**session, now=int(at.timestamp())).result}
    raw = _raw(case["message"])
    if kind == "dkim":
        return _signatures(dkim.check(raw, resolver=resolver, now=int(at.timestamp())))
    if kind == "arc":
        return {"result": arc.check(raw, resolver=resolver, now=int(at.timestamp()))}
    if kind == "dmarc":
        found = checking.check(raw, **session, from_domain=author.read(raw).domain, at=at)
        return {"result": found.dmarc.result, "disposition": found.dmarc.disposition}
    raise ValueError(f"unknown kind {kind}")


def _raw(message: str) -> bytes:
    """The mail's bytes: one Latin-1 code point for each, or UTF-8 where there are others."""
    try:
        return message.encode("latin-1")
    except UnicodeEncodeError:
        return message.encode()


def _signatures(signatures: list[auth.Dkim]) -> dict[str, Any]:  # Any: JSON
    """`pass` when any signature verifies; `temperror` when one might have; each with its own verdict beside it."""
    results = {one.result for one in signatures}
    result = next((name for name in ("pass", "temperror") if name in results), "fail" if results else "none")
    return {"result": result, "signatures": [msgspec.structs.asdict(one) for one in signatures]}


def main() -> int:
    """Run without the rest of the house: `python -m hostdesk.config.commands.mail_authcheck --jsonl`."""
    parser = argparse.ArgumentParser(prog="hostdesk mail authcheck", description=HELP)
    arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
