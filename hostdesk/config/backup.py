"""The whole desk as one file, and back.

The file is a ZIP: `manifest.json` (what is in it, with the SHA-256 of each part), the database (SQLite: its
own file, by the online backup; PostgreSQL: one COPY file a table, all of one snapshot), the attachments
under their digests, and the secret key, without which old reply addresses would be worthless. It holds
everything the desk knows: it is written for its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

import hostdesk
from hostdesk.kit.refusals import Refused
from hostdesk.ports import files

MANIFEST = "manifest.json"
_SQLITE = "database.sqlite3"
_TABLES = "tables/"
_ATTACHMENTS = "attachments/"
_KEY = "secret-key"
_FORMAT = 1
_PIECE = 1 << 20
# What reading a damaged ZIP raises, by where the damage is.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Summary:
    """What went into a backup, or came out of it."""

    database: str
    attachments: int
    bytes: int


def backup(target: Path, *, at: datetime) -> Summary:
    """Write everything into one new file, while the desk runs.

    The database is of one instant; attachments are kept for good and never change, so that those of a
    moment later do no harm. The file appears under its name only when it is whole and flushed.
    Refused: a target that exists.
    """
    if target.exists():
        raise Refused("", f"{target} exists already; give a new name.")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                hashes = _write_database(archive, near=target.parent)
                attachments = _write_attachments(archive)
                hashes |= {f"{_ATTACHMENTS}{digest}": digest for digest in attachments}
                hashes |= _write_key(archive)
                archive.writestr(MANIFEST, json.dumps(_manifest(hashes, at=at), indent=1))
            out.flush()
            os.fsync(out.fileno())
        beside.rename(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return Summary(connection.vendor, len(attachments), target.stat().st_size)


def restore(source: Path) -> Summary:
    """Put a backup into an empty data folder or database, tables of its own version; then bring them up to date.

    Refused, before anything is touched: a file that is no backup or is damaged, one of the other kind of
    database, one of a newer version, and a place that holds anything.
    """
    with _opened(source) as archive:
        manifest = _checked_manifest(archive)
        if manifest["database"] != connection.vendor:
            sentence = f"This backup is of {manifest['database']}, the database here is {connection.vendor}."
            raise Refused("", f"{sentence} See DATABASE_URL.")
        _refuse_unless_empty()
        _refuse_newer(manifest)
        _verify(archive, manifest)
        if connection.vendor == "sqlite":
            _read_sqlite(archive)
        else:
            _read_postgres(archive, manifest)
        count = _read_attachments(archive)
        _read_key(archive)
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    return Summary(connection.vendor, count, source.stat().st_size)


# --- what is in it


def _manifest(hashes: dict[str, str], *, at: datetime) -> dict[str, Any]:  # Any: JSON
    applied = MigrationRecorder(connection).migration_qs.order_by("id").values_list("app", "name")
    return {
        "hostdesk_backup": _FORMAT,
        "version": hostdesk.__version__,
        "database": connection.vendor,
        "made_at": at.isoformat(),
        "migrations": [list(pair) for pair in applied],
        "sha256": hashes,
    }


def _checked_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:  # Any: JSON
    try:
        manifest = json.loads(archive.read(MANIFEST))
    except (KeyError, ValueError, *_DAMAGED) as error:
        raise Refused("", "This file is no backup of hostdesk.") from error
    if not isinstance(manifest, dict) or manifest.get("hostdesk_backup") != _FORMAT:
        raise Refused("", "This backup was made by a hostdesk whose backups this one cannot read.")
    return manifest


def _verify(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Every part is there and whole, and nothing else is."""
    names = {name for name in archive.namelist() if name != MANIFEST}
    if names != set(manifest["sha256"]):
        raise Refused("", "This backup is damaged: its parts are not those that its manifest names.")
    for name, digest in manifest["sha256"].items():
        try:
            with archive.open(name) as part:
                is_whole = _digest(part) == digest
        except _DAMAGED:
            is_whole = False
        if not is_whole:
            raise Refused("", f"This backup is damaged: {name} is not what was written.")


def _refuse_newer(manifest: dict[str, Any]) -> None:
    known = set(MigrationLoader(None).disk_migrations)
    newer = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if newer:
        raise Refused(
            "", f"This backup was made by a newer hostdesk (it has {newer[0]}); update this one first."
        )


def _refuse_unless_empty() -> None:
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        if database.exists() and database.stat().st_size:
            raise Refused("", f"{database} exists; restore into a new data folder (HOSTDESK_DATA).")
    elif _postgres_tables():
        raise Refused("", "The database has tables already; restore into an empty one (DATABASE_URL).")
    if next(_attachment_names(storages["attachments"]), None) and not _is_shared_storage():
        raise Refused("", "The data folder has attachments already; restore into a new one (HOSTDESK_DATA).")


def _is_shared_storage() -> bool:
    """An S3 bucket may well be the old one: files named by content do not get in each other's way."""
    return bool(settings.ENVIRONMENT.attachments_url.startswith("s3"))


# --- SQLite


def _write_database(archive: zipfile.ZipFile, *, near: Path) -> dict[str, str]:
    return _write_sqlite(archive, near=near) if connection.vendor == "sqlite" else _write_postgres(archive)


def _write_sqlite(archive: zipfile.ZipFile, *, near: Path) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=near) as folder:
        copy = Path(folder) / _SQLITE
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as into:
            connection.connection.backup(into, pages=1000)
            into.execute("PRAGMA journal_mode=DELETE")
        return {_SQLITE: _put_file(archive, _SQLITE, copy)}


