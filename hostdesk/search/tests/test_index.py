"""Words in, numbers out, the same on both databases, whatever people type."""

import pytest

from hostdesk.search import index

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed():
    index.add("ticket", 1001, "My mailbox bob@acme.example is full since Monday")
    index.add("ticket", 1002, "The mailbox of Zoë says: 550 Relaying denied")
    index.add("ticket", 1003, "FTP upload to ftp.web01.example/cgi_bin-old fails")
    index.add("mail", 7, "An offer for your mailbox")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mailbox", [1002, 1001]),
        ("MAILBOX", [1002, 1001]),
        ("mailbox full", [1001]),
        ("full mailbox", [1001]),
        ("mailbox upload", []),
        ("mail", [1002, 1001]),
        ("mailbox rela", [1002]),
        ("rela mailbox", []),
        ("ailbox", []),
        ("550", [1002]),
        ("zoë", [1002]),
        ("ZOE", [1002]),
        ("bob@acme.example", [1001]),
        ("acme", [1001]),
        ("example acme", [1001]),
        ("web01/cgi_bin", [1003]),
        ("bin cgi", [1003]),
        ("old ftp", [1003]),
        ("", []),
        ("  \n ", []),
    ],
)
def test_every_word_is_found_and_the_last_may_be_a_beginning(indexed, typed, found):
    assert index.find("ticket", typed, limit=10) == found


def test_the_newest_row_comes_first_each_ref_once(indexed):
    index.add("ticket", 1001, "The mailbox is full again")

    assert index.find("ticket", "mailbox", limit=10) == [1001, 1002]
    assert index.find("ticket", "mailbox", limit=1) == [1001]


def test_each_kind_is_searched_for_itself(indexed):
    assert index.find("mail", "mailbox", limit=10) == [7]
    assert index.find("person", "mailbox", limit=10) == []


def test_what_cannot_be_kept_is_left_out(indexed):
    index.add("ticket", 1004, "before\x00after")
    index.add("ticket", 1005, "  ")
    index.add("ticket", 1006, "long " * 300_000)

    assert index.find("ticket", "before after", limit=10) == [1004]
    assert index.find("ticket", "long", limit=10) == [1006]


@pytest.mark.parametrize(
    "typed",
    [
        "mailbox'", 'mailbox"', '"mailbox', "'mailbox'", "mailbox*", "mailbox:*", "(mailbox", "mailbox)", "-mailbox",
        "!mailbox", "&mailbox", "mailbox &", "|mailbox", "mailbox <->", "words : mailbox", "^mailbox", "+mailbox",
        "mailbox\\", "mailbox\x00", "%mailbox%", "mailbox;--", "{mailbox}", "mail\x00box", "\ud800mailbox",
        "NEAR(mailbox full, 2)", "mailbox AND full", "mailbox OR full", "NOT mailbox", "mailbox NOT full",
        "'", '"', "*", ":*", "\x00", "\\", "&", "!", "( )", "''", "a " * 5000, "x" * 100_000,
    ],
)  # fmt: skip
def test_nothing_that_people_type_is_an_operator(indexed, typed):
    """Signs part words and mean nothing; names of operators are words like others."""
    found = index.find("ticket", typed, limit=10)

    assert found == ([1002, 1001] if typed.strip("'\"*:&|!()<->^+%;{}\\\x00\ud800 ") == "mailbox" else [])
