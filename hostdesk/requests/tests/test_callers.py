"""A caller asks: what the telephone PIN proves, and what has to be confirmed beside it."""

import re

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.requests.actions import confirming
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest

clause = pytest.mark.clause


@clause("contact.restricted")
@pytest.mark.parametrize("way", ["link", "signed_in"])
def test_a_caller_whose_pin_does_not_prove_enough_confirms_as_well_and_both_are_kept(world, way):
    primary = world.contact()
    wish = Wish(
        kind="plan_change", contact=primary, channel="phone", details={"plan": "Business 20"}, pin_spoken=True
    )
    request = ask(wish, by=primary.actor(), at=world.now)
    assert request.state == "confirm"

    mail = OutboundMail.objects.get(kind="request_please_confirm", to_address=primary.person.email)
    token = re.search(r"/requests/confirmation/([\w-]+)", mail.text)[1]
    if way == "link":
        confirming.confirm_by_link(token, at=world.now)
    else:
        confirming.confirm(request, by=primary, at=world.now)

    assert AdminRequest.objects.get().state == "ready"
    assert list(request.confirmations.order_by("pk").values_list("via", flat=True)) == ["pin", way]
    with pytest.raises(Refused, match="has been used"):
        confirming.confirm_by_link(token, at=world.now)
