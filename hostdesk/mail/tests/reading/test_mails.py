"""Whole mails of our own making, kind by kind: what is read from each stands beside it as JSON."""

import json
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
