"""A list that changes, or money that is noted, at the same instant as a press: both are heard, one after the other."""

import pytest

from hostdesk.people.models import Contact
from hostdesk.requests.actions import approving, confirming, contact_changes, contacts_by_staff
from hostdesk.requests.models import Payment
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_races import at_once, state

pytestmark = pytest.mark.faults
clause = pytest.mark.clause


@pytest.fixture
def stage(committed_world):
    return Stage(committed_world)


@clause("contact.restricted")
@pytest.mark.parametrize("way", ["removed", "lowered", "removed by staff"])
def test_a_contact_who_agrees_while_being_taken_off_the_list_is_heard_and_taken_off(stage, way):
    at = stage.world.now
    request = stage.asks("end", "cancellation")

    def changes():
        if way == "removed":
            contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at)
        elif way == "lowered":
            contact_changes.change_role(
                stage.primary, stage.secondary, role="authorised", submission=None, at=at
            )
        else:
            contacts_by_staff.remove(stage.secondary, why="asked by telephone", by=stage.boss, at=at)

    became = at_once(
        lambda: confirming.confirm(request, by=Contact.objects.get(pk=stage.secondary.pk), at=at), changes
    )
    secondary = Contact.objects.get(pk=stage.secondary.pk)

    assert became[1] == "did"
    assert became[0] == "did" or became[0] != ""
    assert (secondary.removed_at is not None) is (way != "lowered")
    assert secondary.role == ("authorised" if way == "lowered" else "secondary")
    assert state(request) in ("wait", "second", "refused")


@clause("contact.restricted")
def test_a_contact_whom_another_and_our_staff_take_off_at_once_is_taken_off_once(stage):
    at = stage.world.now
    stage.asks("end", "cancellation")
    became = at_once(
        lambda: contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at),
        lambda: contacts_by_staff.remove(stage.secondary, why="left the company", by=stage.boss, at=at),
    )

    assert "" not in became
    assert "did" in became
    assert Contact.objects.get(pk=stage.secondary.pk).removed_at is not None


@clause("contact.restricted")
def test_a_price_accepted_while_its_contact_is_taken_off_the_list(stage):
    at = stage.world.now
    request = stage.asks("price", "account_cleanup", contact=stage.secondary)
    became = at_once(
        lambda: confirming.accept_price(request, by=stage.secondary, cents=request.price_cents, at=at),
        lambda: contact_changes.remove(stage.primary, stage.secondary, submission=None, at=at),
    )

    assert (became[1], became[0] != "") == ("did", True)
    assert Contact.objects.get(pk=stage.secondary.pk).removed_at is not None
    assert state(request) in ("payment", "price", "refused")


@clause("contact.restricted")
def test_two_contacts_who_take_each_other_off_at_once_leave_one(stage):
    at, names = stage.world.now, (stage.secondary, stage.authorised)
    stage.asks("end", "cancellation")
    became = at_once(
        lambda: contact_changes.remove(stage.primary, names[0], submission=None, at=at),
        lambda: contact_changes.remove(stage.secondary, names[1], submission=None, at=at),
        lambda: contact_changes.change_role(
            stage.primary, names[0], role="authorised", submission=None, at=at
        ),
    )

    assert "" not in became
    assert "did" in became


@clause("fee.minimum")
def test_one_reference_noted_for_two_requests_at_once_pays_one(stage):
    at, requests = stage.world.now, []
    for kind in ("account_cleanup", "account_recreation"):
        request = stage.asks(kind, kind)
        if kind == "account_recreation":
            confirming.confirm(request, by=stage.secondary, at=at)
        confirming.accept_price(request, by=stage.primary, cents=request.price_cents, at=at)
        requests.append(request)
    became = at_once(
        *[
            lambda one=one, said=said: approving.record_payment(
                one, cents=one.price_cents, reference=said, by=stage.billing, at=at
            )
            for one, said in zip(requests, ("FNB 7000 REF", " fnb  7000 ref"), strict=True)
        ]
    )

    assert became.count("did") == 1
    assert "This reference is noted already, for ticket" in next(one for one in became if one != "did")
    assert Payment.objects.count() == 1
