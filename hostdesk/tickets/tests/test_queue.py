"""Who may take what, in which order, and what is noted when a ticket goes past others."""

from datetime import timedelta

import pytest

from hostdesk.audit.models import Decision, Entry
from hostdesk.hosting.models import Service
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions.skills import add_skill, remove_skill, set_holders
from hostdesk.policy.queries import current
from hostdesk.tickets.actions.classing import set_class
from hostdesk.tickets.actions.closing import resolve
from hostdesk.tickets.actions.emergencies import declare, withdraw
from hostdesk.tickets.actions.needing import set_needs, set_skills
from hostdesk.tickets.actions.passing import give_back, pass_over
from hostdesk.tickets.actions.taking import assign, move_to_team, take_next
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.models import ClockStep, HandOut, PassOver, SlaClock, Ticket
from hostdesk.tickets.queries.eligibility import needs_of, who_could_take
from hostdesk.tickets.queries.ledger import replayed
from hostdesk.tickets.queries.places import places_of

pytestmark = [pytest.mark.django_db]
clause = pytest.mark.clause
MINUTE = timedelta(minutes=1)


def row_of(world, many):
    """`many` tickets, a minute apart, the oldest first; now is an hour after the first."""
    start = world.now
    found = [world.ticket(at=start + n * MINUTE) for n in range(many)]
    world.now = start + timedelta(hours=1)
    return found


def skill(world, word, *holders):
    by = holders[0] if holders else world.agent(f"Keeper of {word}", role="supervisor", teams=())
    made = add_skill(word, by=by, at=world.now)
    set_holders(made, holders, by=by, at=world.now)
    return made


def next_pk(agent, at):
    found = take_next(by=agent, at=at)
    return found and found.pk


def last_out():
    return HandOut.objects.order_by("-pk").values_list(
        "ticket_id", "how", "past_skill", "past_skip", "past_emergency", "past_choice"
    )[0]


# -- eligibility ------------------------------------------------------------------------------------------------------


@clause("sla.fcfs")
def test_take_next_gives_the_oldest_ticket_for_which_the_agent_has_every_skill(world):
    plain, linux = world.agent(), world.agent("Linda")
    first, second, third = row_of(world, 3)
    dns, root = skill(world, "dns", linux, plain), skill(world, "linux", linux)
    set_skills(first, [dns, root], by=plain, at=world.now)
    set_skills(second, [dns], by=plain, at=world.now)

    assert next_pk(plain, world.now) == second.pk
    assert last_out() == (second.pk, "next", 1, 0, 0, 0)
    assert next_pk(linux, world.now) == first.pk
    assert last_out() == (first.pk, "next", 0, 0, 0, 0)
    assert next_pk(plain, world.now) == third.pk


@clause("sla.fcfs")
def test_a_class_and_a_product_need_the_skills_that_the_operator_s_table_ties_to_them(world):
    plain, coder = world.agent(), world.agent("Cora")
    shared = world.contact()
    boxed = world.contact(
        "b@boxed.example", username="boxed", customer="Boxed", domains=(), product="dedicated"
    )
    advanced, of_box = world.ticket(shared), world.ticket(boxed)
    free = world.ticket(shared, at=world.now + MINUTE)
    coding = skill(world, "coding", coder)
    set_needs(coding, [("class", "advanced"), ("product", "dedicated")], by=plain, at=world.now)
    set_class(advanced, "advanced", by=plain, at=world.now)
    at = world.now + timedelta(hours=1)

    assert needs_of(Ticket.objects.get(pk=advanced.pk)) == needs_of(of_box) == {coding.pk}
    assert who_could_take(of_box, at=at) == [coder]
    assert next_pk(plain, at) == free.pk
    assert next_pk(plain, at) is None
    assert {next_pk(coder, at), next_pk(coder, at)} == {advanced.pk, of_box.pk}


