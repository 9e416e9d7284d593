"""The whole desk in one command, as a process."""

from __future__ import annotations

import os
import signal
import smtplib
from pathlib import Path

import psutil
import pytest

from hostdesk.config.tests.running import free_port, page, place, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

MAIL = (
    b"From: Thandi <thandi@customer.example>\r\nTo: support@itpossible.com\r\nSubject: Help\r\n\r\nDown.\r\n"
)


def send(port: int, mail: bytes = MAIL) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as line:
        line.sendmail("thandi@customer.example", ["support@itpossible.com"], mail)


def holding(process: psutil.Process, port: int) -> list[int]:
    """The descendants that have a listening socket of their own on `port`."""
    return [
        one.pid
        for one in process.children(recursive=True)
        if any(
            line.status == psutil.CONN_LISTEN and line.laddr.port == port
            for line in one.net_connections("tcp")
        )
    ]


def readers(desk: psutil.Process) -> list[psutil.Process]:
    """The small processes in which a part of this desk reads mails."""
    return [
        one
        for one in desk.children(recursive=True)
        if "hostdesk.mail.child_process" in " ".join(one.cmdline())
    ]


def test_serve_makes_the_folder_takes_mail_survives_a_killed_part_and_stops_cleanly(tmp_path):
    with place(tmp_path, "desk") as here:
        web, mail = free_port(), free_port()
        process = here.start("serve", "--http", f"127.0.0.1:{web}", "--smtp", f"127.0.0.1:{mail}")
        try:
            assert wait_for(lambda: page(web, "/health/live"))[0] == 200
            status, body = page(web, "/health/ready")
            assert (status, body["healthy"]) == (200, True)
            send(mail)
            assert page(web, "/policy/")[0] == 200

            parent = psutil.Process(process.pid)
            before = parent.children()
            assert len(before) == 4
            for part in before:
                os.kill(part.pid, signal.SIGKILL)
            # The listening socket is the parent's: a mail that comes meanwhile waits for the next door.
            send(mail, MAIL + b"again\r\n")
            wait_for(
                lambda: (
                    len(parent.children()) == 4
                    and not {one.pid for one in before} & {one.pid for one in parent.children()}
                )
            )
            assert wait_for(lambda: page(web, "/health/ready")[0] == 200)

            listed = here.run("mail", "list", "--json")
            assert listed.stdout.count(b'"sender"') == 2
            # Held so, a reader of mails cannot end by itself: whoever started it has to see to it.
            for reader in wait_for(lambda: readers(parent)):
                reader.suspend()
        finally:
            family = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGTERM)
            output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert [line.strip() for line in output.decode().splitlines()[:3]] == [
            "hostdesk is ready",
            f"web   http://127.0.0.1:{web}",
            f"mail  127.0.0.1:{mail}",
        ]
        assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_killed_parent_takes_its_parts_along(tmp_path):
    with place(tmp_path, "orphans") as here:
        web, mail = free_port(), free_port()
        process = here.start("serve", "--http", f"127.0.0.1:{web}", "--smtp", f"127.0.0.1:{mail}")
        wait_for(lambda: page(web, "/health/live"))
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate(timeout=60)

        wait_for(
            lambda: not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        )


@pytest.mark.parametrize("option", ["--http", "--smtp"])
def test_taken_port_is_one_sentence(tmp_path, option):
    with place(tmp_path, "taken") as here, smtplib.socket.create_server(("127.0.0.1", 0)) as taken:
        other = {"--http": "--smtp", "--smtp": "--http"}[option]
        port = taken.getsockname()[1]
        done = here.run("serve", option, f"127.0.0.1:{port}", other, f"127.0.0.1:{free_port()}")

    assert (done.returncode, done.stderr.decode()) == (
        2,
        f"hostdesk: {option}: cannot listen on 127.0.0.1:{port} (Address already in use)\n",
    )


@pytest.mark.parametrize(
    ("words", "mail", "code"),
    [
        (["--rcpt", "support@itpossible.com"], MAIL, 0),
        (["--rcpt", "support@itpossible.com", "--rcpt", "nobody@itpossible.com"], MAIL, 67),
        (["--rcpt", "support@itpossible.com"], b" \n", 65),
    ],
)
def test_pipe_answers_mail_servers_by_its_exit_code(tmp_path, words, mail, code):
    with place(tmp_path, "pipe") as here:
        Path(here.data).mkdir()
        assert here.run("mail", "deliver", *words, given=MAIL).returncode in (75, 65, 67), (
            "no tables yet: try later"
        )
        assert here.run("restore", "nothing").returncode == 2
        prepared = here.start("worker")
        wait_for(lambda: here.run("mail", "list").returncode == 0)
        prepared.terminate()
        prepared.communicate(timeout=60)

        done = here.run("mail", "deliver", *words, given=mail)

        assert done.returncode == code, done.stderr
        assert here.run("mail", "list", "--json").stdout.count(b'"id"') == (1 if code == 0 else 0)


def test_backup_taken_while_running_restores_into_an_empty_place_only(tmp_path):
    with place(tmp_path, "old") as old, place(tmp_path, "new") as new:
        web, mail = free_port(), free_port()
        process = old.start("serve", "--http", f"127.0.0.1:{web}", "--smtp", f"127.0.0.1:{mail}")
        try:
            wait_for(lambda: page(web, "/health/live"))
            for number in range(5):
                send(mail, MAIL + b"%d\r\n" % number)
            wait_for(lambda: old.run("mail", "list").stdout.count(b"closed  ") == 5)
            assert old.run("doctor", "--json").stdout.startswith(b'{"healthy"')
            file = tmp_path / "desk.zip"
            done = old.run("backup", str(file))
            assert done.returncode == 0, done.stderr
            assert file.stat().st_mode & 0o777 == 0o600
            assert old.run("backup", str(file)).returncode == 2
        finally:
            process.terminate()
            process.communicate(timeout=60)

        done = new.run("restore", str(file))
        assert done.returncode == 0, done.stderr
        shown = [here.run("mail", "list", "--json").stdout for here in (old, new)]
        assert shown[0] == shown[1]
        assert shown[0].count(b'"id"') == 5
        raws = [here.run("mail", "show", "3", "--raw").stdout for here in (old, new)]
        assert raws[0] == raws[1]
        assert raws[0].endswith(b"\r\n\r\nDown.\r\n2\r\n")
        assert (new.data / "secret-key").read_bytes() == (old.data / "secret-key").read_bytes()
        # The restored desk goes on where the old one ended.
        assert new.run("mail", "deliver", "--rcpt", "support@itpossible.com", given=MAIL).returncode == 0
        assert new.run("mail", "list", "--json").stdout.count(b'"id"') == 6
        assert new.run("restore", str(file)).returncode == 2

        broken = tmp_path / "broken.zip"
        content = bytearray(file.read_bytes())
        content[len(content) // 3] ^= 0xFF
        broken.write_bytes(content)
        with place(tmp_path, "third") as third:
            done = third.run("restore", str(broken))
            assert done.returncode == 2
            assert b"damaged" in done.stderr or b"no backup" in done.stderr
