"""What the evidence page says about contacts."""

import pytest

from hostdesk.hosting.models import Domain, Server
from hostdesk.people.actions import persons
from hostdesk.people.evidence import current, off_server, published
from hostdesk.people.models import Person
from hostdesk.policy import queries as policy

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


@clause("contact.current")
def test_evidence_counts_details_that_are_out_of_date(world):
    alice, bob = world.contact(), world.contact("bob@bravo.example", username="bravo01", customer="Bravo")
    fresh = current(world.now)
    Person.objects.filter(pk=bob.person_id).update(hard_bounces=2, details_asked_at=world.now)
    later = current(world.now)

    assert (fresh.count, fresh.rate) == (2, 1.0)
    assert (later.rate, later.exceptions) == (0.5, ["account bravo01, primary contact: mail comes back"])
    assert "1 are out of date, and 1 of these were asked" in later.sentence
    assert alice.pk != bob.pk


@clause("scope.published")
def test_evidence_counts_who_read_the_version_in_force(world):
    alice = world.contact()
    world.contact("bob@bravo.example", username="bravo01", customer="Bravo")
    before = published(world.now)
    persons.read_policy(alice.person, [version.id for version in policy.newest()], at=world.now)

    assert (before.count, before.rate, published(world.now).rate) == (2, 0.0, 0.5)
