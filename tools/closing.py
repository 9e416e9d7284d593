"""A part of pytest: says at the end what was not run, and why."""

from __future__ import annotations

import os
from collections import Counter

import pytest

VARIABLE = "HOSTDESK_TEST_MISSING"
"""What the machine lacks, one reason a line, told by whoever started pytest."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what the machine lacks, and each reason for which tests were skipped."""
    lines = [line for line in os.environ.get(VARIABLE, "").splitlines() if line]
    skipped = Counter(_reason(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    lines += [f"{count} skipped: {reason}" for reason, count in sorted(skipped.items())]
    if lines:
        terminalreporter.section("could not be run here", sep="-")
        for line in lines:
            terminalreporter.line(f"- {line}")


def _reason(longrepr: object) -> str:
    """The words of one skip, which pytest keeps as (file, line, "Skipped: why")."""
    text = longrepr[2] if isinstance(longrepr, tuple) else str(longrepr)
    return str(text).removeprefix("Skipped: ")
