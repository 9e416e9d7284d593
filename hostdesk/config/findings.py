"""What one look of `hostdesk doctor` comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "warning", "fault"]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `sentence` says how it stands and, unless it is well, what to do."""

    name: str
    verdict: Verdict
    sentence: str
