"""All checks that need no running desk, one after the other; each failing one shows what it found.

All are run, so that one look tells everything. `make check ARGS="lint types"` runs only those named.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OURS = ("hostdesk", "tests", "tools", "bench", "conftest.py")


@dataclass(frozen=True)
class Result:
    """How one check ended; `words` are shown where it failed, `note` always."""

    passed: bool
    words: str = ""
    note: str = ""


def main(chosen: list[str]) -> int:
    """Run the chosen checks, or all; 0 when every one passed."""
    unknown = [name for name in chosen if name not in CHECKS]
    if unknown:
        print(f"there is no check {unknown[0]!r}; there are: {' '.join(CHECKS)}", file=sys.stderr)
        return 2
    failed = []
    for name in chosen or CHECKS:
        began = time.monotonic()
        result = CHECKS[name]()
        state = "ok" if result.passed else "FAILED"
        print(f"{name:<14}{state:<8}{time.monotonic() - began:5.1f} s  {result.note}".rstrip(), flush=True)
        if not result.passed:
            failed.append(name)
            print(result.words.rstrip() + "\n", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _command(*words: str) -> Callable[[], Result]:
    """A check that is one command: it passes when the command does."""

    def check() -> Result:
        with tempfile.TemporaryDirectory(prefix="hostdesk-check-") as data:
            # No setting of whoever runs this may change what is found.
            kept = {
                k: v
                for k, v in os.environ.items()
                if not k.startswith(("HOSTDESK_", "DATABASE_URL", "SMTP_URL"))
            }
            done = subprocess.run(
                [str(BIN / words[0]), *words[1:]],
                cwd=TOP,
                env={**kept, "HOSTDESK_DATA": data, "DJANGO_SETTINGS_MODULE": "hostdesk.config.settings"},
                capture_output=True,
                text=True,
                check=False,
            )
        return Result(done.returncode == 0, done.stdout + done.stderr)

    return check


def _advisories() -> Result:
    """Ask the advisory service about every pinned version; where nobody answers, say so and go on."""
    seen, known, found = 0, 0, []
    for name in ("run", "s3", "test", "check"):
        words = [
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner",
            "off",
            "--timeout",
            "10",
            "-f",
            "json",
        ]
        done = subprocess.run(
            [str(BIN / "pip-audit"), *words, "-r", f"requirements/{name}.txt"],
            cwd=TOP, capture_output=True, text=True, check=False,
        )  # fmt: skip
        try:
            rows = json.loads(done.stdout)["dependencies"]
        except (ValueError, KeyError):
            return _unanswered(done.stderr)
        seen += len(rows)
        known += sum("vulns" in row for row in rows)
        found += [
            f"{row['name']} {row['version']}: {hole['id']}" for row in rows for hole in row.get("vulns", [])
        ]
    if found:
        return Result(passed=False, words="\n".join(sorted(set(found))))
    if known == 0:
        return Result(
            passed=True, note="NOT ASKED: the advisory service knows none of the packages from here"
        )
    return Result(passed=True, note=f"{known} of {seen} known to the advisory service")


def _unanswered(words: str) -> Result:
    """A service that is away is no finding; a file that pip-audit cannot read is one."""
    last = words.strip().splitlines()[-1] if words.strip() else "no words"
    away = any(
        sign in words
        for sign in ("ConnectionError", "ServiceError", "Timeout", "Failed to query", "HTTPError", "connect")
    )
    if away:
        return Result(passed=True, note=f"NOT ASKED: the advisory service does not answer ({last[:90]})")
    return Result(passed=False, words=words)


def _docs_tests() -> Callable[[], Result]:
    return _command("python", "-m", "pytest", "tests/house", "-m", "db_free")


_EXIST = tuple(name for name in OURS if (TOP / name).exists())

CHECKS: dict[str, Callable[[], Result]] = {
    "format": _command("ruff", "format", "--check", *_EXIST),
    "lint": _command("ruff", "check", *_EXIST),
    "types": _command("mypy", "hostdesk", "tools"),
    "imports": _command("lint-imports"),
    "templates": _command("djlint", "hostdesk", "--lint"),
    "migrations": _command("django-admin", "makemigrations", "--check", "--dry-run"),
    "house": _docs_tests(),
    "policy": _command("hostdesk", "policy", "check"),
    "dependencies": _command("deptry", "."),
    "advisories": _advisories,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
