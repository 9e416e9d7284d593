"""What lies in a mailbox is kept once and then handed over, whatever the server and the process do in between."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.jobs import identity
from hostdesk.mail.door import keeping
from hostdesk.mail.fetching import looking, running
from hostdesk.mail.models import InboundMail, ItemState, Mailbox
from hostdesk.mail.tests.conftest import LARGEST
from hostdesk.mail.tests.fetching.conftest import House, letter
from tests.imap_server import Store, imap_server


def tomorrow():
    return (datetime.now(UTC) + timedelta(days=1)).strftime("%d-%b-%Y %H:%M:%S +0000")


def states(house):
    return dict(house.box.items.values_list("uid", "state"))


@pytest.mark.parametrize("then", ["seen", "delete", "move:Done"])
def test_mails_are_kept_and_then_handed_over(house, then):
    letters = [letter(n) for n in range(5)]
    for one in letters:
        house.store.add(one)
    with house.fetching(then=then):
        house.wait_for(lambda: len(house.kept) == 5 and house.store.count("STORE|MOVE"))
        house.store.add(letter(5))
        house.wait_for(lambda: len(house.kept) == 6)
        house.wait_for(lambda: house.box.answered_at and not house.box.items.filter(state="kept").exists())

    expected = [*letters, letter(5)]
    assert house.kept == expected
    match then:
        case "seen":
            assert house.store.flags() == {n: {"\\Seen"} for n in range(1, 7)}
        case "delete":
            assert house.store.uids() == []
        case _:
            assert (house.store.uids(), house.store.raws("Done")) == ([], expected)
    row = InboundMail.objects.first()
    assert (row.door, row.route, row.envelope_from, row.recipients, row.client_ip, row.size) == (
        "imap", "desk", "unknown", ["support@itpossible.com"], "", len(letters[0]),
    )  # fmt: skip


def test_a_new_mail_is_fetched_within_a_moment_with_idle(house):
    slow = running.Pace(first_wait=60, longest_wait=60)
    with house.fetching(pace=slow):
        house.wait_for(lambda: house.store.count("^IDLE"))
        time.sleep(0.3)
        began = time.monotonic()
        house.store.add(letter(1))
        house.wait_for(lambda: house.kept)

    assert time.monotonic() - began < 5


def test_without_idle_the_mailbox_is_asked_again_and_again(house):
    house.store.capabilities.remove("IDLE")
    with house.fetching(poll=5):
        house.wait_for(lambda: house.store.count("SEARCH"))
        house.store.add(letter(1))
        house.wait_for(lambda: house.kept)

    assert house.store.count("^IDLE") == 0


def test_what_somebody_had_read_before_is_left_alone_and_what_is_read_since_is_not(house):
    house.store.add(letter(1), flags=["\\Seen"], arrived="01-Jan-2020 10:00:00 +0000")
    house.store.add(letter(2), arrived="01-Jan-2020 10:00:00 +0000")
    house.store.add(letter(3), flags=["\\Seen"], arrived=tomorrow())
    with house.fetching():
        house.wait_for(lambda: len(house.kept) == 2)
        house.wait_for(lambda: states(house) == {1: "old", 2: "done", 3: "done"})
        house.store.number_anew()
        house.store.hang_up()
        house.wait_for(lambda: states(house) == {501: "old", 502: "old", 503: "done"})

    assert house.kept == [letter(2), letter(3)]


def test_nothing_is_fetched_twice(house):
    for n in range(3):
        house.store.add(letter(n))
    with house.fetching():
        house.wait_for(lambda: states(house) == dict.fromkeys((1, 2, 3), "done"))
        house.wait_for(lambda: house.store.count("SEARCH") > 4)
        house.store.hang_up()
        house.wait_for(lambda: house.store.count("SELECT") > 1)
        house.wait_for(lambda: house.store.count("SEARCH") > 8)

    assert house.store.count("FETCH .*BODY") == 1


def test_a_server_that_numbers_its_mails_anew_makes_no_mail_twice(house):
    for n in range(3):
        house.store.add(letter(n), arrived=tomorrow())
    with house.fetching():
        house.wait_for(lambda: states(house) == dict.fromkeys((1, 2, 3), "done"))
        house.store.number_anew()
        house.store.add(letter(3), arrived=tomorrow())
        house.store.hang_up()
        house.wait_for(lambda: states(house) == dict.fromkeys((501, 502, 503, 504), "done"))

    assert house.kept == [letter(n) for n in range(4)]
    assert house.box.uid_validity == 2


def test_marks_that_the_server_refuses_are_made_later_without_fetching_again(house):
    house.store.add(letter(1))
    house.store.refuse = {"STORE": "NO [NOPERM] read-only"}
    with house.fetching():
        house.wait_for(lambda: house.box.trouble)
        assert states(house) == {1: ItemState.KEPT}
        assert house.box.trouble == "the mailbox does not take our marks: store failed: [NOPERM] read-only"
        assert house.box.failing_since is None
        house.store.refuse = {}
        house.wait_for(lambda: states(house) == {1: ItemState.DONE} and not house.box.trouble)

    assert house.store.flags() == {1: {"\\Seen"}}
    assert house.store.count("FETCH .*BODY") == 1


@pytest.mark.parametrize("then", ["seen", "delete", "move:Done"])
def test_dying_between_keeping_and_noting_makes_no_second_mail(house, then):
    raw = letter(1)
    house.store.add(raw)
    keeping.keep([arrival_of(house, raw, then)])
    with house.fetching(then=then):
        house.wait_for(lambda: house.store.count("STORE|MOVE"))
        house.wait_for(lambda: house.box.answered_at)

    assert house.kept == [raw]


def arrival_of(house, raw, then):
    look = looking.Look(
        house.remote(then=then), Mailbox(), None, ours=running.look_up(), relays=(), largest=LARGEST
    )
    return look._arrival(raw, size=len(raw))


def test_a_line_cut_in_the_middle_of_a_mail_loses_and_doubles_nothing(house):
    for n in range(3):
        house.store.add(letter(n))
    house.store.hang_up_on = "FETCH .*BODY"
    with house.fetching(then="delete"):
        house.wait_for(lambda: house.store.count("FETCH .*BODY") >= 2)
        assert (house.kept, house.store.uids()) == ([], [1, 2, 3])
        assert house.box.failing_since is not None
        house.store.hang_up_on = None
        house.wait_for(lambda: house.store.uids() == [])

    assert house.kept == [letter(n) for n in range(3)]
    assert house.box.failing_since is None


def test_a_database_that_keeps_nothing_leaves_the_mails_where_they_are(house, monkeypatch):
    def full(_arrivals):
        raise keeping.CannotKeep(disk_full=True)

    house.store.add(letter(1))
    monkeypatch.setattr(looking, "keep", full)
    with house.fetching(then="delete"):
        house.wait_for(lambda: house.box.failing_since)
        assert house.store.uids() == [1]
        assert house.box.trouble == "mails cannot be kept: disk full"
        monkeypatch.undo()
        house.wait_for(lambda: house.store.uids() == [])

    assert house.kept == [letter(1)]


def test_a_mail_that_the_server_does_not_hand_out_stops_no_other(house):
    for n in range(5):
        house.store.add(letter(n))
    house.store.refuse = {r"FETCH \S*\b3\b\S* .*BODY": "NO [SERVERBUG] corrupt"}
    with house.fetching():
        house.wait_for(lambda: len(house.kept) == 4)
        house.wait_for(lambda: house.box.not_fetched == 1)
        assert states(house)[3] == ItemState.STUCK
        house.store.refuse = {}
        house.wait_for(lambda: len(house.kept) == 5)
        house.wait_for(lambda: house.box.not_fetched == 0)

    assert sorted(house.kept) == sorted(letter(n) for n in range(5))


@pytest.mark.parametrize("announced", [LARGEST + 50, 100])
def test_of_a_mail_that_is_too_large_the_beginning_is_kept_and_the_rest_left_with_a_flag(house, announced):
    large = letter(1, words="x" * (LARGEST + 1000))
    house.store.add(large).size = announced
    house.store.add(letter(2))
    with house.fetching(then="delete"):
        house.wait_for(lambda: len(house.kept) == 2 and house.store.uids() == [1])
        house.wait_for(lambda: house.store.count("SEARCH") > 4)

    assert sorted(house.kept) == sorted([letter(2), large[:60_000]])
    assert house.store.flags() == {1: {"\\Flagged"}}
    assert InboundMail.objects.order_by("-size").first().size > LARGEST
    assert house.store.count("FETCH 1 .*BODY") <= 2


def test_thousands_of_mails_come_in_pieces(house):
    for n in range(1500):
        house.store.add(letter(n))
    with house.fetching(then="move:Done"):
        house.wait_for(lambda: len(house.store.raws("Done")) == 1500, seconds=60)

    assert house.kept == [letter(n) for n in range(1500)]
    assert house.store.count("FETCH .*BODY") >= 1500 / 40


def test_two_processes_share_one_mailbox_and_make_no_mail_twice(house):
    for n in range(300):
        house.store.add(letter(n))
    with house.fetching(then="move:Done", processes=3):
        house.wait_for(lambda: len(house.store.raws("Done")) == 300, seconds=30)
        for n in range(300, 310):
            house.store.add(letter(n))
        house.wait_for(lambda: len(house.store.raws("Done")) == 310, seconds=30)

    assert sorted(house.kept) == sorted(letter(n) for n in range(310))
    assert sorted(house.store.raws("Done")) == sorted(letter(n) for n in range(310))
    assert house.store.count("SELECT") == 1


def test_a_mailbox_of_a_dead_process_is_taken_over(house):
    house.store.add(letter(1))
    now = datetime.now(UTC)
    dead = f"{identity.machine()}:999999:mailbox 1"
    far = now + timedelta(minutes=1)
    Mailbox.objects.create(
        name=house.remote().name, begun_at=now, next_try_at=far, claimed_by=dead, claimed_until=far
    )
    with house.fetching():
        house.wait_for(lambda: house.kept, seconds=10)


def test_whoever_lost_its_claim_stops_looking(house):
    with house.fetching():
        house.wait_for(lambda: house.box.answered_at)
        far = datetime.now(UTC) + timedelta(minutes=1)
        Mailbox.objects.update(claimed_by="another:1:mailbox 1", claimed_until=far, next_try_at=far)
        time.sleep(1.0)
        house.store.add(letter(1))
        time.sleep(1.0)
        assert house.kept == []
        assert house.box.claimed_by == "another:1:mailbox 1"


def test_a_wrong_password_is_told_and_not_tried_in_a_hurry(house):
    house.store.refuse = {"LOGIN": "NO [AUTHENTICATIONFAILED] no"}
    with house.fetching():
        house.wait_for(lambda: house.box.failing_since)
        assert house.box.trouble == "sign-in refused: [AUTHENTICATIONFAILED] no"
        time.sleep(1)
        assert house.store.count("LOGIN") <= 5
        house.store.refuse = {}
        house.store.add(letter(1))
        house.wait_for(lambda: house.kept)


def test_a_server_that_goes_and_comes_back_is_waited_for(committed_db):
    store = Store()
    with imap_server(store):
        store.add(letter(1))
    house = House(store)
    with house.fetching():
        house.wait_for(lambda: house.box.failing_since)
        with imap_server(store, port=store.port):
            house.wait_for(lambda: house.kept == [letter(1)])
            house.wait_for(lambda: house.box.failing_since is None)
