"""The plan reckoned: weeks, exceptions, nights, changes of clocks, holes, and who counts as at work."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hostdesk.schedule.duty_rules import (
    Change,
    Signs,
    Turn,
    Weekly,
    holes,
    instant,
    is_forgotten,
    is_gone,
    standing,
    turns,
)

pytestmark = pytest.mark.db_free
clause = pytest.mark.clause
JOBURG, BERLIN = ZoneInfo("Africa/Johannesburg"), ZoneInfo("Europe/Berlin")
ANN, BEN, EVA, TEAM = 1, 2, 3, 9
GRACE, UNSEEN = timedelta(minutes=30), timedelta(hours=4)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(agent, weekday, begin, end, *, key=1, since=date(2026, 1, 1), until=None):
    return Weekly(key, agent, TEAM, weekday, begin * 60, end * 60, since, until)


def nights(agent):
    return [weekly(agent, day, 22, 6) for day in range(7)]


def shifts(rows, changes, begin, end, zone=JOBURG):
    return [(one.agent, one.starts_at, one.ends_at) for one in turns(rows, changes, at(begin), at(end), zone)]


@clause("sla.hours")
def test_a_night_shift_belongs_to_the_evening_on_which_it_begins():
    found = shifts([weekly(ANN, 4, 22, 6)], [], "2026-11-28T03:00", "2026-11-28T03:01")

    assert found == [(ANN, at("2026-11-27T20:00"), at("2026-11-28T04:00"))]
    assert shifts([weekly(ANN, 4, 22, 6)], [], "2026-11-28T04:00", "2026-11-28T19:00") == []


@pytest.mark.parametrize(
    ("evening", "hours"),
    [("2026-03-28", 7), ("2026-03-29", 8), ("2026-10-24", 9), ("2026-10-25", 8)],
)
@clause("sla.hours")
def test_the_night_of_a_change_of_clocks_is_an_hour_shorter_or_longer(evening, hours):
    begin = at(f"{evening}T22:30")
    (one,) = turns(nights(ANN), [], begin, begin + timedelta(minutes=1), BERLIN)

    assert one.ends_at - one.starts_at == timedelta(hours=hours)
    assert one.ends_at.astimezone(BERLIN).strftime("%H:%M") == "06:00"


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@clause("sla.hours")
def test_shifts_that_meet_in_the_hour_that_clocks_skip_or_repeat_leave_no_hole(day):
    sunday = date.fromisoformat(day)
    rows = [
        Weekly(1, ANN, TEAM, 6, 0, 2 * 60 + 30, date(2026, 1, 1)),
        Weekly(2, BEN, TEAM, 6, 2 * 60 + 30, 24 * 60, date(2026, 1, 1)),
    ]
    begin, end = instant(sunday, 0, BERLIN), instant(sunday, 24 * 60, BERLIN)
    covered = [(one.starts_at, one.ends_at) for one in turns(rows, [], begin, end, BERLIN)]

    assert holes(covered, [(begin, end)]) == []
    assert holes(covered[:1], [(begin, end)]) == [(covered[0][1], end)]


def test_a_weekly_shift_begins_and_ends_with_its_days():
    row = weekly(ANN, 4, 8, 16, since=date(2026, 11, 20), until=date(2026, 11, 27))
    found = shifts([row], [], "2026-11-01T00:00", "2026-12-31T00:00")

    assert [begin.date() for _, begin, _ in found] == [date(2026, 11, 20), date(2026, 11, 27)]


@pytest.mark.parametrize(
    ("changes", "works"),
    [
        ([], ANN),
        ([Change(1, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27))], None),
        ([Change(1, ANN, TEAM, date(2026, 11, 26), date(2026, 11, 28), BEN)], BEN),
        ([Change(1, ANN, TEAM, date(2026, 11, 28), date(2026, 11, 28), BEN)], ANN),
        # The later entry counts: Ann said she was sick, and then who works instead.
        ([Change(1, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27)),
          Change(2, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27), EVA)], EVA),
        # Whoever stands in is ill too, and has a stand-in; or has none.
        ([Change(1, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27), BEN),
          Change(2, BEN, TEAM, date(2026, 11, 27), date(2026, 11, 27), EVA)], EVA),
        ([Change(1, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27), BEN),
          Change(2, BEN, TEAM, date(2026, 11, 27), date(2026, 11, 27))], None),
        # A circle of three, each for the next: nobody is left.
        ([Change(1, ANN, TEAM, date(2026, 11, 27), date(2026, 11, 27), BEN),
          Change(2, BEN, TEAM, date(2026, 11, 27), date(2026, 11, 27), EVA),
          Change(3, EVA, TEAM, date(2026, 11, 27), date(2026, 11, 27), ANN)], None),
        # Another team's exception is none here.
        ([Change(1, ANN, 77, date(2026, 11, 27), date(2026, 11, 27))], ANN),
    ],
)  # fmt: skip
def test_who_works_instead(changes, works):
    found = shifts([weekly(ANN, 4, 8, 16)], changes, "2026-11-27T00:00", "2026-11-28T00:00")

    assert [agent for agent, _, _ in found] == ([works] if works else [])


def test_two_who_swap_on_one_day_work_each_others_hours():
    rows = [weekly(ANN, 4, 6, 14), weekly(BEN, 4, 14, 22, key=2)]
    day = date(2026, 11, 27)
    swap = [Change(1, ANN, TEAM, day, day, BEN), Change(2, BEN, TEAM, day, day, ANN)]

    assert shifts(rows, swap, "2026-11-27T00:00", "2026-11-28T00:00") == [
        (BEN, at("2026-11-27T04:00"), at("2026-11-27T12:00")),
        (ANN, at("2026-11-27T12:00"), at("2026-11-27T20:00")),
    ]


def test_an_extra_shift_is_worked_beside_the_week():
    extra = Change(1, BEN, TEAM, date(2026, 11, 28), date(2026, 11, 28), None, True, 22 * 60, 6 * 60)

    assert shifts([], [extra], "2026-11-28T00:00", "2026-11-30T00:00") == [
        (BEN, at("2026-11-28T20:00"), at("2026-11-29T04:00"))
    ]


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ([], [("10:00", "18:00")]),
        ([("10:00", "18:00")], []),
        ([("09:00", "12:00"), ("12:00", "19:00")], []),
        ([("10:00", "12:00"), ("12:00:01", "18:00")], [("12:00", "12:00:01")]),
        ([("11:00", "13:00"), ("12:00", "12:30")], [("10:00", "11:00"), ("13:00", "18:00")]),
        ([("08:00", "10:00"), ("18:00", "20:00")], [("10:00", "18:00")]),
    ],
)
@clause("sla.hours")
def test_holes_are_what_is_promised_and_not_covered(covered, expected):
    def day(clock):
        return at(f"2026-11-27T{clock}")

    found = holes([(day(a), day(b)) for a, b in covered], [(day("10:00"), day("18:00"))])

    assert found == [(day(a), day(b)) for a, b in expected]


TURN = Turn(at("2026-11-27T08:00"), at("2026-11-27T16:00"), ANN, TEAM, date(2026, 11, 27))


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(begun_at=at("2026-11-27T05:00")), "begun"),
        (Signs(turn=TURN, seen_at=at("2026-11-27T08:00")), "seen"),
        (Signs(turn=TURN, seen_at=at("2026-11-27T07:59:59")), "absent"),
        (Signs(turn=TURN), "absent"),
        (Signs(turn=TURN, seen_at=at("2026-11-27T09:30"), ended_at=at("2026-11-27T09:00")), "left"),
        (Signs(turn=TURN, seen_at=at("2026-11-27T09:30"), ended_at=at("2026-11-27T07:00")), "seen"),
        (Signs(seen_at=at("2026-11-27T09:59")), "off"),
        (Signs(), "off"),
    ],
)
@clause("sla.hours")
def test_who_counts_as_at_work_at_ten(signs, expected):
    assert standing(signs, at=at("2026-11-27T10:00"), unseen=UNSEEN) == expected


@clause("channel.tickets")
def test_whoever_was_seen_once_and_then_not_for_hours_is_absent():
    signs = Signs(turn=TURN, seen_at=at("2026-11-27T08:05"))

    assert standing(signs, at=at("2026-11-27T12:05"), unseen=UNSEEN) == "seen"
    assert standing(signs, at=at("2026-11-27T12:05:01"), unseen=UNSEEN) == "absent"


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        # Planned until 09:30, last seen then: half an hour later it is forgotten, and not a second sooner.
        (Signs(begun_at=at("2026-11-27T01:00"), planned_until=at("2026-11-27T09:30")), True),
        (Signs(begun_at=at("2026-11-27T01:00"), planned_until=at("2026-11-27T09:30:01")), False),
        (Signs(begun_at=at("2026-11-27T01:00"), planned_until=at("2026-11-27T05:00"),
               seen_at=at("2026-11-27T09:45")), False),
        # In the planned hours, and unplanned work: only whoever was not seen for long.
        (Signs(begun_at=at("2026-11-26T01:00"), turn=TURN), False),
        (Signs(begun_at=at("2026-11-27T06:00")), True),
        (Signs(begun_at=at("2026-11-27T06:00:01")), False),
        (Signs(begun_at=at("2026-11-27T06:00:01"), planned_until=at("2026-11-27T05:00")), False),
        (Signs(), False),
    ],
)  # fmt: skip
@clause("channel.tickets")
def test_which_begun_shifts_are_forgotten_at_ten(signs, expected):
    assert is_forgotten(signs, at=at("2026-11-27T10:00"), grace=GRACE, unseen=UNSEEN) is expected


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(begun_at=at("2026-11-27T01:00")), False),
        (Signs(ended_at=at("2026-11-27T09:30")), True),
        (Signs(ended_at=at("2026-11-27T09:30:01")), False),
        (Signs(ended_at=at("2026-11-27T05:00"), seen_at=at("2026-11-27T09:40")), False),
        (Signs(planned_until=at("2026-11-27T09:30")), True),
        # Planned and not here: the grace time runs from the beginning of the shift.
        (Signs(turn=TURN, planned_until=at("2026-11-20T09:00")), True),
        # Never in a shift: only after long.
        (Signs(seen_at=at("2026-11-27T06:00")), True),
        (Signs(seen_at=at("2026-11-27T06:00:01")), False),
        (Signs(), True),
        # A clock that was set back: the sign lies ahead and counts as just now.
        (Signs(ended_at=at("2026-11-27T23:00")), False),
    ],
)
@clause("channel.tickets")
def test_who_is_gone_at_ten(signs, expected):
    now = at("2026-11-27T10:00")
    at_work = standing(signs, at=now, unseen=UNSEEN)

    assert is_gone(signs, at_work, at=now, grace=GRACE, unseen=UNSEEN) is expected


def test_a_planned_agent_who_is_a_little_late_loses_nothing():
    signs = Signs(turn=TURN, planned_until=at("2026-11-20T09:00"))

    assert is_gone(signs, "absent", at=at("2026-11-27T08:29:59"), grace=GRACE, unseen=UNSEEN) is False
    assert is_gone(signs, "absent", at=at("2026-11-27T08:30"), grace=GRACE, unseen=UNSEEN) is True
