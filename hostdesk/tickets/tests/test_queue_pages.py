"""The queue as agents and supervisors see it: class, skills, emergencies, leaving a ticket to others, fairness."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.people.actions.skills import add_skill, set_holders
from hostdesk.people.models import HeldSkill, Skill, Team
from hostdesk.tickets.actions.needing import set_skills
from hostdesk.tickets.actions.passing import pass_over
from hostdesk.tickets.actions.taking import assign, move_to_team, take_next
from hostdesk.tickets.evidence import in_turn
from hostdesk.tickets.models import HandOut, PassOver, SkillNeed, Ticket, TicketSkill
from hostdesk.tickets.queries.fairness import Inversions, Waits, fairness, fairness_for_agent
from hostdesk.tickets.queries.unserved import unserved_for_agent
from hostdesk.tickets.tests.test_desk_pages import HOSTILE, Screen

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause
MINUTE = timedelta(minutes=1)


@pytest.fixture
def boss(world):
    return world.agent("Zanele", role="supervisor")


@pytest.fixture
def screen(world):
    return Screen(world, world.agent())


def test_the_class_is_set_beside_the_ticket_and_its_undo_sets_it_back(world, screen):
    ticket = world.ticket()
    address = f"/desk/tickets/{ticket.pk}"
    screen.post(f"{address}/class", **{"class": "not_supported class.features"})
    page = screen.words(address)
    undo = page.split(f"{address}/class?class=", 1)[1].split('"')[0]
    shown = screen.words(f"{address}/handling")
    screen.post(f"{address}/class?class={undo}")
    row = Ticket.objects.get(pk=ticket.pk)

    assert (undo, row.ticket_class) == ("unclassed", "unclassed")
    assert ("class.features", "classed") in world.decisions(ticket)
    assert '<option value="not_supported class.no_cgi_perl" selected>' in shown
    assert "Choose one of the classes" in screen.words(
        screen.post(f"{address}/class", **{"class": "golden"}).headers["Location"]
    )


def test_the_panel_is_a_piece_of_the_ticket_s_page_and_a_page_of_its_own(world, screen):
    ticket = world.ticket()
    piece = screen.get(f"/desk/tickets/{ticket.pk}/handling", headers={"HX-Request": "true"}).content.decode()

    assert f'hx-get="/desk/tickets/{ticket.pk}/handling"' in screen.words(f"/desk/tickets/{ticket.pk}")
    assert ("<html" in piece, "Class and queue" in piece) == (False, True)
    assert "<html" in screen.words(f"/desk/tickets/{ticket.pk}/handling")


def test_a_ticket_is_left_to_others_only_with_a_reason_and_given_back_only_with_one(world, screen):
    ticket = world.ticket()
    world.agent("Other")
    address = f"/desk/tickets/{ticket.pk}/passing-over"
    screen.post(address, reason="")
    screen.post(address, reason="On the telephone")
    take_next(by=Screen(world, world.agent("Third")).agent, at=world.now)
    world.now += timedelta(minutes=5)
    screen.post(address, reason="They went home")

    assert list(PassOver.objects.order_by("pk").values_list("reason", "returned")) == [
        ("On the telephone", False),
        ("They went home", True),
    ]


@clause("emergency.definition")
def test_an_emergency_stands_above_the_queue_and_on_its_ticket(world, screen):
    world.ticket()
    urgent = world.ticket(at=world.now + MINUTE)
    before = screen.words("/desk/queue")
    screen.post(f"/desk/tickets/{urgent.pk}/emergency", reason="The server is down")
    queue, page = screen.words("/desk/queue"), screen.words(f"/desk/tickets/{urgent.pk}")
    screen.post(f"/desk/tickets/{urgent.pk}/emergency/end")

    assert ("Emergencies" in before, "Emergencies: handed out first" in queue) == (False, True)
    assert '<span class="tag is-late">Emergency</span>' in page
    assert "Emergencies" not in screen.words("/desk/queue")


@clause("sla.fcfs")
def test_a_ticket_that_nobody_on_duty_could_take_is_said_aloud(world, screen, boss):
    ticket = world.ticket()
    linux = add_skill("linux", by=boss, at=world.now)
    screen.post(f"/desk/tickets/{ticket.pk}/skills", skill=str(linux.pk))
    queue, asks = screen.words("/desk/queue/unserved"), screen.words("/desk/queue")
    panel = screen.words(f"/desk/tickets/{ticket.pk}/handling")
    page = Screen(world, boss).words("/desk/fairness/")
    set_holders(linux, [boss], by=boss, at=world.now)

    assert TicketSkill.objects.get().ticket_id == ticket.pk
    assert "1 ticket waits for a skill that nobody on duty has" in queue
    assert "nobody on duty could take it" in panel
    assert "1 for which nobody on duty has the skill" in page
    assert unserved_for_agent(screen.agent, at=world.now).many == 0
    assert "For every ticket that waits" in screen.words("/desk/queue/unserved")
    assert 'hx-get="/desk/queue/unserved"' in asks


@clause("sla.fcfs")
def test_it_takes_one_person_with_all_the_skills_and_not_two_with_a_part_each(world, boss):
    ticket = world.ticket()
    agents = [world.agent("Ann"), world.agent("Ben")]
    skills = [add_skill(word, by=boss, at=world.now) for word in ("linux", "dns")]
    for one, agent in zip(skills, agents, strict=True):
        set_holders(one, [agent], by=boss, at=world.now)
    set_skills(ticket, skills, by=boss, at=world.now)

    assert [row.pk for row in unserved_for_agent(boss, at=world.now).rows] == [ticket.pk]


def test_supervisors_name_skills_who_holds_them_and_what_needs_them(world, screen, boss):
    desk = Screen(world, boss)
    desk.post("/desk/skills/", word=HOSTILE)
    desk.post("/desk/skills/", word=HOSTILE)
    one = Skill.objects.get()
    desk.post(
        f"/desk/skills/{one.pk}", agent=[screen.agent.pk, boss.pk], need=["class advanced", "product vps"]
    )
    page = desk.words("/desk/skills/")
    desk.post(f"/desk/skills/{one.pk}", agent=[boss.pk], need=["class advanced", "colour red"])
    refused = sorted(SkillNeed.objects.values_list("subject", "word"))
    desk.post(f"/desk/skills/{one.pk}", agent=[boss.pk], need=["class advanced"])

    assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)
    assert refused == [("class", "advanced"), ("product", "vps")]
    assert list(HeldSkill.objects.values_list("agent_id", flat=True)) == [boss.pk]
    assert list(SkillNeed.objects.values_list("subject", "word")) == [("class", "advanced")]
    desk.post(f"/desk/skills/{one.pk}/removal")
    assert (Skill.objects.count(), SkillNeed.objects.count(), HeldSkill.objects.count()) == (0, 0, 0)


@clause("sla.fcfs")
def test_fairness_counts_who_went_before_whom_and_why(world, screen, boss):
    start, agent = world.now, screen.agent
    tickets = [world.ticket(at=start + n * MINUTE) for n in range(10)]
    world.now = start + timedelta(minutes=100)
    assign(tickets[9], agent, by=agent, at=world.now, reason="He stands at the counter")
    pass_over(tickets[0], "On the telephone", by=agent, at=world.now)
    taken = [take_next(by=agent, at=world.now) for _ in range(3)]
    found = fairness(at=world.now)

    assert [one.pk for one in taken] == [one.pk for one in tickets[1:4]]
    assert (found.many, found.in_turn) == (4, 3)
    assert found.inversions == [
        Inversions("skill", 0, 0),
        Inversions("skip", 3, 3),
        Inversions("emergency", 0, 0),
        Inversions("choice", 1, 9),
    ]
    assert found.all_waits == Waits("", 4, 97 * MINUTE, 99 * MINUTE, 99 * MINUTE)
    assert [(one.name, one.many) for one in found.teams] == [("Support", 4)]
    page = Screen(world, boss).words("/desk/fairness/")
    for words in ("3 of 4 in turn", "He stands at the counter", "passed it over", "1:37"):
        assert words in page
    assert "He stands at the counter" in in_turn(world.now).exceptions[0]
    assert "12 older tickets" in in_turn(world.now).sentence


@clause("sla.fcfs")
@pytest.mark.parametrize(
    ("waits", "median", "most"),
    [([7], 7, 7), ([3, 9], 3, 9), ([1, 2, 3], 2, 3), (list(range(1, 11)), 5, 9), (list(range(1, 12)), 6, 10)],
)
def test_median_and_ninetieth_percentile_are_waits_that_so_many_did_not_exceed(world, waits, median, most):
    agent, ticket = world.agent(), world.ticket()
    for minutes in waits:
        HandOut.objects.create(
            ticket=ticket,
            team=ticket.team,
            agent=agent,
            how="next",
            at=world.now,
            first=True,
            waited_seconds=minutes * 60,
        )
    found = fairness(at=world.now).all_waits

    assert (found.median, found.most, found.longest) == (median * MINUTE, most * MINUTE, max(waits) * MINUTE)


@clause("conduct.complaints")
def test_fairness_tells_nothing_of_a_sealed_team_to_who_is_not_in_it(world, boss):
    admin = world.agent("Ada", role="admin")
    ticket = world.ticket()
    move_to_team(ticket, Team.objects.get(slug="supervisors"), by=boss, at=world.now)
    pass_over(ticket, "Not mine to judge", by=boss, at=world.now)
    take_next(by=boss, at=world.now)
    pages = {one: Screen(world, one).words("/desk/fairness/") for one in (admin, boss)}

    assert fairness_for_agent(admin, at=world.now).many == 0
    assert [("Not mine to judge" in page, ticket.number in page) for page in pages.values()] == [
        (False, False),
        (True, True),
    ]


@clause("sla.fcfs")
def test_taking_the_next_one_costs_the_same_however_many_wait(world, screen):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert take_next(by=screen.agent, at=world.now)
        return len(asked)

    for n in range(3):
        world.ticket(at=world.now + n * MINUTE)
    cost()
    few = cost()
    for n in range(40):
        world.ticket(at=world.now + n * MINUTE)

    # Begin, who is first, that row held, its hand-out, passing over ended, the row, its history, commit.
    assert cost() == few <= 9
