"""Kinds that only who is signed in may confirm, asked for by mail or telephone: the mail says so, and the way there is open."""

import re

import pytest

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people import seals
from hostdesk.requests.actions import confirming
from hostdesk.requests.models import Confirmation
from hostdesk.requests.tests.staging import Stage

clause = pytest.mark.clause
BY_MAIL = {"channel": "mail", "trust": "proven"}


@pytest.fixture
def stage(world):
    return Stage(world)


@clause("contact.restricted")
@pytest.mark.parametrize("how", [BY_MAIL, {"channel": "phone"}])
def test_the_mail_leads_to_the_page_where_one_is_signed_in(stage, how):
    request = stage.asks("owner", "ownership_change", {"new_owner": "Bravo Ltd"}, **how)
    mail = OutboundMail.objects.get(kind="request_please_confirm", ticket_number=request.ticket_id)

    assert f"/client/requests/{request.pk}" in mail.text
    assert ("Sign in to the client area" in mail.text, "/requests/confirmation/" in mail.text) == (
        True,
        False,
    )
    assert confirming.confirm(request, by=stage.primary, at=stage.world.now).state == "approval"


@clause("contact.restricted")
def test_a_link_is_no_yes_to_them_and_shuts_no_door(stage):
    request = stage.asks("owner", "ownership_change", {"new_owner": "Bravo Ltd"}, **BY_MAIL)
    Confirmation.objects.update(token_sha256=seals.fingerprint("known"))
    with pytest.raises(Refused) as refusal:
        confirming.confirm_by_link("known", at=stage.world.now)
    # As an earlier version left it: pressed, and not enough.
    Confirmation.objects.update(used_at=stage.world.now, via="link")

    assert "sign in" in refusal.value.sentence
    assert confirming.confirm(request, by=stage.primary, at=stage.world.now).state == "approval"
    assert [one.via for one in Confirmation.objects.filter(request=request)] == ["signed_in"]


@clause("contact.restricted")
def test_what_a_link_may_confirm_still_has_one(stage):
    request = stage.asks("plan", "plan_change", {"plan": "B"}, **BY_MAIL)
    mail = OutboundMail.objects.get(kind="request_please_confirm", ticket_number=request.ticket_id)
    token = re.search(r"/requests/confirmation/([\w-]+)", mail.text)[1]

    assert confirming.confirm_by_link(token, at=stage.world.now).state == "ready"
