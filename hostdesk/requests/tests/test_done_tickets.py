"""The ticket of a request that was carried out: nobody has to answer what was done, unless more was asked on it."""

import pytest

from hostdesk.requests.actions import carrying, confirming
from hostdesk.requests.tests.staging import Stage
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