@clause("sla.fcfs")
def test_a_product_needs_its_skill_only_where_the_ticket_s_policy_covers_it(world):
    plain = world.agent()
    both = world.contact()
    Service.objects.create(account=both.account, product="dedicated", created_at=world.now)
    ticket = world.ticket(both)
    metal = skill(world, "metal")
    set_needs(metal, [("product", "dedicated")], by=plain, at=world.now)

    assert ticket.policy_slug == "hosting"
    assert needs_of(ticket) == frozenset()
    assert next_pk(plain, world.now) == ticket.pk


def test_a_skill_that_is_removed_keeps_nobody_from_anything(world):
    plain = world.agent()
    ticket = world.ticket()
    rare = skill(world, "rare")
    set_skills(ticket, [rare], by=plain, at=world.now)
    before = next_pk(plain, world.now)
    remove_skill(rare, by=plain, at=world.now)

    assert before is None
    assert next_pk(plain, world.now) == ticket.pk


def test_a_skill_has_one_word_whatever_the_case_of_its_letters_and_needs_known_words(world):
    plain = world.agent()
    dns = add_skill("  DNS ", by=plain, at=world.now)
    for word in ("dns", " "):
        with pytest.raises(Refused):
            add_skill(word, by=plain, at=world.now)
    for pair in (("class", "hard"), ("colour", "red")):
        with pytest.raises(Refused):
            set_needs(dns, [pair], by=plain, at=world.now)

    assert dns.word == "DNS"


@clause("sla.fcfs")
def test_no_reason_is_needed_past_tickets_for_which_the_agent_lacks_the_skill(world):
    plain = world.agent()
    first, second, third = row_of(world, 3)
    set_skills(first, [skill(world, "linux")], by=plain, at=world.now)
    assign(second, plain, by=plain, at=world.now)

    assert last_out() == (second.pk, "taken", 1, 0, 0, 0)
    assert ("sla.fcfs", "jumped") not in world.decisions(second)
    assert third.pk == next_pk(plain, world.now)


# -- the class --------------------------------------------------------------------------------------------------------


@clause("class.general_fast")
def test_setting_the_class_retargets_the_clocks_and_setting_it_back_undoes_that(world):
    agent, ticket = world.agent(), world.ticket()
    clock = SlaClock.objects.get(ticket=ticket, kind="resolution")
    terms, at = current("hosting").terms, world.now + timedelta(hours=2)
    set_class(ticket, "advanced", by=agent, at=at)
    slow = SlaClock.objects.get(pk=clock.pk)
    set_class(ticket, "unclassed", by=agent, at=at + MINUTE)
    back = SlaClock.objects.get(pk=clock.pk)

    assert slow.due_at == clock.started_at + terms.advanced_resolution_breach
    assert (back.due_at, back.ticket_class) == (clock.due_at, "unclassed")
    assert list(
        ClockStep.objects.filter(clock=clock, step="retarget").values_list("cause", "ticket_class")
    ) == [("classed", "advanced"), ("classed", "unclassed")]
    assert [pair for pair in world.decisions(ticket) if pair[1] == "classed"] == [
        ("class.advanced", "classed"),
        ("class.unsure", "classed"),
    ]


@clause("class.general_fast", "sla.response")
def test_another_class_with_the_same_promise_of_an_answer_forgives_no_lateness(world):
    agent, ticket = world.agent(), world.ticket()
    late = world.now + current("hosting").terms.response_breach + timedelta(minutes=38)
    clock_round(late)
    before = SlaClock.objects.get(ticket=ticket, kind="response")
    set_class(ticket, "advanced", by=agent, at=late)
    after = SlaClock.objects.get(pk=before.pk)

    assert before.late_at is not None
    assert (after.due_at, after.late_at, after.ticket_class) == (before.due_at, before.late_at, "advanced")
    assert not ClockStep.objects.filter(clock=before, step="retarget").exists()
    again = replayed(after)
    assert (again.due_at, again.late_at) == (after.due_at, after.late_at)


