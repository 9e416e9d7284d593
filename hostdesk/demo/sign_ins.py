"""The sign-ins of the demo, as a small file in the data folder that `hostdesk demo` and `hostdesk serve` print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "demo-sign-ins.json"


@dataclass(frozen=True, slots=True)
class SignIn:
    """One account to try the desk with; `where` is the path of its first page."""

    who: str
    where: str
    email: str
    password: str


def write(data: Path, sign_ins: Sequence[SignIn]) -> None:
    """Keep them in the data folder, readable by its owner only."""
    file = data / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps([asdict(one) for one in sign_ins], indent=1) + "\n", encoding="utf-8")


def shown(data: Path, url: str) -> str:
    """What a command prints about them; empty when this data folder holds no demo."""
    file = data / FILE
    if not file.is_file():
        return ""
    known = [SignIn(**one) for one in json.loads(file.read_text(encoding="utf-8"))]
    lines = [f"  {one.who:<33}{url}{one.where:<9}{one.email:<32}{one.password}" for one in known]
    return "\n".join(["Demo sign-ins, accepted from this machine only:", *lines]) + "\n"
