"""A list that changes, or money that is noted, at the same instant as a press: both are heard, one after the other."""

import threading
import time

import pytest
from django.db import transaction

from hostdesk.people.models import Contact
from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.requests.actions import (
    approving,
    carrying,
    choosing,
    confirming,
    contact_changes,
    contacts_by_staff,
    recovering,
)
from hostdesk.requests.models import Payment, Run
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_races import PHP, at_once, state
from hostdesk.requests.tests.test_recoveries import NEW, OLD, OWNER, Case
from tests.registries import on_loopback, rdap

pytestmark = pytest.mark.faults
clause = pytest.mark.clause


@pytest.fixture
def stage(committed_world):
    return Stage(committed_world)


@pytest.fixture
def committed_case(committed_world):
    """A recovery whose chosen password waits for an agent's hands."""
    publish_packaged_if_none(at=committed_world.now)
    with on_loopback() as there:
        there.pages.says("/rdap/domain/acme.example", rdap(**OLD))
        case = Case(committed_world, there)
        case.granted()
        yield case, choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)


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


@clause("contact.privileges")
@pytest.mark.parametrize("way", ["removed", "lowered"])
def test_nobody_begins_what_was_asked_by_a_contact_who_is_being_taken_off(stage, way):
    """Whoever begins has to wait for the removal, and then looks at who is listed now and not a moment ago."""
    at, held = stage.world.now, threading.Event()
    kind = ("php_version", PHP) if way == "removed" else ("plan_change", {"plan": "B"})
    request = stage.asks("ready", *kind, contact=stage.authorised if way == "removed" else stage.secondary)

    def takes_off():
        with transaction.atomic():
            if way == "removed":
                contact_changes.remove(stage.primary, stage.authorised, submission=None, at=at)
            else:
                contact_changes.change_role(
                    stage.primary, stage.secondary, role="authorised", submission=None, at=at
                )
            held.set()
            time.sleep(0.5)

    def begins():
        held.wait(20)
        carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=at)

    became = at_once(begins, takes_off)

    assert became[1] == "did"
    assert became[0] not in ("", "did")
    assert (state(request), Run.objects.count()) == ("refused", 0)


@clause("contact.password")
def test_a_password_that_is_noted_as_set_while_its_recovery_is_stopped_counts_once(committed_case):
    case, link = committed_case
    stop = case.token("recovery_granted", "alice@acme.example")
    became = at_once(
        lambda: choosing.set_by_hand(link, by=case.technician, at=case.world.now),
        lambda: recovering.stop(stop, at=case.world.now),
    )
    link.refresh_from_db()

    assert "" not in became
    assert became.count("did") == 1
    assert (case.now().state, link.outcome) in {("done", "done"), ("stopped", "unclear")}