@clause("class.no_cgi_perl")
def test_a_ticket_that_is_not_supported_says_by_which_clause(world):
    agent, perl, howto = world.agent(), world.ticket(), world.ticket()
    set_class(perl, "not_supported", by=agent, at=world.now)
    set_class(howto, "not_supported", clause="class.features", by=agent, at=world.now)
    for word, named in (("general", "class.advanced"), ("hard", ""), ("general", "sla.fcfs")):
        with pytest.raises(Refused):
            set_class(perl, word, clause=named, by=agent, at=world.now)
    resolve(howto, by=agent, at=world.now, jump_reason="Asked on the telephone")
    with pytest.raises(Refused, match="resolved"):
        set_class(howto, "general", by=agent, at=world.now)

    assert ("class.no_cgi_perl", "classed") in world.decisions(perl)
    assert ("class.features", "classed") in world.decisions(howto)


# -- giving back and passing over -------------------------------------------------------------------------------------


@clause("sla.fcfs")
def test_giving_back_asks_for_a_reason_and_the_ticket_goes_to_somebody_else_first(world):
    agent, other = world.agent(), world.agent("Naledi")
    first, second = row_of(world, 2)
    take_next(by=agent, at=world.now)
    later = world.now + timedelta(minutes=10)
    with pytest.raises(Refused, match="Say why"):
        give_back(first, by=agent, at=later, reason="  ")
    give_back(first, by=agent, at=later, reason="Needs somebody who knows Exim")

    assert next_pk(agent, later) == second.pk
    assert last_out() == (second.pk, "next", 0, 1, 0, 0)
    assert next_pk(other, later) == first.pk
    assert list(PassOver.objects.values_list("agent_id", "reason", "returned")) == [
        (agent.pk, "Needs somebody who knows Exim", True)
    ]


def test_a_ticket_taken_by_mistake_goes_back_without_a_word_and_counts_for_nothing(world):
    agent, _other = world.agent(), world.agent("Naledi")
    (first,) = row_of(world, 1)
    take_next(by=agent, at=world.now)
    give_back(first, by=agent, at=world.now + timedelta(seconds=9))

    assert HandOut.objects.get().undone
    assert PassOver.objects.count() == 0
    assert next_pk(agent, world.now) == first.pk


@clause("sla.fcfs")
def test_a_ticket_passed_over_is_left_to_others_for_a_while_then_asked_about_again(world):
    agent, other = world.agent(), world.agent("Naledi")
    first, second = row_of(world, 2)
    for reason, ticket in (("", first), ("   ", first)):
        with pytest.raises(Refused):
            pass_over(ticket, reason, by=agent, at=world.now)
    pass_over(first, "I am on the telephone", by=agent, at=world.now)
    pass_over(first, "Pressed twice", by=agent, at=world.now)
    stands = current("hosting").terms.pass_over

    assert PassOver.objects.count() == 1
    assert next_pk(agent, world.now + stands - timedelta(seconds=1)) == second.pk
    assert next_pk(agent, world.now + stands) == first.pk
    assert next_pk(other, world.now) is None


@clause("sla.fcfs")
def test_what_somebody_else_took_meanwhile_is_passed_over_by_nobody(world):
    agent, other = world.agent(), world.agent("Naledi")
    (first,) = row_of(world, 1)
    pass_over(first, "I am on the telephone", by=agent, at=world.now)
    take_next(by=other, at=world.now + MINUTE)
    give_back(first, by=other, at=world.now + 2 * MINUTE, reason="My shift ends")

    assert next_pk(agent, world.now + 3 * MINUTE) == first.pk


@clause("sla.fcfs")
def test_what_all_who_could_take_it_passed_over_is_next_again_and_supervisors_hear_of_it(world):
    one, two = world.agent(), world.agent("Naledi")
    boss = world.agent("Zanele", role="supervisor", teams=())
    first, _second = row_of(world, 2)
    hard = skill(world, "linux", one, two)
    set_skills(first, [hard], by=one, at=world.now)
    world.agent("Cannot")
    OutboundMail.objects.all().delete()
    pass_over(first, "Looks long", by=one, at=world.now)
    silent = OutboundMail.objects.count()
    pass_over(first, "Too hard", by=two, at=world.now + MINUTE)
    with pytest.raises(Refused, match="next one again"):
        pass_over(first, "Still too hard", by=two, at=world.now + 2 * MINUTE)

    assert silent == 0
    assert list(OutboundMail.objects.values_list("to_address", "kind")) == [(boss.email, "came_back")]
    assert ("sla.fcfs", "came back") in world.decisions(first)
    assert next_pk(one, world.now + 2 * MINUTE) == first.pk


