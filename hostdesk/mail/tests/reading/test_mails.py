"""Whole mails of our own making, kind by kind: what is read from each stands beside it as JSON."""

import json
from functools import partial
from pathlib import Path

import pytest

from hostdesk.config.commands import mail_inspect
from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free

MAILS = sorted((Path(__file__).parents[4] / "tests/data/mails").glob("*.eml"))


def read_as_json(path):
    mail = read(path.read_bytes())
    bounce = mail.bounce
    return {
        "author": mail.author.address,
        "problem": mail.author.problem,
        "subject": mail.subject,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "html": mail.html_sanitized,
        "attachments": [
            [a.filename, a.content_type, a.size, a.inline, a.content_id] for a in mail.attachments
        ],
        "auto_reason": mail.auto_reason,
        "bounce": [bounce.recipient, bounce.status, bounce.action] if bounce else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "date": mail.date.isoformat() if mail.date else None,
        "defects": mail.defects,
        "error": mail.error,
    }


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_written_beside_it(path):
    assert read_as_json(path) == json.loads(path.with_suffix(".json").read_text())


def test_there_are_mails_to_read():
    assert len(MAILS) >= 8


def test_inspect_prints_one_object_for_each_file_and_names_what_it_cannot_open(capsys):
    arguments = mail_inspect.argparse.Namespace(files=[str(MAILS[0]), "/nowhere", str(MAILS[1])], json=True)
    code = mail_inspect.run(arguments)
    out, err = capsys.readouterr()

    shown = [json.loads(line) for line in out.splitlines()]
    assert (code, [(one["file"], one["error"]) for one in shown], err) == (
        1,
        [
            (str(MAILS[0]), None),
            ("/nowhere", "The file could not be opened: No such file or directory."),
            (str(MAILS[1]), None),
        ],
        "/nowhere: No such file or directory\n",
    )
    assert {frozenset(one) for one in shown} == {frozenset(shown[0])}


def test_inspect_has_the_keys_that_are_promised():
    shown = mail_inspect.as_json("x", read(MAILS[0].read_bytes()))
    promised = ["file", "from", "name", "to", "cc", "subject", "message_id", "in_reply_to", "references", "date", "text", "reply_text", "html_sanitized", "attachments", "auto_submitted", "bounce", "error"]  # fmt: skip

    assert [key for key in promised if key not in shown] == []


def inspected(capsys, *files, json_lines=True):
    code = mail_inspect.run(
        mail_inspect.argparse.Namespace(files=[str(one) for one in files], json=json_lines)
    )
    return code, *capsys.readouterr()


def test_inspect_reads_under_the_limits_of_the_gateway(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(mail_inspect, "ParserPool", partial(mail_inspect.ParserPool, memory_mb=160))
    (tmp_path / "vast").write_bytes(b"Subject: x\n\n" + b"vast\n" * 16_000_000)
    code, out, _ = inspected(capsys, tmp_path / "vast", MAILS[1])

    vast, after = [json.loads(line) for line in out.splitlines()]
    assert (code, vast["error"]) == (0, "Reading this mail needed more memory than is allowed.")
    assert (vast["text"], after["error"]) == ("", None)


def test_inspect_keeps_the_order_of_many_files(capsys):
    many = [*MAILS, "/nowhere", *MAILS]
    _, out, _ = inspected(capsys, *many)

    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(one) for one in many]


def test_inspect_says_what_is_no_mail(capsys, monkeypatch, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    monkeypatch.setattr(mail_inspect, "_MOST_BYTES", 2_000_000)
    (tmp_path / "large").write_bytes(b"x" * 2_000_001)
    monkeypatch.setattr("sys.stdin", None)
    code, out, err = inspected(capsys, tmp_path, tmp_path / "large", "-", tmp_path / "empty")

    assert code == 1
    assert [json.loads(line)["error"] for line in out.splitlines()] == [
        "The file could not be opened: Is a directory.",
        "The file could not be opened: Larger than 2 MB, which no mail is.",
        "The file could not be opened: Standard input is closed.",
        None,
    ]
    assert err == (
        f"{tmp_path}: Is a directory\n{tmp_path}/large: Larger than 2 MB, which no mail is\n"
        "-: Standard input is closed\n"
    )


def test_inspect_shows_commands_to_a_terminal_instead_of_sending_them(capsys, tmp_path):
    (tmp_path / "mail").write_bytes(b"From: a@b.example\n\nhello \x1b]0;title\x07\n")
    _, out, _ = inspected(capsys, tmp_path / "mail", json_lines=False)

    assert out.endswith("--- new text\nhello \\x1b]0;title\\x07\n\n")
