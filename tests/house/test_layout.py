"""The floor plan is kept: who imports whom, how long a module is, who reads tables and clocks."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

from tests.house.sources import PACKAGE, TOP, dotted, floors, modules

pytestmark = pytest.mark.db_free

LONGEST_MODULE = 400
CLOCK = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time", "time.time_ns",
    "datetime.datetime.now", "datetime.date.today", "django.utils.timezone.now",
}  # fmt: skip
EDGES = {
    "hostdesk/people/middleware.py": "the instant of a request",
    "hostdesk/jobs/worker.py": "the instant of a step of the worker",
    "hostdesk/jobs/beats.py": "signs of life of a process",
    "hostdesk/jobs/views.py": "readiness, asked past the middleware",
    "hostdesk/mail/door/server.py": "the instant at which a mail arrives",
    "hostdesk/mail/fetching/looking.py": "the instant at which a mail is fetched",
    "hostdesk/mail/fetching/running.py": "claims and signs of life of a process that fetches",
}
"""Where the outside touches the house; `hostdesk/config` is all edge. Everybody else is handed `at`."""


def test_imports_go_down():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_every_room_has_a_floor():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}

    assert rooms - set(floors()) == set()


def test_every_room_says_what_it_promises():
    silent = [
        room.name
        for room in sorted(PACKAGE.iterdir())
        if (room / "__init__.py").is_file()
        and not ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    ]

    assert silent == []


def test_no_module_is_too_long():
    files = [f for top in ("hostdesk", "tests", "bench", "tools") for f in (TOP / top).rglob("*.py")]
    lengths = {
        str(f.relative_to(TOP)): len(f.read_text().splitlines()) for f in files if "migrations" not in f.parts
    }

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_views_never_touch_tables():
    found = [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        if path.endswith("views.py") or "/views/" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager")
    ]

    assert found == []


def clock_readings(tree):
    """Lines on which a module takes the time from the machine, called or handed on."""
    return [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and dotted(node) in CLOCK
    ]


def test_nobody_reads_the_wall_clock_below_the_edge():
    found = {path: lines for path, tree in modules().items() if (lines := clock_readings(tree))}
    below = {path: lines for path, lines in found.items() if not path.startswith("hostdesk/config/")}

    assert {path: lines for path, lines in below.items() if path not in EDGES} == {}


def test_every_edge_named_here_still_reads_the_clock():
    assert [path for path in EDGES if path not in modules() or not clock_readings(modules()[path])] == []


def test_the_search_for_clock_readings_finds_them():
    code = "from django.utils import timezone\nx = timezone.now()\nfield(default=timezone.now)\ny = time.monotonic()\n"

    assert clock_readings(ast.parse(code)) == [2, 3]


def test_foreign_keys_point_down():
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model.__module__.startswith("hostdesk.")
        for field in model._meta.get_fields()
        if field.remote_field and not field.auto_created
        and model._meta.app_label != field.related_model._meta.app_label
        and floors()[model._meta.app_label] >= floors()[field.related_model._meta.app_label]
    ]  # fmt: skip

    assert upward == []
