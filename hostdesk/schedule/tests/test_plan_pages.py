"""The plan on the desk: everybody reads it, supervisors change it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions.sessions import Browser, open_for_agent
from hostdesk.people.models import Team
from hostdesk.schedule import planning
from hostdesk.schedule.models import PlanChange, PlannedShift
from hostdesk.schedule.planning import Difference, Hours

BROWSER = Browser("127.0.0.1", "127.0.0.1/32", "", on_this_machine=True)


def signs_in(client, agent):
    client.cookies["hd_desk"] = open_for_agent(agent, step="full", browser=BROWSER, at=timezone.now()).token


def test_a_supervisor_plans_ends_and_makes_exceptions(world, client):
    ann, ben = world.agent("Ann"), world.agent("Ben")
    signs_in(client, world.agent("Sue", role="supervisor"))
    team = Team.objects.get(slug="support")
    today = timezone.localdate()
    form = {"agent": ann.pk, "team": team.pk, "weekdays": ["0", "4"], "begins": "22:00", "ends": "06:00"}
    empty = client.post("/desk/shift/plan", form)
    assert (empty.status_code, PlannedShift.objects.count()) == (422, 0)
    assert 'value="22:00"' in empty.content.decode()

    done = client.post("/desk/shift/plan", {**form, "since": today.isoformat()})
    assert (done.status_code, done["Location"]) == (303, "/desk/shift/plan")
    client.post("/desk/shift/plan", {**form, "since": today.isoformat()})
    rows = PlannedShift.objects.order_by("weekday").values_list(
        "agent", "weekday", "from_minute", "to_minute"
    )
    assert list(rows) == [(ann.pk, 0, 1320, 360), (ann.pk, 4, 1320, 360)]
    page = client.get("/desk/shift/plan").content.decode()
    assert "22:00 to 06:00 the next day" in page
    assert "<td>Mon, Fri</td>" in page
    assert "holes in the coming seven days" in page

    away = {"agent": ann.pk, "team": team.pk, "kind": "swap", "first_day": today.isoformat()}
    assert "Say who works instead." in client.post("/desk/shift/changes", away).content.decode()
    client.post("/desk/shift/changes", {**away, "stand_in": ben.pk})
    change = PlanChange.objects.get()
    assert (change.kind, change.first_day, change.last_day, change.stand_in) == ("swap", today, today, ben)
    client.post(f"/desk/shift/changes/{change.pk}/removal")
    assert PlanChange.objects.count() == 0
    client.post(f"/desk/shift/plan/{PlannedShift.objects.first().pk}/end")
    assert PlannedShift.objects.count() == 1
    verbs = Entry.objects.filter(subject_type="agent", subject_id=ann.pk).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "planned",
        "plan changed",
        "plan change taken back",
        "no longer planned",
    ]


def test_agents_see_the_plan_and_their_shifts_and_change_nothing(world, client):
    ann, ben = world.agent("Ann"), world.agent("Ben")
    team, at = Team.objects.get(slug="support"), timezone.now()
    for one, hours in ((ann, Hours(0, 12 * 60)), (ben, Hours(12 * 60, 20 * 60))):
        since = timezone.localdate() - timedelta(days=1)
        planning.plan_shift(one, team, range(7), hours, since=since, by=ann, at=at)
    signs_in(client, ann)
    page = client.get("/desk/shift").content.decode()

    assert "Your coming shifts" in page
    assert "7 holes in the coming seven days" in page or "8 holes in the coming seven days" in page
    assert "Change the plan" not in page
    assert client.get("/desk/shift/plan").status_code == 403


def test_ending_a_weekly_shift_keeps_what_was_planned_until_today(world):
    ann, at = world.agent("Ann"), world.now
    team = Team.objects.get(slug="support")
    (row,) = planning.plan_shift(
        ann, team, [0], Hours(0, 60), since=at.date() - timedelta(days=7), by=ann, at=at
    )
    planning.end_planned(row, by=ann, at=at)

    assert PlannedShift.objects.get().until == at.date() - timedelta(days=1)


@pytest.mark.parametrize("wrong", ["left", "team", "no days", "no hours"])
def test_nonsense_is_refused(world, wrong):
    ann = world.agent("Ann", teams=() if wrong == "team" else ("support",))
    ann.active = wrong != "left"
    days = [] if wrong == "no days" else [0]
    hours = Hours(60, 60) if wrong == "no hours" else Hours(60, 120)
    with pytest.raises(Refused):
        planning.plan_shift(
            ann, Team.objects.get(slug="support"), days, hours, since=world.now.date(), by=ann, at=world.now
        )
    assert PlannedShift.objects.count() == 0


def test_an_exception_needs_its_parts(world):
    ann, team, day = world.agent("Ann"), Team.objects.get(slug="support"), world.now.date()
    for wanted in (
        Difference("leave", day, day - timedelta(days=1)),
        Difference("leave", day, day + timedelta(days=400)),
        Difference("swap", day, day),
        Difference("sick", day, day, stand_in=ann),
        Difference("extra", day, day),
        Difference("extra", day, day, hours=Hours(60, 60)),
    ):
        with pytest.raises(Refused):
            planning.change_plan(ann, team, wanted, by=ann, at=world.now)
    assert PlanChange.objects.count() == 0
