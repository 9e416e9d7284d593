"""Windows for larger work: where they come from, how many tickets they take, and that no minute counts twice."""

import itertools
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.models import Team
from hostdesk.policy import queries as policy
from hostdesk.policy import week
from hostdesk.schedule import actions, queries, rules
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.sla.hours import Hours

pytestmark = pytest.mark.clause("sla.offpeak")
BERLIN = ZoneInfo("Europe/Berlin")
WEEK = timedelta(days=7)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def support():
    return Team.objects.get(slug="support")


def spans(rows):
    return [(row.begins_at, row.ends_at) for row in rows]


def test_the_hours_of_the_policy_become_windows_on_the_clock_of_the_operator(world):
    made = actions.plan_windows(world.now)
    weekend = MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at")
    first, second, *_ = weekend

    assert (made, len(weekend)) == (30, 12)
    assert spans([first, second]) == [
        (utc(2026, 11, 27, 22), utc(2026, 11, 28, 4)),
        (utc(2026, 11, 28, 22), utc(2026, 11, 29, 4)),
    ]
    assert {
        (row.team.slug, row.capacity, row.booked, row.policy_slug) for row in MaintenanceWindow.objects.all()
    } == {
        ("support", 8, 0, "hosting"),
        ("support", 4, 0, "dedicated"),
    }


def test_planning_again_makes_only_what_has_come_within_reach(world):
    actions.plan_windows(world.now)
    assert actions.plan_windows(world.now) == 0
    assert actions.plan_windows(world.now + WEEK) == 5

    every = sorted(spans(MaintenanceWindow.objects.all()))
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(every))


@pytest.mark.db_free
@pytest.mark.parametrize(
    ("at", "begins", "ends"),
    [
        # The night of the change to summer time is five hours long, that of the change back seven.
        (utc(2027, 3, 27, 23, 30), utc(2027, 3, 28, 0), utc(2027, 3, 28, 4)),
        (utc(2026, 10, 24, 22, 30), utc(2026, 10, 24, 23), utc(2026, 10, 25, 5)),
        (utc(2026, 11, 28, 22), utc(2026, 11, 29, 0), utc(2026, 11, 29, 5)),
    ],
)
def test_a_night_in_which_clocks_change_is_shorter_or_longer(at, begins, ends):
    nights = Hours(week.read(("sun 01:00-06:00",)), BERLIN)

    assert rules.windows_within(nights, at=at, ahead=timedelta(days=2)) == [(begins, ends)]


@pytest.mark.db_free
def test_hours_that_meet_at_midnight_are_one_night_and_whole_days_are_cut():
    night = Hours(week.read(("fri 22:00-24:00", "sat 00:00-04:00")), ZoneInfo("UTC"))
    days = Hours(week.read(("sat-sun 00:00-24:00",)), BERLIN)
    at = utc(2026, 11, 25)

    assert rules.windows_within(night, at=at, ahead=WEEK) == [(utc(2026, 11, 27, 22), utc(2026, 11, 28, 4))]
    assert rules.windows_within(days, at=at, ahead=WEEK) == [
        (utc(2026, 11, 27, 23), utc(2026, 11, 28, 23)),
        (utc(2026, 11, 28, 23), utc(2026, 11, 29, 23)),
    ]


@pytest.mark.db_free
def test_what_is_left_of_a_stretch_beside_others():
    def at(hour):
        return utc(2026, 11, 28, hour)

    assert rules.uncovered((at(0), at(6)), []) == [(at(0), at(6))]
    assert rules.uncovered((at(0), at(6)), [(at(2), at(3))]) == [(at(0), at(2)), (at(3), at(6))]
    assert rules.uncovered((at(0), at(6)), [(at(5), at(9)), (at(0), at(1))]) == [(at(1), at(5))]
    assert rules.uncovered((at(0), at(6)), [(at(6), at(9))]) == [(at(0), at(6))]
    assert rules.uncovered((at(0), at(6)), [(at(0), at(6))]) == []


