"""Anchors: the end of the chain, noted where who can write to the database cannot write.

Whoever cuts off the end of the history and the links that seal it leaves a chain that is whole in itself. Only
somebody outside who knows how far it went can tell: a file in the data folder, the log, or a printed page.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from hostdesk.audit.models import Link
from hostdesk.kit.refusals import Refused

_FILE = "history-anchors"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link by its number and digest, and when it was made."""

    number: int
    digest: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.number} {self.digest} {self.at.astimezone(UTC).isoformat(timespec='seconds')}"


def end_of_chain() -> Anchor | None:
    """The anchor of the last link; None while nothing is sealed."""
    last = Link.objects.order_by("-number").only("number", "digest", "at").first()
    return Anchor(last.number, last.digest, last.at) if last else None


def keep(anchor: Anchor) -> bool:
    """Write an anchor into the data folder, unless it is the last one there; False where there is no such folder."""
    file = own_file()
    if not file.parent.is_dir():
        return False
    if file.is_file() and (known := read(file)) and known[-1] == _rounded(anchor):
        return True
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="ascii"
    ) as out:
        out.write(f"{anchor}\n")
        out.flush()
        os.fsync(out.fileno())
    return True


def own_file() -> Path:
    """Where this machine's worker keeps its anchors."""
    return Path(settings.DATA) / _FILE


def read(file: Path) -> list[Anchor]:
    """The anchors of a file: `NUMBER DIGEST INSTANT` on each line; what stands behind that is for people.

    Refused: a file that is no text, and a line that is no anchor, by its number.
    """
    found = []
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as wrong:
        raise Refused("", f"{file} is no file of anchors: it is not text in UTF-8.") from wrong
    for place, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            found.append(Anchor(int(words[0]), words[1], datetime.fromisoformat(words[2])))
        except (ValueError, IndexError) as wrong:
            raise Refused("", f"{file} line {place} is no anchor: NUMBER DIGEST INSTANT.") from wrong
    return found


def _rounded(anchor: Anchor) -> Anchor:
    return Anchor(anchor.number, anchor.digest, anchor.at.astimezone(UTC).replace(microsecond=0))