def _read_sqlite(archive: zipfile.ZipFile) -> None:
    database = Path(str(connection.settings_dict["NAME"]))
    beside = database.with_name(f".{database.name}.part")
    with archive.open(_SQLITE) as part, beside.open("wb") as out:
        for piece in _pieces(part):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    beside.rename(database)


# --- PostgreSQL


def _postgres_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
        )
        return [row[0] for row in cursor.fetchall()]


def _columns(table: str) -> list[str]:
    """The columns that hold something of their own: generated ones come back by themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def _write_postgres(archive: zipfile.ZipFile) -> dict[str, str]:
    hashes = {}
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One snapshot for all tables, whatever is written meanwhile.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in _postgres_tables():
            columns = _columns(table)
            heading = json.dumps(columns).encode() + b"\n"
            name = f"{_TABLES}{table}"
            summary = hashlib.sha256(heading)
            with archive.open(name, "w", force_zip64=True) as part, connection.cursor() as cursor:
                part.write(heading)
                with cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) TO STDOUT") as rows:
                    for piece in rows:
                        part.write(piece)
                        summary.update(piece)
            hashes[name] = summary.hexdigest()
    return hashes


def _read_postgres(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """The tables as they were at the time of the backup, then their rows, all in one transaction."""
    executor = MigrationExecutor(connection)
    wanted = {(app, name) for app, name in manifest["migrations"]}
    leaves = [
        node
        for node in wanted
        if not any(
            child.key in wanted and child.key[0] == node[0]
            for child in executor.loader.graph.node_map[node].children
        )
    ]
    executor.migrate(sorted(leaves))
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [name.removeprefix(_TABLES) for name in manifest["sha256"] if name.startswith(_TABLES)]
        present = _postgres_tables()
        if missing := sorted(set(tables) - set(present)):
            raise Refused("", f"This backup has a table that nobody knows: {missing[0]}.")
        # Migrations put first rows into some tables.
        cursor.execute(f"TRUNCATE {', '.join(_quoted(table) for table in tables)}")
        for table in tables:
            with archive.open(f"{_TABLES}{table}") as part:
                columns = json.loads(part.readline())
                with cursor.copy(f"COPY {_quoted(table)} ({_listed(columns)}) FROM STDIN") as rows:
                    for piece in _pieces(part):
                        rows.write(piece)
        for table in tables:
            _set_sequence(table)


def _set_sequence(table: str) -> None:
    """Have the next row of a table numbered behind those that are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = %s AND pg_get_serial_sequence(%s, column_name) IS NOT NULL",
            [table, _quoted(table)],
        )
        for (column,) in cursor.fetchall():
            name = _quoted(column)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), max({name})) FROM {_quoted(table)}"
                f" HAVING max({name}) IS NOT NULL",
                [_quoted(table), column],
            )


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _listed(columns: list[str]) -> str:
    return ", ".join(_quoted(column) for column in columns)


# --- attachments and key


def _write_attachments(archive: zipfile.ZipFile) -> list[str]:
    digests = []
    for digest in _attachment_names(storages["attachments"]):
        with (
            files.open_file(digest) as content,
            archive.open(f"{_ATTACHMENTS}{digest}", "w", force_zip64=True) as part,
        ):
            for piece in _pieces(content):
                part.write(piece)
        digests.append(digest)
    return digests


def _attachment_names(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from sorted(name for name in names if not name.startswith("."))
    for below in sorted(folders):
        yield from _attachment_names(storage, f"{folder}/{below}".lstrip("/"))


def _read_attachments(archive: zipfile.ZipFile) -> int:
    names = [name for name in archive.namelist() if name.startswith(_ATTACHMENTS)]
    for name in names:
        digest = files.put(archive.read(name))
        assert f"{_ATTACHMENTS}{digest}" == name, "a part that was verified is what it is named"
    return len(names)


def _write_key(archive: zipfile.ZipFile) -> dict[str, str]:
    """The key of the data folder; one that stands in the environment is the operator's to keep."""
    key = Path(settings.DATA) / _KEY
    if settings.ENVIRONMENT.secret_key or not key.is_file():
        return {}
    return {_KEY: _put_file(archive, _KEY, key)}


def _read_key(archive: zipfile.ZipFile) -> None:
    if _KEY not in archive.namelist() or settings.ENVIRONMENT.secret_key:
        return
    key = Path(settings.DATA) / _KEY
    # The one that this very start has made signs nothing yet.
    beside = key.with_name(f".{_KEY}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(archive.read(_KEY))
        out.flush()
        os.fsync(out.fileno())
    beside.rename(key)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(source)
    except FileNotFoundError as error:
        raise Refused("", f"There is no file {source}.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused("", f"{source} is no backup of hostdesk, or damaged.") from error
    with archive:
        yield archive


def _put_file(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    """Write a file into the archive; its SHA-256."""
    summary = hashlib.sha256()
    with path.open("rb") as content, archive.open(name, "w", force_zip64=True) as part:
        for piece in _pieces(content):
            part.write(piece)
            summary.update(piece)
    return summary.hexdigest()


def _digest(content: IO[bytes]) -> str:
    summary = hashlib.sha256()
    for piece in _pieces(content):
        summary.update(piece)
    return summary.hexdigest()


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(_PIECE):
        yield piece
