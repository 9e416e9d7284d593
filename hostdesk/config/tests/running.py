"""The command line as people run it: a process of its own, in a place of its own, on either database."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from tests import databases


@dataclass
class Place:
    """A data folder (and, with PostgreSQL, a database) for processes under test."""

    data: Path
    environ: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, given: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "hostdesk.config.cli", *words],
            input=given,
            capture_output=True,
            env={**self.environ, **more},
            timeout=120,
            check=False,
        )

    def start(self, *words: str, **more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "hostdesk.config.cli", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**self.environ, **more},
        )


@contextmanager
def place(folder: Path, name: str):
    """An empty place; its database is dropped at the end."""
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("HOSTDESK_", "DJANGO_"))}
    data = folder / name
    environ = {**keep, "HOSTDESK_DATA": str(data), "HOSTDESK_LOG": "error"}
    environ.pop("SMTP_URL", None)
    # Many processes load the same code: compiled once, they start three times as fast.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    environ["PYTHONPYCACHEPREFIX"] = str(Path(tempfile.gettempdir()) / f"hostdesk-compiled-{os.getuid()}")
    if databases.KIND == "sqlite":
        environ.pop("DATABASE_URL", None)
        yield Place(data, environ)
        return
    database = f"place_{name}_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database}")
    environ["DATABASE_URL"] = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))
    try:
        yield Place(data, environ)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {database} WITH (FORCE)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def page(port: int, path: str) -> tuple[int, dict[str, object] | bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(body) if is_json else body
    finally:
        line.close()


def wait_for(condition, *, seconds: float = 60):
    """The first true value of `condition`; errors of connections mean not yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")
