"""The ticket of a request that was carried out: nobody has to answer what was done, unless more was asked on it."""

import pytest

from hostdesk.requests.actions import approving, carrying, confirming
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_asking import wish
from hostdesk.requests.tests.test_desk_requests import desk
from hostdesk.requests.words import left_to_do
from hostdesk.tickets.actions import writing
from hostdesk.tickets.models import Message, Ticket

clause = pytest.mark.clause


@pytest.fixture
def stage(world):
    return Stage(world)


def carried_out(stage, request):
    at = stage.world.now
    run = carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=at)
    for position in range(2):
        carrying.tick(request, position=position, by=stage.agent, at=at)
    carrying.finish(run, state="done", after={"seen": "designer"}, answer="", by=stage.agent, at=at)
    return Ticket.objects.get(pk=request.ticket_id)


@clause("channel.tickets")
@pytest.mark.parametrize("channel", ["client", "phone"])
def test_a_ticket_that_was_opened_for_a_request_is_solved_when_it_is_done(stage, channel):
    kind, details = ("ftp_access", {"user": "designer"})
    if channel == "phone":
        kind, details = ("php_version", {"domain": "acme.example", "version": "8.3"})
    ticket = carried_out(stage, stage.asks("one", kind, details, channel=channel, pin_spoken=True))

    assert ticket.state == "resolved"
    assert ticket.clocks.filter(stopped_at=None).count() == 0
    assert "carried out" in Message.objects.filter(ticket=ticket, kind="system").latest("pk").text


def test_a_mail_that_may_ask_for_more_is_left_to_be_answered(stage):
    ticket = stage.letter("A new FTP user please, and when does the shop open again?")
    request = stage.asks(
        "one", "ftp_access", {"user": "designer"}, channel="mail", trust="proven", ticket=ticket
    )
    ticket = carried_out(stage, _confirmed(stage, request))

    assert ticket.state != "resolved"


def test_another_request_on_the_same_ticket_keeps_it_open(stage):
    first = stage.asks("one", "ftp_access", {"user": "designer"})
    stage.asks("two", "database_access", {"database": "shop"}, ticket=first.ticket)

    assert carried_out(stage, first).state != "resolved"


def test_a_question_of_the_contact_keeps_it_open(stage):
    request = stage.asks("one", "ftp_access", {"user": "designer"})
    Message.objects.create(
        ticket=request.ticket, kind="customer", author_name="Alice", text="Which folder?", at=stage.world.now
    )

    assert carried_out(stage, request).state != "resolved"


def _confirmed(stage, request):

    return confirming.confirm(request, by=stage.primary, at=stage.world.now)


@clause("channel.tickets")
def test_a_ticket_whose_only_request_was_refused_by_the_policy_is_solved_and_says_why(stage):
    request = stage.asks("one", "plan_change", {"plan": "Business 20"}, contact=stage.authorised)
    ticket = Ticket.objects.get(pk=request.ticket_id)

    assert (request.state, ticket.state) == ("refused", "resolved")
    assert ticket.clocks.filter(stopped_at=None).count() == 0
    said = Message.objects.filter(ticket=ticket, kind="system").latest("pk").text
    assert "primary or secondary contact only" in said
    assert "Reply if you still need something" in said


def test_a_ticket_whose_only_request_an_agent_refused_is_solved(stage):
    request = stage.asks("one", "ftp_access", {"user": "designer"})
    approving.refuse_by_hand(
        request, reason="There is a user of that name.", by=stage.agent, at=stage.world.now
    )

    assert Ticket.objects.get(pk=request.ticket_id).state == "resolved"


def test_a_ticket_whose_request_the_asker_took_back_is_solved(stage):
    request = stage.asks("one", "ftp_access", {"user": "designer"})
    confirming.withdraw(request, by=stage.primary, at=stage.world.now)

    assert Ticket.objects.get(pk=request.ticket_id).state == "resolved"


def test_when_another_contact_stops_it_who_asked_hears_of_it_and_a_person_looks(stage):
    request = stage.asks("one", "ftp_access", {"user": "designer"}, contact=stage.authorised)
    confirming.withdraw(request, by=stage.secondary, at=stage.world.now)
    ticket = Ticket.objects.get(pk=request.ticket_id)

    assert ticket.state != "resolved"
    assert ("request_refused", stage.authorised.person.email) in stage.world.outbox
    said = Message.objects.filter(ticket=ticket, kind="system").latest("pk").text
    assert "Alice Elsewhere stopped it." in said
    assert stage.authorised.person.name in said


def test_a_refused_request_of_a_mail_leaves_the_mail_to_be_answered_and_says_so(stage):
    ticket = stage.letter("A bigger plan please, and when does the shop open again?")
    request = stage.asks(
        "one", "plan_change", {"plan": "Business 20"}, channel="mail", trust="proven", ticket=ticket
    )
    approving.refuse_by_hand(
        request, reason="That plan is not sold here.", by=stage.agent, at=stage.world.now
    )
    ticket.refresh_from_db()

    assert ticket.state == "new"
    assert "not sold here" in Message.objects.filter(ticket=ticket, kind="system").latest("pk").text


def test_a_request_that_nobody_confirmed_leaves_no_ticket_to_answer(stage):
    request = stage.asks("one", "cancellation")
    stage.world.move(days=30)
    look_again(stage.world.now)
    request.refresh_from_db()

    assert (request.state, Ticket.objects.get(pk=request.ticket_id).state) == ("expired", "resolved")


def test_the_panel_beside_an_open_ticket_says_what_is_left_to_do(stage):
    ticket = stage.letter("A new FTP user please, and when does the shop open again?")
    request = stage.asks(
        "one", "ftp_access", {"user": "designer"}, channel="mail", trust="proven", ticket=ticket
    )
    confirming.withdraw(request, by=stage.primary, at=stage.world.now)

    request.refresh_from_db()
    assert left_to_do(request).endswith("resolve the ticket.")
    page = desk(stage.agent).get(f"/desk/tickets/{ticket.number}/requests").content.decode()
    assert left_to_do(request) in page


@clause("sla.delays", "contact.restricted")
def test_whoever_answers_while_contacts_can_object_owes_no_next_word_before_that_is_over(world):
    primary = world.contact()
    world.contact("dev@acme.example", name="Dev", role="authorised")
    request = wish(world, primary, "ownership_change", details={"new_owner": "Lindiwe Mokoena"})
    said = writing.Answer("We have it, and come back when the four days are over.", then="open")
    writing.answer(request.ticket, said, by=world.agent(), at=world.now)
    update = request.ticket.clocks.get(kind="update")
    assert update.waits == "objections"

    world.move(hours=97)
    look_again(world.now)
    update.refresh_from_db()
    assert (update.waits, update.late_at) == ("", None)
    assert update.due_at > world.now
