"""The time of larger work: proposed, chosen, moved, given up, missed, done and looked at by a second pair of eyes."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Team
from hostdesk.schedule import actions as schedule
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.tickets.actions import closing, slot_work, slots
from hostdesk.tickets.models import Breach, Ticket, WindowBooking

pytestmark = pytest.mark.clause("sla.offpeak")
WORDS = "We move your databases to the new server."


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


class Night:
    """A desk with planned windows, an agent, a customer's ticket; weekend windows in order."""

    def __init__(self, world):
        self.world = world
        self.agent, self.contact = world.agent("Bongani"), world.contact()
        self.sue = world.agent("Sue", role="supervisor")
        self.ticket = world.ticket(self.contact, subject="Move the databases")
        schedule.plan_windows(world.now)
        self.windows = list(MaintenanceWindow.objects.filter(policy_slug="hosting").order_by("begins_at"))

    @property
    def now(self):
        return self.world.now

    def propose(self, ticket=None, *, window=0, work="extensive", words=WORDS, by=None):
        proposal = slots.Proposal(work, self.windows[window], words)
        return slots.propose(ticket or self.ticket, proposal, by=by or self.agent, at=self.now)

    def agreed(self, ticket=None, **given):
        self.propose(ticket, **given)
        return slots.accept(ticket or self.ticket, by=self.contact, at=self.now)

    def states(self, ticket=None):
        row = Ticket.objects.get(pk=(ticket or self.ticket).pk)
        booking = WindowBooking.objects.filter(ticket=row).order_by("-pk").first()
        return row.state, booking.state if booking else None

    def booked(self):
        return [
            one.booked
            for one in MaintenanceWindow.objects.filter(pk__in=[w.pk for w in self.windows[:3]]).order_by(
                "begins_at"
            )
        ]

    def clock(self, kind="resolution"):
        return Ticket.objects.get(pk=self.ticket.pk).clocks.get(kind=kind)

    def token(self):
        mail = OutboundMail.objects.filter(kind="slot_proposal").order_by("-pk").first()
        return re.search(r"/quiet-times/([\w-]+)", mail.text)[1]

    def mails(self):
        return [pair for pair in self.world.outbox if pair[0].startswith("slot")]


@pytest.fixture
def night(world):
    return Night(world)


def test_a_proposal_holds_a_place_answers_the_customer_and_waits_for_them(night):
    night.propose()

    assert night.states() == ("waiting_customer", "proposed")
    assert night.booked() == [1, 0, 0]
    assert re.search(
        r">Yes, [A-Z][a-z]+ .+ suits me</a>", OutboundMail.objects.get(kind="slot_proposal").html
    )
    assert night.mails() == [("slot_proposal", "alice@acme.example")]
    assert (night.clock("response").state, night.clock().state) == ("met", "paused")
    assert night.world.decisions(night.ticket)[-1] == ("sla.offpeak", "proposed")
    assert night.world.words(night.ticket)[-1] == (
        "agent",
        f"{WORDS}\n\nThe time that we propose for it: Sat 28 Nov, 00:00 to 06:00.",
    )


def test_the_accepted_time_moves_the_promise_to_the_end_of_the_window(night):
    night.agreed()

    assert night.states() == ("waiting_window", "agreed")
    assert (night.clock().state, night.clock().due_at) == ("paused", utc(2026, 11, 28, 4))
    assert night.mails()[1:] == [("slot_news", "alice@acme.example"), ("slot_told", "bongani@itpossible.com")]
    # A week of waiting breaks no promise.
    night.world.move(days=4)
    assert Breach.objects.count() == 0


def test_the_customer_takes_another_free_window_instead(night):
    night.propose()
    slots.accept(night.ticket, by=night.contact, at=night.now, window=night.windows[2])

    assert night.booked() == [0, 0, 1]
    assert night.clock().due_at == night.windows[2].ends_at


def test_the_mailed_link_accepts_once(night):
    night.propose()
    token = night.token()
    assert slots.of_token(token, at=night.now).ticket_id == night.ticket.pk
    slots.accept_by_link(token, at=night.now)

    assert night.states() == ("waiting_window", "agreed")
    with pytest.raises(Refused, match="has been used"):
        slots.accept_by_link(token, at=night.now)


def test_a_time_that_changes_again_and_again_within_an_hour_is_told_each_time(night):
    """Each word stands for a press of a button: no breaker takes it for two programs that answer each other."""
    night.agreed()
    for number in (1, 2, 0, 1, 2):
        slots.move_by_agent(
            night.ticket, night.windows[number], reason="A disk is late.", by=night.agent, at=night.now
        )

    assert OutboundMail.objects.filter(kind="slot_news").count() == 6
    assert not OutboundMail.objects.filter(state="held").exists()


