"""Attachments by content: kept under the SHA-256 of their bytes, in the data folder or S3-compatible storage.

STORAGES["attachments"] names the adapter. A file is there, whole, before `put` returns; writing the same
bytes again changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Protocol

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, InMemoryStorage, storages

from hostdesk.kit.refusals import Missing
from hostdesk.ports.outcomes import PortDown

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Files(Protocol):
    """What a storage must be able to do; every Django storage can."""

    def exists(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def save(self, name: str, content: File[bytes]) -> str:
        """Keep a file under this name; the name."""

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        """The file of this name; raises FileNotFoundError."""


def put(content: bytes) -> str:
    """Keep these bytes for good; their digest. Raises `PortDown` when the storage is full or away."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        _storage().save(_name(digest), ContentFile(content))
    except _outside_errors() as error:
        raise PortDown(f"attachments cannot be written: {error}") from error
    return digest


def open_file(digest: str) -> IO[bytes]:
    """The bytes under `digest`, for reading. Raises `Missing` when there are none, `PortDown` when unreachable."""
    try:
        return _storage().open(_name(digest))
    except FileNotFoundError as error:
        raise Missing("the attachment is not in the storage") from error
    except _outside_errors() as error:
        raise PortDown(f"attachments cannot be read: {error}") from error


def read(digest: str) -> bytes:
    """All bytes under `digest`; raises as `open_file`."""
    with open_file(digest) as file:
        return file.read()


def holds(digest: str) -> bool:
    """Whether there is a file under `digest`. Raises `PortDown`."""
    try:
        return _storage().exists(_name(digest))
    except _outside_errors() as error:
        raise PortDown(f"attachments cannot be reached: {error}") from error


def _storage() -> Files:
    return storages["attachments"]


def _name(digest: str) -> str:
    """Two levels of folders keep each of them short: `ab/cd/abcd...`."""
    if not _DIGEST.fullmatch(digest):
        raise Missing("that is not the digest of a file")
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _outside_errors() -> tuple[type[Exception], ...]:
    """What a storage raises when it is full or away; botocore only where S3 is installed."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return (OSError,)
    return (OSError, BotoCoreError, ClientError)


class DurableFileStorage(FileSystemStorage):
    """Files that survive a power cut: written beside their place, flushed, moved into it, folder flushed."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        """The very name: content names itself, and the same content may be there already."""
        return name

    # `Any`: Django's signature.
    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        made = [parent for parent in path.parents if not parent.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            self._write(path, content)
        # Also when it was there: whoever wrote it may have died before this.
        for folder in (path.parent, *(parent.parent for parent in made)):
            _flush_folder(folder)
        return name

    @staticmethod
    def _write(path: Path, content: Any) -> None:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            os.replace(beside, path)  # noqa: PTH105  (a name, not a path object, comes from mkstemp)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(beside)  # noqa: PTH108
            raise


class MemoryFiles(InMemoryStorage):
    """The twin for tests: nothing reaches a disk."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002
        """The very name, as in the real one."""
        return name


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
