"""The history is sealed, and whoever changes it with the rights of the database itself is found and the row named."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import override_settings

from hostdesk.audit import anchors, chaining
from hostdesk.audit.actions import Event, Judgement, decide, note, note_all
from hostdesk.audit.chaining import seal_history
from hostdesk.audit.models import Entry, Link
from hostdesk.audit.ranges import gaps, merged, numbers, ranges_of, read, written
from hostdesk.audit.verifying import verify
from hostdesk.kit import append_only
from hostdesk.kit.actors import SYSTEM
from hostdesk.policy.queries import current
from tests.world import START


def write(many, *, at=START):
    note_all([Event("ticket", n, "noted", {"n": n, "name": "Zoë"}) for n in range(many)], by=SYSTEM, at=at)


def entries():
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def sealed(world):
    """Thirty entries and a judgement in several links."""
    for step in range(3):
        write(10)
        seal_history(START + timedelta(minutes=2 * step))
    decide(
        "ticket",
        1,
        [Judgement("sla.fcfs", "jumped", {"b": 2, "a": [1.5, "x"]})],
        version_id=current().id,
        at=START,
    )
    seal_history(START + timedelta(minutes=8))
    return entries()[-30:]


@pytest.fixture
def command_line(settings, tmp_path, monkeypatch):
    """`hostdesk` with a data folder of its own, in this process."""
    from hostdesk.config import boot, cli

    monkeypatch.setattr(boot, "make_ready", lambda: None)
    settings.DATA = tmp_path
    return cli.main


@pytest.fixture
def dishonest(sealed):
    """A hand on the database that no trigger holds back."""
    with connection.cursor() as cursor:
        for table in ("audit_entry", "audit_link"):
            for statement in append_only.undo_statements(connection.vendor, table):
                cursor.execute(statement)

        def hand(sql, *values):
            cursor.execute(sql, values)

        yield hand


def found(report):
    return [(one.what, one.book, one.row) for one in report.findings]


def test_an_untouched_history_is_sound_and_every_row_of_it_sealed(sealed):
    report = verify()

    everything = sum(Link.objects.values_list("rows", flat=True))
    assert (report.findings, report.waiting, report.rows) == ([], 0, everything)
    assert report.rows >= 31


def test_a_changed_row_is_named(sealed, dishonest):
    dishonest("UPDATE audit_entry SET actor_name = 'somebody else' WHERE id = %s", sealed[12])

    assert found(verify()) == [("changed", "entry", sealed[12])]


def test_a_removed_row_is_named(sealed, dishonest):
    dishonest("DELETE FROM audit_entry WHERE id = %s", sealed[12])

    assert found(verify()) == [("removed", "entry", sealed[12])]


def test_two_swapped_rows_are_named(sealed, dishonest):
    one, other = sealed[3], sealed[14]
    for before, after in ((one, -1), (other, one), (-1, other)):
        dishonest("UPDATE audit_entry SET id = %s WHERE id = %s", after, before)

    assert found(verify()) == [("changed", "entry", one), ("changed", "entry", other)]


def test_a_row_put_in_between_is_named(sealed, dishonest):
    """The place was free, because a transaction was rolled back there long ago."""
    hole = sealed[-1] + 5
    with connection.cursor() as cursor:
        copy_of_last(cursor, sealed[-1], hole + 1)
    seal_history(START + timedelta(minutes=10))
    write_at_the_end = START + timedelta(hours=3)
    with connection.cursor() as cursor:
        copy_of_last(cursor, sealed[-1], hole + 2)
    seal_history(write_at_the_end)
    assert verify().findings == []

    with connection.cursor() as cursor:
        copy_of_last(cursor, sealed[-1], hole)
    assert seal_history(write_at_the_end + timedelta(minutes=2)) == 0

    assert found(verify()) == [("inserted", "entry", hole)]


def copy_of_last(cursor, source, number):
    columns = "subject_type, subject_id, verb, actor_kind, actor_id, actor_name, at, facts"
    cursor.execute(
        f"INSERT INTO audit_entry (id, {columns}) SELECT %s, {columns} FROM audit_entry WHERE id = %s",
        [number, source],
    )


def test_a_row_that_commits_late_is_sealed_late(sealed):
    late, early = sealed[-1] + 3, sealed[-1] + 4
    with connection.cursor() as cursor:
        copy_of_last(cursor, sealed[-1], early)
        seal_history(START + timedelta(minutes=10))
        copy_of_last(cursor, sealed[-1], late)
    assert (found(verify()), verify().waiting) == ([], 1)

    seal_history(START + timedelta(minutes=12))

    assert (found(verify()), verify().waiting) == ([], 0)


def test_nothing_closes_while_no_worker_runs(sealed):
    late, early = sealed[-1] + 3, sealed[-1] + 4
    with connection.cursor() as cursor:
        copy_of_last(cursor, sealed[-1], early)
        seal_history(START + timedelta(minutes=10))
        copy_of_last(cursor, sealed[-1], late)

    seal_history(START + timedelta(days=2))

    assert (found(verify()), verify().waiting) == ([], 0)


def test_rows_cut_off_the_end_are_named(sealed, dishonest):
    dishonest("DELETE FROM audit_entry WHERE id > %s", sealed[27])

    assert found(verify()) == [("removed", "entry", sealed[28]), ("removed", "entry", sealed[29])]


def test_an_end_cut_off_with_its_links_is_found_by_its_anchor(sealed, dishonest):
    anchor = anchors.end_of_chain()
    dishonest("DELETE FROM audit_link WHERE number = %s", anchor.number)
    assert found(verify()) == []

    assert [(one.what, one.link) for one in verify([anchor]).findings] == [("cut", anchor.number)]


def test_a_history_written_anew_is_found_by_its_anchor(sealed, dishonest):
    anchor = anchors.end_of_chain()
    dishonest("DELETE FROM audit_link WHERE number = %s", anchor.number)
    seal_history(START + timedelta(days=1))

    assert found(verify()) == []
    assert [(one.what, one.link) for one in verify([anchor]).findings] == [("link changed", anchor.number)]


def test_a_changed_link_is_named(sealed, dishonest):
    dishonest("UPDATE audit_link SET at = %s WHERE number = 2", START)

    assert [(one.what, one.link) for one in verify().findings] == [("link changed", 2)]


def test_a_removed_link_is_named(sealed, dishonest):
    dishonest("DELETE FROM audit_link WHERE number = 2")

    assert ("link removed", 2) in [(one.what, one.link) for one in verify().findings]


def test_who_reckons_the_digests_anew_lacks_the_key(sealed, dishonest):
    from hostdesk.audit import seals

    dishonest("UPDATE audit_entry SET verb = 'never was' WHERE id = %s", sealed[-1])
    last = Link.objects.filter(book="entry").order_by("-number").first()
    dishonest("DELETE FROM audit_link WHERE number >= %s", last.number)
    with override_settings(SECRET_KEY="guessed"):
        seal_history(START + timedelta(minutes=8))
    name = seals.seal("").key
    dishonest("UPDATE audit_link SET key = %s", name)

    assert ("not our seal", last.number) in [(one.what, one.link) for one in verify().findings]


def test_a_new_key_needs_the_old_one_only_to_prove_the_old_seals(sealed, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [old]
    write(1)
    seal_history(START + timedelta(minutes=10))
    assert (found(verify()), verify().keys_gone) == ([], 0)

    settings.SECRET_KEY_FALLBACKS = []
    lost = Link.objects.order_by("number").first().key

    assert found(verify()) == [("not our seal", None, None)]
    report = verify(lost_keys=[lost])
    assert (found(report), report.keys_gone) == ([], report.links - 1)


def test_verifying_from_a_link_believes_what_lies_before(sealed, dishonest):
    dishonest("UPDATE audit_entry SET verb = 'never was' WHERE id = %s", sealed[0])
    first = next(one.link for one in verify().findings)

    assert found(verify(start=first + 1)) == []


@pytest.mark.db_free
def test_ranges_come_back_as_they_were_written():
    pairs = ranges_of([1, 2, 3, 5, 9, 10])

    assert (pairs, written(pairs), read("1-3,5,9-10")) == ([(1, 3), (5, 5), (9, 10)], "1-3,5,9-10", pairs)
    assert (numbers(pairs), gaps(pairs, after=0)) == ([1, 2, 3, 5, 9, 10], [(4, 4), (6, 8)])
    assert merged([(5, 7), (1, 4), (9, 9)]) == [(1, 7), (9, 9)]
    with pytest.raises(ValueError, match="7-3"):
        read("7-3")


def test_anchors_are_kept_in_the_data_folder_once_each(sealed, settings, tmp_path):
    settings.DATA = tmp_path
    end = anchors.end_of_chain()

    assert [anchors.keep(end), anchors.keep(end)] == [True, True]
    assert [(one.number, one.digest) for one in anchors.read(anchors.own_file())] == [
        (end.number, end.digest)
    ]
    assert anchors.own_file().stat().st_mode & 0o077 == 0


def test_writers_and_sealers_at_once_make_one_chain(committed_world):
    """Every row ends in exactly one link, whoever wrote and sealed beside whom."""
    ended = []

    def working(task):
        try:
            for step in range(8):
                task(step)
            ended.append(task)
        finally:
            connections.close_all()

    def writer(step):
        with transaction.atomic():
            note("ticket", step, "noted", by=SYSTEM, at=START)
            note("ticket", step, "noted again", by=SYSTEM, at=START)

    def sealer(step):
        seal_history(START + timedelta(seconds=step))

    threads = [
        threading.Thread(target=working, args=[task]) for task in (writer, writer, writer, sealer, sealer)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while seal_history(START + timedelta(minutes=1)):
        pass

    report = verify()
    sealed = [
        n
        for ids in Link.objects.filter(book="entry").values_list("ids", flat=True)
        for n in numbers(read(ids))
    ]
    assert len(ended) == 5
    assert sorted(sealed) == entries()
    assert (found(report), report.waiting) == ([], 0)


def test_a_writer_never_asks_the_chain(sealed, django_assert_num_queries):
    with django_assert_num_queries(1):
        note("ticket", 1, "noted", by=SYSTEM, at=START)


def test_the_command_says_what_it_found_and_leaves_with_1(sealed, dishonest, command_line, capsys):
    assert command_line(["audit", "verify"]) == 0
    assert "all as it was sealed" in capsys.readouterr().out

    dishonest("DELETE FROM audit_entry WHERE id = %s", sealed[12])

    assert command_line(["audit", "verify", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["sound"], said["findings"][0]["row"]) == (False, sealed[12])


def test_a_number_is_never_sealed_twice(sealed):
    assert seal_history(START + timedelta(minutes=30)) == 0
    assert chaining.edge_of("entry").reached == sealed[-1]
