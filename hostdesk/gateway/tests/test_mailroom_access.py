"""Who sees which mail in the mailroom."""

import pytest

from hostdesk.gateway.queries import mails_for_agent, outbound_for_agent
from hostdesk.mail.actions import OutboundDraft, queue

clause = pytest.mark.clause


@clause("conduct.complaints")
def test_mail_of_a_complaint_in_and_out_is_seen_by_supervisors_only(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    world.contact()
    complaint = world.receives("alice@acme.example", to="complaint")
    request = world.receives("alice@acme.example")

    assert list(mails_for_agent(agent)) == [request]
    assert set(mails_for_agent(chief)) == {complaint, request}
    assert [mail.ticket_number for mail in outbound_for_agent(agent)] == [request.ticket_number]
    assert {mail.ticket_number for mail in outbound_for_agent(chief)} == {
        complaint.ticket_number,
        request.ticket_number,
    }


@clause("conduct.complaints")
def test_a_complaint_that_still_waits_to_be_sorted_is_hidden_already(world):
    agent, chief = world.agent(), world.agent("Zanele", role="supervisor")
    waiting = world.keeps(
        world.letter("s@x.example", to="complaint@itpossible.com"), to="complaint@itpossible.com"
    )

    assert (list(mails_for_agent(agent)), list(mails_for_agent(chief))) == ([], [waiting])


@pytest.mark.parametrize("kind", ["sign_in_link", "invitation"])
def test_a_mail_that_signs_somebody_in_is_shown_to_nobody_once_mail_can_leave(world, settings, kind):
    technician, admin = world.agent(), world.agent("Anita", role="admin")
    queue(
        OutboundDraft(kind=kind, to_address="a@b.example", subject="Sign in", text="https://..."),
        at=world.now,
    )

    def seen():
        return [outbound_for_agent(agent).count() for agent in (technician, admin)]

    settings.SMTP_URL = ""
    held = seen()
    settings.SMTP_URL = "smtp://127.0.0.1:25"

    assert (held, seen()) == ([0, 1], [0, 0])
