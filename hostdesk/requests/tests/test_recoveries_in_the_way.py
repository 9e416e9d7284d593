"""Recoveries that others began, accounts that close, and domains that move while one is under way."""

import pytest
from django.test import Client

from hostdesk.hosting.models import Account, Domain
from hostdesk.mail.models import OutboundMail
from hostdesk.people import seals
from hostdesk.requests.actions import recovering
from hostdesk.requests.models import Recovery
from hostdesk.requests.tests.test_recoveries import OWNER, case, there  # noqa: F401

pytestmark = pytest.mark.clause("contact.password")


@pytest.mark.parametrize("gone", ["account", "domain"])
def test_t54_nobody_is_let_in_for_a_domain_that_is_the_accounts_no_more(case, gone):  # noqa: F811
    case.approved()
    if gone == "account":
        Account.objects.update(closed_at=case.world.now)
    else:
        Domain.objects.filter(name="acme.example").delete()
    row = case.looks(hours=97)

    assert (row.state, "or the account is closed" in row.sentence) == ("refused", True)
    assert not OutboundMail.objects.filter(kind="password_link").exists()


def test_whoever_was_stopped_learns_no_name_of_a_contact(case):  # noqa: F811
    row = case.starts()
    case.looks()
    case.places(row)
    case.looks(minutes=5)
    Recovery.objects.filter(pk=row.pk).update(page_sha256=seals.fingerprint("x" * 43))
    recovering.stop(case.token("recovery_notice", "alice@acme.example"), at=case.world.now)
    page = Client().get(f"/recovery/domain/{'x' * 43}").content.decode()

    assert ("A contact of the account stopped it." in page, "Alice" in page, "Keep the address" in page) == (
        True, False, False,
    )  # fmt: skip


def test_strangers_who_show_nothing_keep_no_owner_out(case):  # noqa: F811
    for number in range(3):
        case.starts(address=f"eve{number}@evil.example", network=f"198.51.100.{number}/32")
        case.looks()
    mine = case.starts(address=OWNER, network="192.0.2.1/32")
    case.looks()
    unseen = Recovery.objects.get(pk=mine.pk).state
    case.places(mine)
    case.looks(minutes=5)
    case.looks(minutes=5)
    row = Recovery.objects.get(pk=mine.pk)

    assert (unseen, row.state, row.proof) == ("asked", "open", "dns")
    assert OutboundMail.objects.filter(kind="recovery_address", to_address=OWNER).count() == 1
