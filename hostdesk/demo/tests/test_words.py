"""The words of the demo: enough of them, complete, and written as people write."""

from __future__ import annotations

import json
import struct
import zlib
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from hostdesk.demo import company, pictures, sign_ins
from hostdesk.demo.agenda import Agenda
from hostdesk.demo.outside import Post
from hostdesk.demo.stories import letters, stories, told
from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free

AT = datetime(2026, 11, 23, 8, 40, tzinfo=UTC)
SLOTS = {
    "domain": "karoo-coffee.example",
    "box": "info@karoo-coffee.example",
    "server": "tafelberg.hostfarm.example",
    "user": "karoocof",
    "site": "www.karoo-coffee.example",
    "since": "since 09:10",
    "ip": "203.0.113.70",
    "time": "10:15",
}


def test_there_are_enough_different_stories():
    names = [story.name for story in stories()]

    assert len(names) == len(set(names))
    assert len(names) >= 45
    assert {story.lang for story in stories()} == {"en", "af"}
    assert {len(story.steps) for story in stories()} >= {1, 3, 4, 5, 6}
    openings = [text for story in stories() for text in story.ask]
    assert len(openings) == len(set(openings))


@pytest.mark.parametrize("story", stories(), ids=lambda story: story.name)
def test_every_opening_reads_as_a_persons_mail(story):
    """Also those that paste bounces and errors: a customer who quotes one is no machine."""
    post = Post(ZoneInfo("Africa/Johannesburg"), "support@desk.example", company.MAIL_ADDRESS)
    for subject in story.subject:
        for words in story.ask:
            text = told(words, SLOTS)
            posted = post.from_stranger(
                "Thandi Nkosi",
                "thandi@karoo-coffee.example",
                subject=told(subject, SLOTS),
                words=text,
                key="k",
                at=AT,
            )
            mail = read(posted.raw)
            assert (mail.bounce, mail.report, mail.auto_submitted) == (None, None, False)
            assert mail.text.strip() == text
    for step in story.steps:
        assert told(getattr(step, step.kind), SLOTS)


def test_pictures_are_whole_and_always_the_same():
    recipes = [recipe for story in stories() for recipe in story.files]
    assert recipes
    for recipe in recipes:
        first = pictures.made(recipe, SLOTS, chance=Random(3), at=AT)
        assert pictures.made(recipe, SLOTS, chance=Random(3), at=AT) == first
        if first.content_type == "image/png":
            width, height = struct.unpack(">II", first.content[16:24])
            data = first.content.partition(b"IDAT")[2]
            assert len(zlib.decompressobj().decompress(data)) == height * (width + 1)
        else:
            assert first.content.decode().count("\n") == 40


def test_letters_of_strangers_come_from_reserved_domains():
    told_of = letters()
    strangers = [*told_of.strangers, *told_of.resembling, told_of.complaints[1]]
    assert [note.sender for note in strangers if not note.sender.endswith(".example")] == []


def test_agenda_keeps_the_order_of_time_and_ends():
    agenda = Agenda(AT, AT.replace(hour=10))
    done = []

    def late(at):
        done.append(("late", at))

    def early(at):
        done.append(("early", at))
        agenda.put(at, late)

    agenda.put(AT.replace(hour=9), late)
    agenda.put(AT, early)

    assert agenda.put(AT.replace(hour=11), late) is False
    for at, deed in agenda.due():
        deed(at)
    assert done == [("early", AT), ("late", AT), ("late", AT.replace(hour=9))]


def test_sign_ins_are_kept_for_their_owner_and_printed(tmp_path):
    assert sign_ins.shown(tmp_path, "http://desk.example") == ""

    sign_ins.write(tmp_path, company.sign_ins())

    file = tmp_path / sign_ins.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(json.loads(file.read_text())) == 8
    shown = sign_ins.shown(tmp_path, "http://desk.example")
    assert all(one.email in shown and one.password in shown for one in company.sign_ins())
    assert len(shown.splitlines()) == 9
