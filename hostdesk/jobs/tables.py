"""Whether the database has the tables that this code expects."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


def missing_migrations() -> list[str]:
    """Migrations that the code has and the database has not, as `room.name`; by file names and one query."""
    return sorted(_known_migrations() - _applied_migrations())


def unknown_migrations() -> list[str]:
    """Migrations of our rooms that the database has and this code has not: it was prepared by newer code."""
    known = _known_migrations()
    rooms = {name.partition(".")[0] for name in known}
    return sorted(name for name in _applied_migrations() - known if name.partition(".")[0] in rooms)


def _known_migrations() -> set[str]:
    return {
        f"{app.label}.{file.stem}"
        for app in apps.get_app_configs()
        for file in (Path(app.path) / "migrations").glob("[0-9]*.py")
    }


def _applied_migrations() -> set[str]:
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return set()
    return {f"{app}.{name}" for app, name in recorder.migration_qs.values_list("app", "name")}
