"""How the author of a mail is named on screens: by a name, or by the address that wrote, never by somebody else's."""

import pytest

from hostdesk.gateway.actions.by_hand import open_as_ticket

clause = pytest.mark.clause


@clause("contact.listed_sender")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('"alice@acme.example"', "evil@nowhere.example"),
        ('"Alice Adams alice@acme.example"', "evil@nowhere.example"),
        ('"alice\uff20acme.example"', "evil@nowhere.example"),
        ('"evil@nowhere.example"', "evil@nowhere.example"),
        ('"Jan @ Home"', "Jan @ Home"),
    ],
)
def test_an_address_in_the_place_of_a_name_is_never_shown_as_its_author(world, name, shown):
    world.contact()
    mail = world.receives("evil@nowhere.example", name=name)
    ticket = open_as_ticket(mail, by=world.agent(), at=world.now)

    assert [message.author_name for message in ticket.messages.all()] == [shown]
