"""What the importing commands have in common: the file they read, and how they say what became of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hostdesk.kit.refusals import Misconfigured
from hostdesk.kit.tables_of_text import Fault

EXIT_FAULTY = 2


class Counted(Protocol):
    """Rows by what became of them."""

    @property
    def added(self) -> int: ...  # noqa: D102
    @property
    def changed(self) -> int: ...  # noqa: D102
    @property
    def unchanged(self) -> int: ...  # noqa: D102


def content_of(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises `Misconfigured` when it cannot be read."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as wrong:
        raise Misconfigured(name, f"cannot be read ({wrong.strerror})") from wrong


def tell(
    name: str,
    *,
    counts: Counted,
    faults: Sequence[Fault],
    notices: Sequence[Fault],
    encoding: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Say what an import did: counts on standard output, faults by line on standard error; the exit code."""
    if as_json:
        answer = {
            "file": name,
            "dry_run": dry_run,
            "imported": not faults and not dry_run,
            "added": counts.added,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "faults": [_as_dict(fault) for fault in faults],
            "notices": [_as_dict(notice) for notice in notices],
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return EXIT_FAULTY if faults else 0
    for kind, said in (("", faults), ("note: ", notices)):
        for one in said:
            clause = f" ({one.clause})" if one.clause else ""
            sys.stderr.write(f"{kind}{name} line {one.line}: {one.sentence}{clause}\n")
    if faults:
        lines = len({fault.line for fault in faults})
        sys.stderr.write(
            f"hostdesk: nothing was imported; {lines} faulty {'line' if lines == 1 else 'lines'}\n"
        )
        return EXIT_FAULTY
    if encoding != "UTF-8":
        sys.stderr.write(f"note: {name} was read as {encoding}\n")
    would = "would be " if dry_run else ""
    sys.stdout.write(
        f"{counts.added} {would}added, {counts.changed} {would}changed, {counts.unchanged} unchanged\n"
    )
    return 0


def _as_dict(fault: Fault) -> dict[str, object]:
    return {"line": fault.line, "sentence": fault.sentence, "clause": fault.clause}
