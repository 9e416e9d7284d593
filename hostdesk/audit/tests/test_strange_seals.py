"""A history that somebody sealed anew under a key of their own, and links that say nothing that can be read."""

from datetime import timedelta

import pytest
from django.test import override_settings

from hostdesk.audit.chaining import seal_history
from hostdesk.audit.models import Link
from hostdesk.audit.tests.test_chain import command_line, dishonest, found, sealed, write  # noqa: F401
from hostdesk.audit.verifying import verify
from tests.world import START


def test_a_chain_written_anew_under_another_key_is_found_also_after_the_next_good_seal(sealed, dishonest):  # noqa: F811
    dishonest("DELETE FROM audit_link")
    dishonest("UPDATE audit_entry SET actor_name = 'Eve' WHERE id = %s", sealed[3])
    with override_settings(SECRET_KEY="guessed"):
        seal_history(START + timedelta(minutes=8))
    write(1)
    seal_history(START + timedelta(minutes=10))

    assert [(one.what, one.link) for one in verify().findings] == [("not our seal", 1)]


def test_the_command_names_the_key_that_is_not_ours_and_believes_only_one_that_was_named(
    sealed,  # noqa: F811
    dishonest,  # noqa: F811
    command_line,  # noqa: F811
    capsys,
):
    dishonest("UPDATE audit_link SET key = 'x' WHERE number = %s", Link.objects.count())
    assert command_line(["audit", "verify"]) == 1
    assert "sealed under the key 'x', which this desk does not have" in capsys.readouterr().out
    assert command_line(["audit", "verify", "--lost-key", "y"]) == 1
    capsys.readouterr()
    assert command_line(["audit", "verify", "--lost-key", "x"]) == 0
    assert "1 links were sealed under a key that is lost" in capsys.readouterr().out


@pytest.mark.parametrize("ids", ["garbage", "", "-", "5-1", "1-2-3", "1-99999999999999999999999"])
def test_a_link_that_cannot_be_read_is_named_and_the_next_rows_are_sealed_all_the_same(
    sealed,  # noqa: F811
    dishonest,  # noqa: F811
    command_line,  # noqa: F811
    ids,
):
    last = Link.objects.filter(book="entry").order_by("-number").first()
    dishonest("UPDATE audit_link SET ids = %s WHERE number = %s", ids, last.number)
    before = Link.objects.count()
    write(2)

    assert command_line(["audit", "seal"]) == 0
    assert Link.objects.count() == before + 1
    assert command_line(["audit", "verify"]) == 1
    assert ("link changed", last.number) in [(one.what, one.link) for one in verify().findings]
    assert not [one for one in found(verify()) if one[0] in ("changed", "removed")]


@pytest.mark.parametrize("number", [0, -5])
def test_a_row_put_in_before_the_first_one_is_named(sealed, dishonest, number):  # noqa: F811
    columns = "subject_type, subject_id, verb, actor_kind, actor_id, actor_name, at, facts"
    dishonest(
        f"INSERT INTO audit_entry (id, {columns}) SELECT %s, {columns} FROM audit_entry WHERE id = %s",
        number, sealed[0],
    )  # fmt: skip

    assert [(one.what, one.row) for one in verify().findings] == [("inserted", number)]


def test_who_looks_from_behind_the_end_is_told_that_nothing_was_looked_at(sealed, dishonest):  # noqa: F811
    end = Link.objects.count()
    assert verify(start=end + 1).findings == []
    assert [(one.what, one.link) for one in verify(start=end + 2).findings] == [("cut", end + 1)]
    dishonest("DELETE FROM audit_link WHERE number > 2")
    dishonest("DELETE FROM audit_link WHERE number = 1")

    assert ("link removed", 1) in [(one.what, one.link) for one in verify(start=2).findings]
    assert ("cut", 3) in [(one.what, one.link) for one in verify(start=4).findings]


def test_a_file_that_is_no_text_is_no_file_of_anchors(sealed, command_line, tmp_path, capsys):  # noqa: F811
    file = tmp_path / "anchors"
    file.write_bytes(b"\xff\xfe\x00")

    assert command_line(["audit", "verify", "--anchors", str(file)]) == 2
    assert "is no file of anchors" in capsys.readouterr().err
