"""Whether the database has the tables that this code expects, and making them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    RemoveConstraint,
    RemoveField,
    RemoveIndex,
    RunPython,
)
from django.db.migrations.recorder import MigrationRecorder

if TYPE_CHECKING:
    from django.db.migrations.state import StateApps

_PLAIN = (
    CreateModel,
    AddField,
    AddIndex,
    AlterField,
    AddConstraint,
    RemoveField,
    RemoveIndex,
    RemoveConstraint,
    RunPython,
)
"""Steps of migrations that come to the same in an empty database, whatever their order."""


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


def make_tables() -> None:
    """Bring the tables up to this version of the code. The caller sees to it that nobody else does meanwhile."""
    if connection.introspection.table_names() or not _make_all_at_once():
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)


def _make_all_at_once() -> bool:
    """In an empty database, make every table as the models say, and note all migrations as done.

    `migrate` builds the models anew for each table it makes, which takes four times as long. False, with nothing
    done, where a migration changes what is there: what runs between may then need tables as they were.
    """
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if not all(isinstance(step, _PLAIN) for one in plan for step in one.operations):
        return False
    executor.recorder.ensure_schema()
    with connection.schema_editor(atomic=connection.features.can_rollback_ddl) as editor:
        for app in apps.get_app_configs():
            for model in app.get_models():
                editor.create_model(model)
        for migration in plan:
            for step in migration.operations:
                if isinstance(step, RunPython):
                    # In an empty database the models of today are those of every step.
                    step.code(cast("StateApps", apps), editor)
            executor.recorder.record_applied(migration.app_label, migration.name)
    return True


def first_line(error: Exception) -> str:
    """What a database said, without the advice that drivers put below it; the kind of error when it said nothing."""
    said = str(error).strip()
    return said.splitlines()[0] if said else type(error).__name__
