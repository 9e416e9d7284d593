"""`hostdesk mail deliver` as a mail server runs it: what it answers by its exit code, in one sentence, and what is kept."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

from hostdesk.config.tests.running import free_port, place, wait_for
from tests import databases

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

TO = ("mail", "deliver", "--rcpt", "support@itpossible.com", "--from", "thandi@customer.example")
HEAD = b"From: Thandi <thandi@customer.example>\r\nTo: support@itpossible.com\r\nSubject: Help\r\n\r\n"
SMALL = HEAD + b"Down.\r\n"
LIMIT = 100_000


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker, tmp_path_factory):
    """A place with its tables made, and nothing running in it."""
    with django_db_blocker.unblock(), place(tmp_path_factory.mktemp("pipe"), "pipe") as found:
        found.data.mkdir()
        worker = found.start("worker")
        wait_for(lambda: found.run("mail", "list").returncode == 0)
        worker.terminate()
        worker.communicate(timeout=60)
        yield found


def answer(done):
    """(exit code, what was said on standard error), and that nothing stood on standard output."""
    assert done.stdout == b""
    return done.returncode, done.stderr.decode()


def listed(here):
    lines = here.run("mail", "list", "--json").stdout.splitlines()
    return [(one["disposition"], one["reason"]) for one in map(json.loads, lines)]


def test_a_mail_is_kept_and_nothing_is_said(here):
    before = len(listed(here))

    assert answer(here.run(*TO, given=SMALL)) == (0, "")
    assert len(listed(here)) == before + 1


def test_the_same_mail_again_is_kept_already(here):
    here.run(*TO, given=SMALL)
    before = listed(here)

    assert answer(here.run(*TO, given=SMALL)) == (0, "")
    assert listed(here) == before


def test_a_mail_over_the_size_is_refused_for_good_with_a_sentence_and_noted(here):
    limit = {"HOSTDESK_MAIL_MAX_BYTES": str(LIMIT)}
    fits, is_larger = (HEAD + b"x" * (LIMIT - len(HEAD) + more) for more in (0, 1))
    sentence = f"This message is too large; the limit is {LIMIT} bytes"
    before = len(listed(here))

    assert answer(here.run(*TO, given=fits, **limit)) == (0, "")
    assert answer(here.run(*TO, given=is_larger, **limit)) == (69, f"hostdesk: {sentence}\n")
    found = listed(here)
    assert (len(found), found.count(("refused", sentence))) == (before + 2, 1)


def test_a_database_that_is_away_is_for_later(here):
    away = f"postgres://nobody@127.0.0.1:{free_port()}/nothing"
    code, said = answer(here.run(*TO, given=SMALL + b"away", DATABASE_URL=away))

    assert (code, said.count("\n"), said.startswith("hostdesk: ")) == (75, 1, True)


def test_a_data_folder_that_cannot_be_used_is_for_later(here, tmp_path):
    file = tmp_path / "no-folder"
    file.write_text("This is no folder.")
    code, said = answer(here.run(*TO, given=SMALL + b"folder", HOSTDESK_DATA=str(file), DATABASE_URL=""))

    assert (code, said.count("\n"), said.startswith("hostdesk: ")) == (75, 1, True)


def test_a_nonsense_setting_is_for_later_and_is_named(here):
    code, said = answer(here.run(*TO, given=SMALL + b"nonsense", HOSTDESK_MAIL_MAX_BYTES="ten"))

    assert (code, said.count("\n"), "HOSTDESK_MAIL_MAX_BYTES" in said) == (75, 1, True)


@pytest.mark.skipif(databases.KIND != "sqlite", reason="limits what the pipe may write into SQLite's files")
def test_no_room_for_a_mail_is_for_later_and_half_of_it_is_not_kept(here):
    before, mail = listed(here), HEAD + b"y" * 4_000_000
    done = subprocess.run(
        [sys.executable, "-m", "hostdesk.config.cli", *TO],
        input=mail,
        capture_output=True,
        env=here.environ,
        timeout=120,
        check=False,
        # Whatever is written beyond the first two megabytes of a file fails, as on a full disk.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000)),
    )
    code, said = answer(done)

    assert (code, said.count("\n"), said.startswith("hostdesk: cannot keep the mail now")) == (75, 1, True)
    assert listed(here) == before
    assert answer(here.run(*TO, given=mail)) == (0, "")
    assert len(listed(here)) == len(before) + 1


@pytest.mark.parametrize(
    ("given", "words", "code", "said"),
    [
        (SMALL, (*TO, "--rcpt", "nobody@itpossible.com"), 67, "hostdesk: unknown recipient nobody@itpossible.com\n"),
        (b" \r\n", TO, 65, "hostdesk: there is no mail on standard input\n"),
    ],
)  # fmt: skip
def test_what_never_becomes_a_mail_is_refused_for_good(here, given, words, code, said):
    before = listed(here)

    assert answer(here.run(*words, given=given)) == (code, said)
    assert listed(here) == before
