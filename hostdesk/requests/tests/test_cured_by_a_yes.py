"""A yes to a change of a contact lets go on what waited for details that were out of date."""

from datetime import timedelta

import pytest

from hostdesk.people.models import Contact
from hostdesk.requests.actions import contact_changes
from hostdesk.requests.tasks import details_cured
from hostdesk.requests.tests.test_contact_changes import people, token  # noqa: F401

clause = pytest.mark.clause


@clause("contact.current")
@pytest.mark.parametrize("change", ["address", "role"])
def test_a_yes_to_a_change_lets_what_waited_for_old_details_go_on(world, people, change):  # noqa: F811
    primary, _, authorised = people
    Contact.objects.filter(pk=authorised.pk).update(created_at=world.now - timedelta(days=2000))
    ticket = world.ticket_of(world.receives("dev@acme.example"))
    before = ticket.state
    if change == "address":
        contact_changes.change_address(
            primary, authorised, email="dev@new.example", network="n", submission=None, at=world.now
        )
    else:
        contact_changes.hand_over(primary, authorised, network="n", submission=None, at=world.now)
    contact_changes.verify(
        token("dev@new.example" if change == "address" else "dev@acme.example"), at=world.now
    )
    details_cured(world.now)
    ticket.refresh_from_db()

    assert (before, ticket.state) == ("waiting_customer", "new")