@pytest.mark.parametrize("how", ["another proposal", "contact removed", "ticket solved", "too late"])
def test_a_link_that_does_not_hold_any_more_opens_nothing(night, how):
    night.propose()
    token, at = night.token(), night.now
    if how == "another proposal":
        night.propose(window=1)
    elif how == "contact removed":
        type(night.contact).objects.filter(pk=night.contact.pk).update(removed_at=at)
    elif how == "ticket solved":
        closing.resolve(night.ticket, by=night.agent, at=at)
    else:
        at = night.windows[0].begins_at - timedelta(hours=24)
        assert slots.of_token(token, at=at - timedelta(seconds=1)) is not None
    with pytest.raises(Refused, match="has been used"):
        slots.accept_by_link(token, at=at)


@pytest.mark.clause("fee.minimum")
def test_no_time_is_set_aside_for_an_advanced_ticket_that_is_not_paid(night):
    Ticket.objects.filter(pk=night.ticket.pk).update(ticket_class="advanced")
    with pytest.raises(Refused, match="before its price is accepted and paid") as refused:
        night.propose()

    assert refused.value.clause == "fee.minimum"
    assert night.states() == ("new", None)
    assert night.booked() == [0, 0, 0]


@pytest.mark.clause("fee.minimum")
def test_a_ticket_classed_as_advanced_afterwards_loses_its_time(night):
    night.agreed()
    Ticket.objects.filter(pk=night.ticket.pk).update(ticket_class="advanced")

    assert slot_work.slot_round(night.now) == 1
    assert night.states() == ("open", "released")
    assert night.booked() == [0, 0, 0]


def test_what_cannot_be_proposed_is_refused_with_what_to_do(night):
    with pytest.raises(Refused, match="modification, extensive, testing, research"):
        night.propose(work="party")
    with pytest.raises(Refused, match="what will be done"):
        night.propose(words=" ")
    with pytest.raises(Refused, match="windows that are offered"):
        elsewhere = Team.objects.create(slug="systems", name="Systems")
        MaintenanceWindow.objects.filter(pk=night.windows[0].pk).update(team=elsewhere)
        night.windows[0].refresh_from_db()
        night.propose()
    night.agreed(window=1)
    with pytest.raises(Refused, match="Move it instead"):
        night.propose(window=2)
    closing.resolve(night.ticket, by=night.agent, at=night.now)
    with pytest.raises(Refused, match="resolved"):
        night.propose()


def test_a_weeknight_of_another_policy_is_not_for_this_customer(night):
    weeknight = MaintenanceWindow.objects.filter(policy_slug="dedicated").first()
    with pytest.raises(Refused, match="off-peak hours of this customer's policy are Saturday and Sunday"):
        slots.propose(night.ticket, slots.Proposal("testing", weeknight, WORDS), by=night.agent, at=night.now)


def test_tickets_of_another_policy_take_no_more_of_a_shared_night_than_their_own_figure(night):
    servers = [
        night.world.ticket(
            night.world.contact(
                f"s{n}@s{n}.example", username=f"srv{n}", customer=f"S{n}", domains=(), product="dedicated"
            )
        )
        for n in range(5)
    ]
    for one in servers[:4]:
        slots.propose(
            one,
            slots.Proposal("testing", night.windows[0], WORDS, jump_reason="in order"),
            by=night.agent,
            at=night.now,
        )
    with pytest.raises(Refused, match="No more than 4 tickets of this policy"):
        slots.propose(
            servers[4],
            slots.Proposal("testing", night.windows[0], WORDS, jump_reason="x"),
            by=night.agent,
            at=night.now,
        )
    night.propose()

    assert night.booked() == [5, 0, 0]


def test_customers_move_their_time_until_a_day_before(night):
    night.agreed()
    slots.move_by_contact(night.ticket, night.windows[1], by=night.contact, at=night.now)
    assert (night.booked(), night.clock().due_at) == ([0, 1, 0], night.windows[1].ends_at)
    assert night.mails()[-2:] == [
        ("slot_news", "alice@acme.example"),
        ("slot_told", "bongani@itpossible.com"),
    ]

    last = night.windows[1].begins_at - timedelta(hours=24)
    with pytest.raises(Refused, match="too soon to be changed here"):
        slots.move_by_contact(night.ticket, night.windows[2], by=night.contact, at=last)
    with pytest.raises(Refused, match="too soon to be changed here"):
        slots.give_up(night.ticket, reason="", by=night.contact, at=last)
    slots.move_by_contact(night.ticket, night.windows[2], by=night.contact, at=last - timedelta(seconds=1))
    assert WindowBooking.objects.get().sequence == 3


