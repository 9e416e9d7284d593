"""What the evidence counts, and that it finds what ought not to have happened."""

import pytest

from hostdesk.requests import evidence as kept_here
from hostdesk.requests.actions import approving, carrying, confirming
from hostdesk.requests.models import AdminRequest, Approval, Payment, Run
from hostdesk.requests.tests.staging import Stage

clause = pytest.mark.clause


@pytest.fixture
def stage(world):
    return Stage(world)


def evidence(clause_id, stage):
    found = _FUNCTIONS[clause_id](stage.world.now)
    return found.count, found.rate, found.exceptions


_FUNCTIONS = {
    "contact.privileges": kept_here.privileges,
    "contact.restricted": kept_here.restricted,
    "fee.cleanup": kept_here.charged,
    "channel.tickets": kept_here.documented,
}


def carried_out(stage, request):
    return carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=stage.world.now)


@clause("contact.privileges")
@clause("contact.restricted")
def test_a_change_that_went_its_way_counts_as_kept_and_one_that_did_not_is_named(stage):
    kept = stage.asks("ready", "plan_change", {"plan": "Business 20"})
    broken = stage.asks("broken", "suspension")
    for request in (kept, broken):
        carried_out(stage, request)
    name = f"{broken.ticket.number}: Closing an account for a time, at the customer's own wish"

    assert evidence("contact.privileges", stage) == (2, 1.0, [])
    assert evidence("contact.restricted", stage) == (2, 1.0, [])
    AdminRequest.objects.filter(pk=broken.pk).update(proven_at=None)
    assert evidence("contact.privileges", stage) == (2, 0.5, [name])


@clause("contact.restricted")
def test_a_yes_that_was_needed_and_is_missing_is_named(stage):
    details = {"domain": "acme.example", "name_servers": "ns1.other.example"}
    request = stage.asks("approval", "dns_delegation", details)
    approving.approve(request, by=stage.other, at=stage.world.now)
    stage.world.move(hours=4)
    carried_out(stage, request)

    assert evidence("contact.restricted", stage) == (1, 1.0, [])
    Approval.objects.all().delete()
    count, rate, lines = evidence("contact.restricted", stage)
    assert (count, rate, [line.partition(":")[0] for line in lines]) == (1, 0.0, [request.ticket.number])


@clause("fee.cleanup")
def test_work_that_began_before_it_was_paid_is_named(stage):
    request = stage.asks("price", "account_cleanup")
    at = stage.world.now
    confirming.accept_price(request, by=stage.primary, cents=request.price_cents, at=at)
    approving.record_payment(request, cents=request.price_cents, reference="EFT 1", by=stage.billing, at=at)
    stage.world.move(days=4, hours=18, minutes=30)
    carried_out(stage, request)

    assert evidence("fee.cleanup", stage) == (1, 1.0, [])
    Payment.objects.all().delete()
    assert evidence("fee.cleanup", stage) == (
        1,
        0.0,
        [f"{request.ticket.number}: Cleaning up or re-installing an account"],
    )


@clause("channel.tickets")
def test_a_change_that_left_no_trace_on_its_ticket_is_named(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8.3"})
    carried_out(stage, request)

    assert evidence("channel.tickets", stage) == (2, 1.0, [])
    silent = stage.asks("silent", "ftp_access", {"user": "designer"})
    Run.objects.create(
        request=silent,
        agent=stage.agent,
        panel="by_hand",
        operation="by_hand",
        key="k",
        next_try_at=stage.world.now,
        started_at=stage.world.now,
    )
    assert evidence("channel.tickets", stage) == (
        4,
        0.75,
        [f"{silent.ticket.number}: a change that is not in its history"],
    )
