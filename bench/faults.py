"""The long versions of the fault tests: kills, full disks, a database that goes away."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from bench import places
from bench.report import Section

TITLE = "Faults"
FOLDER = places.TOP / "tests" / "faults"


def run(*, long):
    """One section; the tests themselves say what must hold, and a failure is told as one."""
    if not any(FOLDER.glob("test_*.py")):
        return Section("faults", TITLE, [], ["This tree has no fault tests."])
    words = []
    for vendor in places.vendors():
        begun = time.monotonic()
        environ = {**os.environ, "HOSTDESK_TEST_DB": vendor, **({"HOSTDESK_LONG": "1"} if long else {})}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", str(FOLDER)],
            cwd=places.TOP,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        last = (done.stdout.strip().splitlines() or ["nothing was said"])[-1]
        if done.returncode not in (0, 5):
            raise RuntimeError(f"{vendor}: {done.stdout[-3000:]}")
        words.append(
            f"{vendor}: {last} after {time.monotonic() - begun:.0f} s{' (long versions)' if long else ''}."
        )
    return Section("faults", TITLE, [], words)
