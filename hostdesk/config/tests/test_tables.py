"""The tables of a new database, made at once, are those that the migrations make one after the other."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from hostdesk.config.tests.running import place

pytestmark = [pytest.mark.django_db]

MAKE = """
import json, re
from hostdesk.config import boot, environment
from hostdesk.config.preparing import make_data_folder
make_data_folder(environment.read().data)
boot.setup()
from django.core.management import call_command
from django.db import connection
from hostdesk.jobs.tables import make_tables, missing_migrations
{way}
SQLITE = ["SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"]
POSTGRES = [
    "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, ''),"
    " coalesce(character_maximum_length, 0), is_identity FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT last_value FROM tickets_ticket_id_seq",
]
BOTH = ["SELECT slug, name, sealed FROM people_team", "SELECT app, name FROM django_migrations"]
def plain(value):
    # The order of columns says nothing: one that came later stands last.
    if not value.startswith("CREATE TABLE"):
        return value
    head, _, columns = value.partition("(")
    parts, depth, part = [], 0, ""
    for sign in columns.rstrip(")"):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append(part.strip())
            part = ""
        else:
            part += sign
    return head + ", ".join(sorted([*parts, part.strip()]))
said = []
with connection.cursor() as cursor:
    for query in (POSTGRES if connection.vendor == "postgresql" else SQLITE) + BOTH:
        cursor.execute(query)
        rows = [[plain(re.sub(r"\\s+", " ", str(value))) for value in row] for row in cursor.fetchall()]
        said.append(sorted(rows))
print(json.dumps([said, missing_migrations()]))
"""


def tables(folder, name, way):
    with place(folder, name) as here:
        done = subprocess.run(
            [sys.executable, "-c", MAKE.replace("{way}", way)],
            env=here.environ,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_tables_made_at_once_are_those_that_migrations_make(tmp_path):
    at_once, left = tables(tmp_path, "at_once", "make_tables()")
    one_by_one, _ = tables(tmp_path, "one_by_one", 'call_command("migrate", verbosity=0, interactive=False)')
    assert at_once == one_by_one
    assert left == []
    assert len(at_once[0]) > 50, "nothing was compared"


def test_the_short_way_is_the_one_taken_in_an_empty_database(tmp_path):
    forbid = "import hostdesk.jobs.tables as t\nt.call_command = None\nmake_tables()"
    _, left = tables(tmp_path, "empty", forbid)
    assert left == []


def test_a_database_that_has_tables_is_brought_up_by_its_migrations(tmp_path):
    way = 'call_command("migrate", "policy", verbosity=0, interactive=False)\nmake_tables()'
    _, left = tables(tmp_path, "half", way)
    assert left == []
