"""Nobody on duty, holes, forgotten shifts: told once, in time, and sane when the clock jumps."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hostdesk.kit.actors import OPERATOR
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions.sessions import Browser, open_for_agent
from hostdesk.people.models import Team
from hostdesk.policy import queries as policy
from hostdesk.policy.actions import publish
from hostdesk.policy.documents import load_folder
from hostdesk.schedule import actions, plan, planning, queries, tasks, watching
from hostdesk.schedule.models import Shift, Uncovered, UncoveredNotice
from hostdesk.schedule.planning import Difference, Hours

clause = pytest.mark.clause
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Monday 23 November 2026, 08:00 in Johannesburg, is 06:00 UTC: the beginning of every world.
DAY = Hours(8 * 60, 20 * 60)
NIGHT = Hours(20 * 60, 8 * 60)


def planned(agent, hours, *, weekdays=range(7), by=None, at, since=date(2026, 11, 1)):
    team = Team.objects.get(slug="support")
    return planning.plan_shift(agent, team, weekdays, hours, since=since, by=by or agent, at=at)


def sees_the_desk(agent, at):
    open_for_agent(agent, step="full", browser=Browser("127.0.0.1", "127.0.0.1/32", "", True), at=at)


def let_pass(world, span, *, every=timedelta(minutes=5)):
    end = world.now + span
    while world.now < end:
        world.now += every
        watching.watch(world.now)


def told(kind):
    rows = OutboundMail.objects.filter(kind=kind).order_by("pk")
    return [(row.to_address, row.queued_at) for row in rows]


@clause("sla.hours")
def test_on_duty_are_those_who_began_and_those_who_are_planned_and_here(world):
    ann, ben, eva = world.agent("Ann"), world.agent("Ben"), world.agent("Eva")
    for one in (ann, ben):
        planned(one, DAY, at=world.now)
    assert queries.on_duty(world.now) == [ann, ben, eva]

    sees_the_desk(ann, world.now)
    sees_the_desk(eva, world.now)
    assert queries.on_duty(world.now) == [ann]

    actions.start(eva, by=eva.actor(), at=world.now)
    assert queries.on_duty(world.now) == [ann, eva]
    # The planned hours are over; Eva pressed the button and goes on.
    assert queries.on_duty(world.now + 12 * HOUR) == [eva]


@clause("sla.hours")
def test_nobody_on_duty_is_told_to_the_supervisors_at_most_once_an_hour_and_when_it_is_over(world):
    ann = world.agent("Ann")
    sue = world.agent("Sue", role="supervisor")
    planned(ann, DAY, at=world.now)
    watching.watch(world.now)
    begun = world.now
    let_pass(world, timedelta(minutes=10))
    assert told("nobody_on_duty") == []

    let_pass(world, timedelta(minutes=145))
    times = [at for _, at in told("nobody_on_duty")]
    assert {address for address, _ in told("nobody_on_duty")} == {sue.email}
    assert times == [
        begun + timedelta(minutes=15),
        begun + timedelta(minutes=75),
        begun + timedelta(minutes=135),
    ]
    mail = OutboundMail.objects.filter(kind="nobody_on_duty").first()
    assert mail.subject == "Nobody is on duty since Mon 23 Nov, 08:00"
    assert "Planned and not at work: Ann." in mail.text
    assert tasks.nobody_on_duty(at=world.now) == [
        "Nobody is on duty, though the policy promises that tickets are looked after now."
    ]

    actions.start(ann, by=ann.actor(), at=world.now)
    let_pass(world, timedelta(minutes=30))
    assert [address for address, _ in told("covered_again")] == [sue.email]
    assert tasks.nobody_on_duty(at=world.now) == []
    row = Uncovered.objects.get()
    assert (row.began_at, row.ended_at) == (begun, begun + timedelta(minutes=160))


@clause("sla.hours")
def test_the_operators_emergency_contact_hears_instead_of_the_supervisors(world, tmp_path):
    world.agent("Sue", role="supervisor")
    planned(world.agent("Ann"), DAY, at=world.now)
    packaged = Path(policy.__file__).parent / "packaged"
    for source in packaged.rglob("*"):
        copy = tmp_path / source.relative_to(packaged)
        copy.mkdir(exist_ok=True) if source.is_dir() else copy.write_bytes(source.read_bytes())
    operator = tmp_path / "operator.yaml"
    operator.write_text(operator.read_text() + "emergency_contact: boss@elsewhere.example\n")
    publish(load_folder(tmp_path).policies["hosting"], by=OPERATOR, at=world.now)
    policy.forget()
    watching.watch(world.now)
    let_pass(world, timedelta(minutes=20))

    assert [address for address, _ in told("nobody_on_duty")] == ["boss@elsewhere.example"]


@clause("sla.hours")
def test_a_desk_that_keeps_no_shifts_is_never_told(world):
    world.agent("Ann")
    world.agent("Sue", role="supervisor")
    watching.watch(world.now)
    let_pass(world, 5 * HOUR)

    assert (Uncovered.objects.count(), world.outbox) == (0, [])


@clause("sla.hours")
def test_many_workers_tell_once_and_a_flapping_shift_is_not_told_twice_an_hour(world):
    ann = world.agent("Ann")
    world.agent("Sue", role="supervisor")
    planned(ann, DAY, at=world.now)
    for _ in range(4):
        let_pass(world, timedelta(minutes=20))
        for _ in range(3):
            watching.watch(world.now)
        actions.start(ann, by=ann.actor(), at=world.now)
        watching.watch(world.now)
        actions.end(ann, by=ann.actor(), at=world.now)
        watching.watch(world.now)

    assert len(told("nobody_on_duty")) == 2
    assert Uncovered.objects.filter(open=True).count() == 1


@clause("sla.hours")
def test_a_clock_that_jumps_back_does_not_bring_the_mails_again_and_one_that_jumps_far_does_not_silence_them(
    world,
):
    ann = world.agent("Ann")
    world.agent("Sue", role="supervisor")
    planned(ann, Hours(0, 24 * 60), at=world.now)
    start = world.now
    watching.watch(world.now)
    let_pass(world, timedelta(minutes=80))
    assert len(told("nobody_on_duty")) == 2

    # An hour back: the same hour passes again and is not told again.
    world.now = start + timedelta(minutes=20)
    let_pass(world, timedelta(minutes=55))
    assert len(told("nobody_on_duty")) == 2
    let_pass(world, timedelta(minutes=65))
    assert len(told("nobody_on_duty")) == 3

    # A year ahead and back again: the shift that nobody works is told as before, within the usual time.
    world.now += timedelta(days=365)
    let_pass(world, timedelta(minutes=20))
    assert len(told("nobody_on_duty")) == 4
    world.now = start + timedelta(hours=8)
    let_pass(world, timedelta(minutes=25))
    assert len(told("nobody_on_duty")) == 5
    assert len(set(UncoveredNotice.objects.values_list("hour", flat=True))) == 5


def test_a_shift_that_was_begun_counts_while_the_clock_stands_before_its_beginning(world):
    ann = world.agent("Ann")
    planned(ann, DAY, at=world.now)
    actions.start(ann, by=ann.actor(), at=world.now)

    assert watching.is_nobody_on_duty(world.now - timedelta(minutes=30)) is False
    actions.end(ann, by=ann.actor(), at=world.now - timedelta(minutes=30))
    assert list(Shift.objects.values_list("started_at", "ended_at")) == [(world.now, world.now)]


@clause("channel.tickets")
def test_a_forgotten_shift_ends_after_the_plan_and_the_grace_time(world):
    ann, eva = world.agent("Ann"), world.agent("Eva")
    planned(ann, Hours(8 * 60, 9 * 60), at=world.now)
    for one in (ann, eva):
        actions.start(one, by=one.actor(), at=world.now)
    watching.watch(world.now)
    let_pass(world, timedelta(minutes=85))
    assert queries.open_shift(ann) is not None
    let_pass(world, timedelta(minutes=5))
    assert queries.open_shift(ann) is None
    assert queries.open_shift(eva) is not None
    let_pass(world, timedelta(minutes=150))
    assert queries.open_shift(eva) is None


def test_nothing_is_ended_after_a_standstill_until_people_could_be_seen_again(world):
    ann = world.agent("Ann")
    actions.start(ann, by=ann.actor(), at=world.now)
    watching.watch(world.now)
    let_pass(world, timedelta(minutes=60))
    world.now += timedelta(days=2)
    assert watching.is_settled(world.now) is False
    watching.watch(world.now)
    assert queries.open_shift(ann) is not None
    sees_the_desk(ann, world.now)
    let_pass(world, timedelta(minutes=40))
    assert queries.open_shift(ann) is not None
    assert watching.is_settled(world.now) is True


@clause("sla.hours")
def test_supervisors_hear_of_a_hole_when_it_appears_and_once_the_day_before(world):
    ann, ben = world.agent("Ann"), world.agent("Ben")
    sue = world.agent("Sue", role="supervisor")
    assert plan.holes(world.now) == []
    planned(ann, DAY, at=world.now)
    planned(ben, NIGHT, at=world.now)
    assert plan.holes(world.now) == []
    assert watching.tell_of_holes(world.now) == 0

    ill = Difference("sick", date(2026, 11, 27), date(2026, 11, 27))
    change = planning.change_plan(ann, Team.objects.get(slug="support"), ill, by=sue, at=world.now)
    friday = datetime.fromisoformat("2026-11-27T06:00:00+00:00")
    assert plan.holes(world.now) == [(friday, friday + 12 * HOUR)]
    for hour in range(100):
        watching.tell_of_holes(world.now + hour * HOUR)
    assert told("holes") == [(sue.email, world.now), (sue.email, friday - timedelta(days=1))]
    mail = OutboundMail.objects.filter(kind="holes").first()
    assert mail.subject == "Nobody is planned: Fri 27 Nov, 08:00 to Fri 27 Nov, 20:00 (12 hours)"

    planning.take_back(change, by=sue, at=world.now)
    assert plan.holes(world.now) == []


@clause("sla.hours")
def test_whoever_has_left_covers_nothing(world):
    ann, ben = world.agent("Ann"), world.agent("Ben")
    planned(ann, DAY, at=world.now)
    planned(ben, NIGHT, at=world.now)
    ann.active = False
    ann.save()

    found = plan.holes(world.now)
    assert len(found) == 7
    assert found[0] == (world.now, world.now + 12 * HOUR)
