"""Verbs of the room: keep the list of our servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from hostdesk.audit.actions import Event, note_all
from hostdesk.hosting.models import Server
from hostdesk.hosting.server_file import ServerLine
from hostdesk.kit.actors import Actor


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import did, or would do."""

    added: int
    changed: int
    unchanged: int


@transaction.atomic
def import_servers(lines: Sequence[ServerLine], *, by: Actor, at: datetime, dry_run: bool = False) -> Counts:
    """Bring our servers up to the lines of a file; a server that is not in the file stays as it is.

    A name is known again whatever the case of its letters. `dry_run` counts and changes nothing.
    """
    lock_imports(dry_run=dry_run)
    known = {server.name.lower(): server for server in Server.objects.all()}
    new, changed = [], []
    for line in lines:
        server = known.get(line.name.lower())
        facts = {"name": line.name, "networks": list(line.networks), "hostnames": list(line.hostnames)}
        if server is None:
            new.append(Server(**facts, created_at=at))
        elif any(getattr(server, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(server, name, value)
            changed.append(server)
    counts = Counts(len(new), len(changed), len(lines) - len(new) - len(changed))
    if not dry_run:
        Server.objects.bulk_create(new)
        Server.objects.bulk_update(changed, ["name", "networks", "hostnames"], batch_size=200)
        events = [Event("server", server.pk, "added") for server in new]
        note_all([*events, *(Event("server", server.pk, "changed") for server in changed)], by=by, at=at)
    return counts


def lock_imports(*, dry_run: bool) -> None:
    """Let one import at a time run, to the end of the transaction. SQLite's write transactions do so by themselves."""
    if connection.vendor == "postgresql" and not dry_run:
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE hosting_customer, hosting_server IN SHARE ROW EXCLUSIVE MODE")
