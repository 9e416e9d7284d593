"""What the evidence page says about contacts."""

import pytest

from hostdesk.hosting.models import Domain, Server
from hostdesk.people.evidence import off_server

clause = pytest.mark.clause


@clause("contact.off_server")
def test_evidence_lists_secondary_addresses_that_came_home_since_they_were_listed(world):
    acme = world.contact("bob@elsewhere.example", username="acme01", role="secondary").account
    world.contact("cleo@far.example", username="beta01", role="secondary")
    world.contact("dora@away.example", username="gamma01", role="secondary")
    world.contact("alice@acme.example", username="acme01", role="primary")
    before = off_server(world.now)
    Domain.objects.create(account=acme, name="elsewhere.example", created_at=world.now)
    Server.objects.create(name="web09", hostnames=["mail.far.example", "far.example"], created_at=world.now)
    after = off_server(world.now)

    assert (before.count, before.rate, before.exceptions) == (3, 1.0, [])
    assert (after.count, after.rate) == (3, 1 / 3)
    assert after.exceptions == [
        "account beta01: its secondary address lives on far.example",
        "account acme01: its secondary address lives on elsewhere.example",
    ]
    assert after.sentence == "3 secondary addresses are listed now, 2 of them on our own servers."


@clause("contact.off_server")
def test_evidence_forgets_secondary_contacts_who_were_removed(world):
    bob = world.contact("bob@elsewhere.example", username="acme01", role="secondary")
    bob.removed_at = world.now
    bob.save()

    assert off_server(world.now).count == 0
    assert off_server(world.now).rate is None
