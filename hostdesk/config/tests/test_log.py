"""What the log says of addresses of pages: never a link that works."""

import logging

import pytest
from django.test import Client

from hostdesk.config import boot

pytestmark = pytest.mark.clause("contact.password")
TOKEN = "ZnI4UW6UP8x_" * 4


@pytest.fixture
def lines(monkeypatch):
    """The lines that the root's handler writes, as a running desk has it."""
    written = []

    class Paper(logging.Handler):
        def emit(self, record):
            written.append(self.format(record))

    monkeypatch.setattr(logging.getLogger(), "handlers", [Paper()])
    boot.start_log("info")
    return written


@pytest.mark.parametrize(
    "path",
    [
        "/requests/confirmation/",
        "/sign-in/link/",
        "/recovery/password/",
        "/contacts/verification/",
        "/details/",
    ],
)
def test_a_refused_press_writes_no_link_into_the_log(db, lines, path):
    Client(enforce_csrf_checks=True).post(f"{path}{TOKEN}")
    Client().options(f"{path}{TOKEN}")
    Client().get(f"{path}{TOKEN}")

    assert lines
    assert [one for one in lines if TOKEN in one] == []
    assert any(path in one for one in lines)


def test_other_lines_stand_as_they_were_written(lines):
    logging.getLogger("x").warning("cannot read %s of %d: %s", "/desk/tickets/1042", 3, "no such file")

    assert lines == ["cannot read /desk/tickets/1042 of 3: no such file"]


def test_a_wrong_host_is_one_line_and_no_fault(db, lines, settings):
    settings.ALLOWED_HOSTS = ["desk.example"]
    answer = Client().get("/client/", headers={"host": "evil.example"})

    assert answer.status_code == 400
    assert [one.splitlines()[1:] for one in lines if "evil.example" in one] == [[]]
