"""Everything that must be true before a part may start: data folder, tables, policy, static files.

Cheap when all is true already (one query and a few file times), safe when several parts start at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

import hostdesk
from hostdesk.jobs.tables import make_tables, missing_migrations
from hostdesk.kit.refusals import Misconfigured

# Any number will do; it is the name of our lock among those of the PostgreSQL database.
_POSTGRES_LOCK = 7_404_110_233_871
_STATIC_MARK = ".made-from"
# Of what libraries bring, the pages load one file (`htmx-2.min.js`).
_NOT_LOADED = ["htmax*", "htmx-4*", "htmx-2.js", "django-htmx*", "ext"]


def make_data_folder(data: Path) -> None:
    """The data folder, for its owner only. Raises `Misconfigured` when it cannot be made or written."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured("HOSTDESK_DATA", f"{data} cannot be made ({error.strerror})") from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise Misconfigured("HOSTDESK_DATA", f"{data} is not writable for this user")


def prepare(*, publish_at: datetime | None = None) -> None:
    """Bring tables, policy and static files up to this version of the code, unless they are there."""
    prepare_tables(publish_at=publish_at)
    make_static_files()


def prepare_tables(*, publish_at: datetime | None = None) -> None:
    """Bring tables and policy up to this version of the code, unless they are there.

    `publish_at` is when a policy published now is in force from; without it, now.
    Raises `Misconfigured` for an unreachable database and an unsound policy folder. Tables of a newer
    version are no obstacle: old code runs on them while machines are updated one after the other.
    """
    from hostdesk.policy.actions import publish_packaged_if_none

    try:
        if missing_migrations():
            with _alone():
                if missing_migrations():
                    make_tables()
        publish_packaged_if_none(at=publish_at or datetime.now(UTC))
    except DatabaseError as error:
        raise Misconfigured(
            "DATABASE_URL", f"the database cannot be used ({' '.join(str(error).split())})"
        ) from error


def make_static_files() -> None:
    """Collect and compress the static files into the data folder, once for each state of their sources."""
    mark = Path(settings.STATIC_ROOT) / _STATIC_MARK
    state = _static_state()
    if _text_of(mark) == state:
        return
    with _alone_in_folder():
        if _text_of(mark) == state:
            return
        call_command(
            "collectstatic", verbosity=0, interactive=False, skip_checks=True, ignore_patterns=_NOT_LOADED
        )
        mark.write_text(state, encoding="ascii")


def _static_state() -> str:
    """A digest over version, names, sizes and times of all static source files."""
    from django.contrib.staticfiles.finders import get_finders

    summary = hashlib.sha256(hostdesk.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            summary.update(f"\n{name} {about.st_size} {about.st_mtime_ns}".encode())
    return summary.hexdigest()


def _text_of(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="ascii")
    return ""


@contextmanager
def _alone() -> Iterator[None]:
    """No other part changes tables meanwhile: on this machine, and on all that share one PostgreSQL."""
    with _alone_in_folder():
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_POSTGRES_LOCK])
            try:
                yield
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_POSTGRES_LOCK])


@contextmanager
def _alone_in_folder() -> Iterator[None]:
    with (Path(settings.DATA) / ".preparing").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
