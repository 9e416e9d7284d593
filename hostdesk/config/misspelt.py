"""Names that look like settings and are none: whoever misspelt one must not believe that it is in force."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from hostdesk.config.environment import KNOWN, OF_THE_TESTS, read_dotenv

_OURS = "HOSTDESK_"
_LIKE_ENOUGH = 0.6
# A name without our beginning may well be somebody else's: it must be all but the same as one of ours.
_ALL_BUT_THE_SAME = 0.85


def misspelt(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> list[str]:
    """One sentence for each name in the environment and in `.env` that looks like one of ours and is no setting.

    Ours begin with HOSTDESK_, but for a few that many programs share (`DATABASE_URL`, `SMTP_URL`).
    """
    given = {*read_dotenv((folder or Path.cwd()) / ".env"), *(os.environ if environ is None else environ)}
    strange = {name for name in given if _looks_like_ours(name)} - {*KNOWN, *OF_THE_TESTS}
    return [f"{name} is not a setting{_meant(name)}" for name in sorted(strange)]


def warn() -> None:
    """Say so on standard error, a line each, at the start of a part."""
    for sentence in misspelt():
        sys.stderr.write(f"hostdesk: {sentence}\n")


def _looks_like_ours(name: str) -> bool:
    shared = [known for known in KNOWN if not known.startswith(_OURS)]
    return name.upper().startswith(_OURS) or bool(
        get_close_matches(name.upper(), shared, n=1, cutoff=_ALL_BUT_THE_SAME)
    )


def _meant(name: str) -> str:
    # Without the beginning that all share: with it everything looks like everything.
    ours = {known.removeprefix(_OURS): known for known in KNOWN}
    close = get_close_matches(name.upper().removeprefix(_OURS), ours, n=1, cutoff=_LIKE_ENOUGH)
    return f"; did you mean {ours[close[0]]}?" if close else "; docs/settings.md lists them all."