def test_a_window_over_another_one_is_refused_and_beside_it_is_not(world):
    sue = world.agent("Sue", role="supervisor")
    actions.plan_windows(world.now)

    def add(begin, end, capacity=2):
        return actions.add_window(
            support(), begins_at=begin, ends_at=end, capacity=capacity, by=sue, at=world.now
        )

    with pytest.raises(Refused, match="has a window there already, Sat 28 Nov, 00:00 to 06:00"):
        add(utc(2026, 11, 28, 3), utc(2026, 11, 28, 5))
    with pytest.raises(Refused, match="end after it begins"):
        add(utc(2026, 11, 28, 5), utc(2026, 11, 28, 5))
    with pytest.raises(Refused, match="begun already"):
        add(world.now, world.now + timedelta(hours=1))
    with pytest.raises(Refused, match="a day long at most"):
        add(utc(2026, 12, 1), utc(2026, 12, 2, 1))
    added = add(utc(2026, 11, 28, 4), utc(2026, 11, 28, 5))

    assert (added.policy_slug, added.free) == ("", 2)


def test_a_window_added_by_hand_leaves_the_rest_of_the_night_to_the_plan(world):
    sue = world.agent("Sue", role="supervisor")
    actions.add_window(
        support(), begins_at=utc(2026, 11, 28, 3), ends_at=utc(2026, 11, 28, 6), capacity=2, by=sue, at=world.now
    )  # fmt: skip
    actions.plan_windows(world.now)

    assert spans(
        MaintenanceWindow.objects.filter(begins_at__gt=utc(2026, 11, 27)).order_by("begins_at")[:2]
    ) == [
        (utc(2026, 11, 27, 22), utc(2026, 11, 28, 3)),
        (utc(2026, 11, 28, 3), utc(2026, 11, 28, 6)),
    ]


def test_a_night_that_a_supervisor_closed_stays_closed(world):
    sue = world.agent("Sue", role="supervisor")
    actions.plan_windows(world.now)
    first = MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at").first()
    with pytest.raises(Refused, match="Say why"):
        actions.close_window(first, reason=" ", by=sue, at=world.now)
    actions.close_window(first, reason="The data centre is moved.", by=sue, at=world.now)

    assert actions.plan_windows(world.now) == 0
    with pytest.raises(Refused, match="was closed"):
        actions.take_place(first.pk, at=world.now)
    # A new one in its place is a decision of its own.
    actions.add_window(
        support(), begins_at=first.begins_at, ends_at=first.ends_at, capacity=1, by=sue, at=world.now
    )


def test_places_are_counted_and_a_full_window_says_so(world):
    sue = world.agent("Sue", role="supervisor")
    actions.plan_windows(world.now)
    window = MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at").first()
    actions.change_capacity(window, capacity=2, by=sue, at=world.now)
    actions.take_place(window.pk, at=world.now)
    actions.take_place(window.pk, at=world.now)
    with pytest.raises(Refused, match="The window Sat 28 Nov, 00:00 to 06:00 is full"):
        actions.take_place(window.pk, at=world.now)
    with pytest.raises(Refused, match="2 tickets have a place"):
        actions.change_capacity(window, capacity=1, by=sue, at=world.now)
    actions.give_place_back(window.pk)
    actions.take_place(window.pk, at=world.now)

    with pytest.raises(IntegrityError), transaction.atomic():
        MaintenanceWindow.objects.filter(pk=window.pk).update(booked=3)


def test_a_window_without_capacity_is_full_and_offered_to_nobody(world):
    sue = world.agent("Sue", role="supervisor")
    actions.plan_windows(world.now)
    window = MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at").first()
    actions.change_capacity(window, capacity=0, by=sue, at=world.now)

    with pytest.raises(Refused, match="takes no tickets"):
        actions.take_place(window.pk, at=world.now)
    offered = queries.windows_for(support().pk, policy.current("hosting"), after=world.now)
    assert window not in offered
    assert len(offered) == 11