def test_an_agent_moves_a_time_with_a_reason_that_everybody_hears(night):
    night.agreed()
    other = night.world.agent("Naledi")
    with pytest.raises(Refused, match="Say why"):
        slots.move_by_agent(night.ticket, night.windows[1], reason=" ", by=other, at=night.now)
    slots.move_by_agent(night.ticket, night.windows[1], reason="A disk is late.", by=other, at=night.now)
    news = OutboundMail.objects.filter(kind="slot_news").order_by("-pk").first()
    told = OutboundMail.objects.filter(kind="slot_told").order_by("-pk").first()

    assert "The reason: A disk is late." in news.text
    assert "before it was Sat 28 Nov, 00:00 to 06:00" in news.text
    assert (told.to_address, "Naledi moved the work from" in told.text) == ("bongani@itpossible.com", True)
    assert night.world.events(night.ticket)[-1][0] == "slot moved"


def test_giving_a_time_up_brings_the_ticket_back_with_its_clock(night):
    night.agreed()
    slots.give_up(night.ticket, reason="The disks did not come.", by=night.agent, at=night.now)

    assert night.states() == ("open", "released")
    assert night.booked() == [0, 0, 0]
    assert (night.clock().state, night.clock().due_at) == ("running", night.now + timedelta(hours=6))


def test_a_proposal_that_nobody_answers_is_given_back(night):
    night.propose()
    night.world.now = night.windows[0].begins_at - timedelta(hours=24)
    assert slot_work.slot_round(night.now - timedelta(seconds=1)) == 0
    assert slot_work.slot_round(night.now) == 1
    assert slot_work.slot_round(night.now) == 0

    assert night.states() == ("open", "released")
    assert night.booked() == [0, 0, 0]
    assert night.mails()[-2:] == [
        ("slot_news", "alice@acme.example"),
        ("slot_told", "bongani@itpossible.com"),
    ]


def test_work_not_checked_off_comes_back_to_the_queue_and_is_said_aloud(night):
    night.agreed()
    night.world.now = night.windows[0].ends_at
    assert slot_work.slot_round(night.now - timedelta(seconds=1)) == 0
    assert slot_work.slot_round(night.now) == 1
    ticket = Ticket.objects.get(pk=night.ticket.pk)

    assert night.states() == ("open", "missed")
    assert ticket.assignee is None
    assert list(Ticket.objects.waiting()) == [ticket]
    assert (night.clock().state, night.clock().due_at) == ("running", night.now + timedelta(hours=6))
    assert night.mails()[-3:] == [
        ("slot_news", "alice@acme.example"),
        ("slot_told", "bongani@itpossible.com"),
        ("slot_told", "sue@itpossible.com"),
    ]


def test_work_is_checked_off_in_its_window_and_verified_by_somebody_else(night):
    night.agreed()
    with pytest.raises(Refused, match="begins later"):
        slot_work.check_off(
            night.ticket, "Moved.", by=night.agent, at=night.windows[0].begins_at - timedelta(seconds=1)
        )
    at = night.windows[0].begins_at + timedelta(hours=1)
    with pytest.raises(Refused, match="what was done"):
        slot_work.check_off(night.ticket, "", by=night.agent, at=at)
    slot_work.check_off(night.ticket, "All databases moved.", by=night.agent, at=at)
    assert night.states() == ("waiting_customer", "done")
    assert slot_work.slot_round(night.windows[0].ends_at) == 0

    with pytest.raises(Refused, match="You did this work"):
        slot_work.verify(night.ticket, by=night.agent, at=at)
    slot_work.verify(night.ticket, by=night.world.agent("Naledi"), at=at)
    assert night.states() == ("resolved", "verified")
    assert WindowBooking.objects.get().verified_how == "Naledi"


def test_the_customer_verifies_or_says_what_is_not_right(night):
    second = night.world.ticket(night.contact, subject="Test the mailer")
    for one in (night.ticket, second):
        slots.propose(
            one,
            slots.Proposal("testing", night.windows[0], WORDS, jump_reason="same customer"),
            by=night.agent,
            at=night.now,
        )
        slots.accept(one, by=night.contact, at=night.now)
        slot_work.check_off(one, "Done.", by=night.agent, at=night.windows[0].begins_at)
    at = night.windows[0].ends_at
    slot_work.verify_by_contact(night.ticket, by=night.contact, at=at)
    slot_work.not_right(second, "Mail still bounces.", by=night.contact, at=at)

    assert night.states() == ("resolved", "verified")
    assert night.states(second) == ("open", "not_right")
    assert night.world.words(second)[-1] == ("customer", "Mail still bounces.")
    with pytest.raises(Refused, match="Nothing on this ticket"):
        slot_work.verify_by_contact(second, by=night.contact, at=at)
