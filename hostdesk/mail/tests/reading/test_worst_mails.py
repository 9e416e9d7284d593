"""The kinds of mail that the bench makes as bad as can be, smaller: what they cost grows with their size and no faster."""

import tracemalloc

import pytest

from hostdesk.mail.reading import Formatted, ParsedMail, Unreadable, read, show
from tests.growth import IN_STEP, growth, least_ratio
from tests.worst_mails import KINDS

pytestmark = pytest.mark.db_free
PART, LEAST_BYTES = 256, 12_000_000
WORDLESS = {
    "soft breaks of quoted-printable, bytes", "no header, only blanks", "pictures from elsewhere", "comments left open",
    "pictures in the markup, bytes", "conditional comments", "NULs",
}  # fmt: skip
"""In these nothing is written at all."""


def small(name, times=1):
    """A kind at a small part of the bench's size, or at a few times that."""
    return KINDS[name].make(max(1, KINDS[name].full * times // PART))


def most_held(raw):
    """The most bytes that reading held at one time, beyond the mail itself."""
    tracemalloc.start()
    try:
        read(raw)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_reading_takes_time_in_step_with_the_size(kind):
    assert growth(read, lambda times: small(kind, times), 1) < IN_STEP


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_read_and_shown_and_never_lost(kind):
    raw = small(kind)
    mail, shown = read(raw), show(raw, pictures=True)

    assert (type(mail), type(shown) in (Formatted, Unreadable)) == (ParsedMail, True)
    assert "apart" not in (mail.error or ""), mail.defects
    assert bool(mail.text or mail.attachments or mail.error) == (kind not in WORDLESS)


@pytest.mark.parametrize(
    "kind",
    ["a file in base64, bytes", "base64 padded after every byte, bytes", "soft breaks of quoted-printable, bytes",
     "a part 29 levels down, bytes", "a file 29 messages down, bytes", "no header, only blanks", "fields From"],
)  # fmt: skip
def test_reading_holds_a_few_times_the_mail_and_no_more(kind):
    read(small(kind))
    raw = small(kind, 16)

    assert most_held(raw) < LEAST_BYTES + 4 * len(raw)


def test_a_mail_of_too_many_files_says_so_and_keeps_the_first():
    mail = read(KINDS["streams of three hundred files each"].make(4))

    assert (len(mail.attachments), mail.error is not None, "more than 500 files" in mail.defects) == (
        500, True, True,
    )  # fmt: skip


def test_a_header_longer_than_any_honest_one_names_no_author():
    mail = read(KINDS["fields"].make(150_000))

    assert (mail.author.address, mail.author.problem) == (None, "The header is longer than any honest one.")


def test_ten_thousand_recipients_are_no_reason_to_doubt_the_author():
    assert read(KINDS["addresses in To"].make(10_000)).author.address == "rina@acme.example"


def test_a_tag_of_very_many_attributes_ends_the_page_but_not_what_stands_before_it():
    crowded = KINDS["different attributes"].make(600).replace(b"<body>", b"<body><p>Before</p>")
    honest = (
        KINDS["different attributes"].make(400).replace(b"<body>", b"<body><p>Before</p>") + b"</p><p>After"
    )

    assert (read(crowded).text, read(honest).text.split()) == ("Before", ["Before", "a", "After"])


@pytest.mark.parametrize(
    "kind",
    ["winmail.dat with rich text that swells", "calendars that never end", "delivery reports in one mail"],
)
def test_what_is_taken_apart_has_a_limit_for_all_parts_of_a_mail_together(kind):
    few, many = (KINDS[kind].make(parts) for parts in (12, 72))

    # Without a limit for all together six times as long.
    assert least_ratio(lambda: read(many), lambda: read(few), enough=3) < 3


def test_want_of_memory_is_left_to_whoever_limits_it(monkeypatch):
    class Full:
        def __getattr__(self, name):
            raise MemoryError

    monkeypatch.setattr("hostdesk.mail.reading.reader.headers", Full())
    with pytest.raises(MemoryError):
        read(small("fields"))