def test_only_windows_within_the_policy_s_own_hours_are_offered_or_those_a_supervisor_added(world):
    sue = world.agent("Sue", role="supervisor")
    noon = utc(2026, 11, 26, 10)
    by_hand = actions.add_window(
        support(), begins_at=noon, ends_at=noon + timedelta(hours=1), capacity=1, by=sue, at=world.now
    )
    other = MaintenanceWindow.objects.create(
        team=support(), begins_at=noon + timedelta(hours=2), ends_at=noon + timedelta(hours=3), capacity=5,
        policy_slug="dedicated", created_at=world.now,
    )  # fmt: skip
    offered = queries.windows_for(support().pk, policy.current("hosting"), after=world.now)
    later = queries.windows_for(support().pk, policy.current("hosting"), after=noon)

    assert offered == [by_hand]
    assert other not in offered
    assert later == []


def test_unbooked_windows_of_hours_that_the_policy_left_are_closed(world):
    odd = MaintenanceWindow.objects.create(
        team=support(), begins_at=utc(2026, 11, 26, 10), ends_at=utc(2026, 11, 26, 11), capacity=5,
        policy_slug="hosting", created_at=world.now,
    )  # fmt: skip
    booked = MaintenanceWindow.objects.create(
        team=support(), begins_at=utc(2026, 11, 26, 12), ends_at=utc(2026, 11, 26, 13), capacity=5, booked=1,
        policy_slug="hosting", created_at=world.now,
    )  # fmt: skip
    actions.plan_windows(world.now)
    odd.refresh_from_db()
    booked.refresh_from_db()

    assert (odd.closed_at, odd.closed_by) == (world.now, None)
    assert booked.closed_at is None


def test_windows_of_a_sealed_team_are_not_there_for_others(world):
    ann = world.agent("Ann")
    hidden = MaintenanceWindow.objects.create(
        team=Team.objects.get(slug="supervisors"), begins_at=utc(2026, 11, 26, 10), ends_at=utc(2026, 11, 26, 11),
        capacity=1, created_at=world.now,
    )  # fmt: skip

    with pytest.raises(Missing):
        queries.window_for_agent(ann, hidden.pk)
    assert queries.windows_for_agent(ann, since=world.now) == []


def at_once(count, verb):
    """What became of so many presses in the same instant, each on a connection of its own."""
    together, became = threading.Barrier(count), []

    def one():
        try:
            together.wait(10)
            verb()
            became.append("did")
        except Refused as refusal:
            became.append(refusal.sentence)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(became)


def test_of_many_who_want_the_last_places_no_more_get_one_than_there_are(committed_world):
    now = committed_world.now
    actions.plan_windows(now)
    window = MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at").first()
    MaintenanceWindow.objects.filter(pk=window.pk).update(capacity=3)
    became = at_once(12, lambda: actions.take_place(window.pk, at=now))
    window.refresh_from_db()

    assert window.booked == 3
    assert became.count("did") == 3
    assert {one for one in became if one != "did"} == {
        "The window Sat 28 Nov, 00:00 to 06:00 is full. Choose another one."
    }


def test_planners_and_supervisors_at_once_make_no_minute_twice(committed_world):
    now = committed_world.now
    sue = committed_world.agent("Sue", role="supervisor")

    def add():
        actions.plan_windows(now)
        actions.add_window(
            support(), begins_at=utc(2026, 11, 26, 10), ends_at=utc(2026, 11, 26, 12), capacity=1, by=sue, at=now
        )  # fmt: skip

    became = at_once(4, add)
    every = sorted(spans(MaintenanceWindow.objects.all()))

    assert became.count("did") == 1
    assert len(every) == 31
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(every))