def test_only_what_waits_for_one_s_own_team_can_be_passed_over(world):
    agent, boss = world.agent(), world.agent("Zanele", role="supervisor")
    first, second = row_of(world, 2)
    move_to_team(second, boss.teams.get(slug="supervisors"), by=boss, at=world.now)
    take_next(by=boss, at=world.now)
    for ticket in (first, second):
        with pytest.raises(Refused):
            pass_over(ticket, "No time", by=agent, at=world.now)

    assert PassOver.objects.count() == 0


# -- emergencies ------------------------------------------------------------------------------------------------------


@clause("sla.fcfs")
@clause("emergency.definition")
def test_an_emergency_goes_first_and_nothing_else_does(world):
    agent = world.agent()
    first, second, third = row_of(world, 3)
    with pytest.raises(Refused):
        declare(third, " ", by=agent.actor(), at=world.now)
    declare(third, "The whole server is down", by=agent.actor(), at=world.now)
    decision = Decision.objects.get(subject_id=third.pk, clause="emergency.definition")

    assert (decision.outcome, decision.facts["reason"]) == ("emergency", "The whole server is down")
    assert next_pk(agent, world.now) == third.pk
    assert last_out() == (third.pk, "next", 0, 0, 2, 0)
    assert [next_pk(agent, world.now), next_pk(agent, world.now)] == [first.pk, second.pk]


@clause("sla.fcfs")
def test_a_customer_s_place_counts_the_emergencies_that_go_first(world):
    agent = world.agent()
    first, second, third = row_of(world, 3)
    declare(third, "The whole server is down", by=agent.actor(), at=world.now)
    rows = list(Ticket.objects.filter(pk__in=[first.pk, second.pk]))

    assert places_of(rows, at=world.now) == {first.pk: 2, second.pk: 3}
    assert places_of(Ticket.objects.filter(pk=third.pk), at=world.now) == {third.pk: 1}


@clause("emergency.definition")
def test_an_emergency_that_is_none_is_back_at_its_place(world):
    agent = world.agent()
    first, second = row_of(world, 2)
    declare(second, "Everything is down", by=agent.actor(), at=world.now)
    withdraw(second, "The customer's own line", by=agent.actor(), at=world.now)

    assert next_pk(agent, world.now) == first.pk
    assert Entry.objects.filter(subject_id=second.pk, verb="no emergency").count() == 1


@clause("sla.fcfs")
def test_an_emergency_waits_for_who_has_the_skill_and_passing_it_by_needs_a_reason(world):
    plain, linux = world.agent(), world.agent("Linda")
    first, second = row_of(world, 2)
    set_skills(second, [skill(world, "linux", linux)], by=plain, at=world.now)
    declare(second, "The whole server is down", by=plain.actor(), at=world.now)
    with pytest.raises(Refused):
        assign(first, linux, by=linux, at=world.now)

    assert next_pk(plain, world.now) == first.pk
    assert next_pk(linux, world.now) == second.pk


@clause("sla.fcfs")
def test_a_ticket_chosen_with_a_reason_keeps_the_reason_and_past_how_many_it_went(world):
    agent = world.agent()
    _first, _second, third = row_of(world, 3)
    assign(third, agent, by=agent, at=world.now, reason="Same fault as the one I am on")
    out = HandOut.objects.get()

    assert (out.how, out.reason, out.past_choice) == ("taken", "Same fault as the one I am on", 2)
    assert (out.first, out.waited_seconds) == (True, 58 * 60)
