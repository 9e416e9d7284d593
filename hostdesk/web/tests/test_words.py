"""Instants, clocks and marks as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hostdesk.web import clocks, marks, times

pytestmark = pytest.mark.db_free

# South Africa keeps two hours ahead of UTC all year: 22:00 UTC is midnight there.
NOW = datetime(2026, 11, 23, 21, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 23, 13, 10, tzinfo=UTC), "today 15:10"),
        (datetime(2026, 11, 22, 21, 59, 59, tzinfo=UTC), "yesterday 23:59"),
        (datetime(2026, 11, 22, 22, 0, tzinfo=UTC), "today 00:00"),
        (datetime(2026, 11, 23, 22, 0, tzinfo=UTC), "tomorrow 00:00"),
        (datetime(2026, 11, 28, 20, 0, tzinfo=UTC), "Sat 28 Nov, 22:00"),
        (datetime(2025, 12, 31, 22, 0, tzinfo=UTC), "Thu 1 Jan, 00:00"),
    ],
)
def test_an_instant_is_said_by_the_local_day(at, said):
    assert times.spoken(at, NOW) == said


def test_a_period_names_its_second_day_only_when_it_lasts_one():
    start = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)

    assert times.spoken_period(start, start + timedelta(hours=4), NOW) == "Sat 28 Nov, 22:00 to 02:00"
    assert (
        times.spoken_period(start, start + timedelta(hours=24), NOW)
        == "Sat 28 Nov, 22:00 to Sun 29 Nov, 22:00"
    )


def test_a_time_keeps_its_exact_instant_for_hover_and_machines():
    at = datetime(2026, 11, 28, 22, 0, 5, tzinfo=ZoneInfo("Africa/Johannesburg"))

    assert times.tag(at, NOW) == (
        '<time datetime="2026-11-28T20:00:05Z" title="Sat 28 Nov 2026, 22:00:05 SAST">Sat 28 Nov, 22:00</time>'
    )


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "0:00"),
        (timedelta(minutes=52, seconds=59), "0:52"),
        (timedelta(hours=47, minutes=59), "47:59"),
        (timedelta(hours=48), "2 days 0 h"),
        (-timedelta(minutes=5), "0:00"),
    ],
)
def test_a_length_is_rounded_down_to_the_minute(span, said):
    assert times.length(span) == said


@pytest.mark.parametrize(
    ("left", "warned", "words", "tone", "share"),
    [
        (timedelta(hours=3), False, "3:00 to answer", "good", 100),
        (timedelta(minutes=90), True, "1:30 to answer", "watch", 50),
        (timedelta(seconds=1), True, "0:00 to answer", "watch", 1),
        (timedelta(0), True, "0:00 late to answer", "late", 0),
        (-timedelta(minutes=70), True, "1:10 late to answer", "late", 0),
    ],
)
def test_a_clock_drains_and_then_counts_how_late_it_is(left, warned, words, tone, share):
    face = clocks.running(
        due_at=NOW + left, whole=timedelta(hours=3), warned=warned, now=NOW, goal="to answer"
    )

    assert (face.words, face.tone, face.share) == (words, tone, share)


def test_a_clock_that_waits_has_words_and_no_bar():
    shown = clocks.markup(clocks.stopped("waits for <you>"))

    assert shown == '<span class="clock is-plain"><span class="left">waits for &lt;you&gt;</span></span>'


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Alice Adams", "AA"),
        ("Johan van der Merwe", "JM"),
        ("sipho", "S"),
        ("محمد الأنصاري", "ما"),
        ("alice@acme.example", "AA"),
        ("!!!", "?"),
        ("", "?"),
    ],
)
def test_initials_come_from_the_first_and_the_last_word(name, initials):
    assert marks.initials(name) == initials


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345, "12 kB"),
        (3_400_000, "3.4 MB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_sizes_are_said_in_steps_of_a_thousand(count, said):
    assert marks.size(count) == said
