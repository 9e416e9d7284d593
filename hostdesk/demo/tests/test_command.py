"""`hostdesk demo` on a folder that has customers already: as a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hostdesk.demo.stories import WORDS

pytestmark = pytest.mark.db_free


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """The environment of a desk in a folder of its own, with customers that are not the demo's."""
    data = tmp_path_factory.mktemp("desk") / "data"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HOSTDESK_", "DATABASE_", "DJANGO_"))
    }
    environ = {**kept, "HOSTDESK_DATA": str(data), "HOSTDESK_LOG": "error"}
    prepare = (
        "from hostdesk.config import boot, environment, preparing;"
        "preparing.make_data_folder(environment.read().data); boot.setup(); preparing.prepare()"
    )
    subprocess.run([sys.executable, "-c", prepare], env=environ, check=True)
    for what in ("servers", "customers"):
        done = hostdesk(environ, what, "import", str(WORDS / f"{what}.csv"))
        assert done.returncode == 0, done.stderr
    return environ


def hostdesk(environ, *words):
    return subprocess.run(
        [sys.executable, "-m", "hostdesk", *words], env=environ, capture_output=True, text=True, check=False
    )


def test_a_desk_with_customers_is_left_alone_and_told_so(desk):
    done = hostdesk(desk, "demo")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "hostdesk: This desk has customers already; a demo company is made in an empty data folder only.\n"
    )


def test_if_new_passes_over_it_quietly(desk):
    done = hostdesk(desk, "demo", "--if-new")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
