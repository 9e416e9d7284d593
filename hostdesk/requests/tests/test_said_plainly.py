"""Pages that say how things stand now, to whoever pressed a button a moment too late or waits for something."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hostdesk.kit.actors import SYSTEM
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import details, persons
from hostdesk.people.models import Contact
from hostdesk.policy import documents
from hostdesk.policy import queries as policy
from hostdesk.policy.actions import publish
from hostdesk.requests.actions import carrying, contact_changes, recovering
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.tests.test_desk_recoveries import case  # noqa: F401
from hostdesk.requests.tests.test_desk_requests import desk, words
from hostdesk.requests.tests.test_recoveries import OWNER
from hostdesk.tickets.tests.browsers import browser_of

clause = pytest.mark.clause
PHP = {"domain": "acme.example", "version": "8.3"}


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


@pytest.fixture
def urgent(stage, tmp_path):
    """A company that takes calls in an emergency."""
    folder = tmp_path / "policy"
    shutil.copytree(Path(settings.HOSTDESK_POLICY), folder)
    file = folder / "operator.yaml"
    file.write_text(file.read_text() + 'emergency_telephone: "+27 21 555 0199"\n')
    publish(documents.load_folder(folder).policies["hosting"], by=SYSTEM, at=timezone.now())


def mailed_page(kind):
    return re.search(r"https?://[^/\s]+(/\S+)", OutboundMail.objects.filter(kind=kind).latest("pk").text)[1]


@clause("contact.privileges")
@pytest.mark.parametrize("way", ["link", "signed in"])
def test_a_yes_that_comes_after_the_right_was_lost_is_not_thanked_for(stage, client, way):
    request = stage.asks("mine", "plan_change", {"plan": "Business 20"}, channel="mail", trust="proven")
    Contact.objects.filter(pk=stage.secondary.pk).update(role="authorised")
    Contact.objects.filter(pk=stage.primary.pk).update(role="authorised")
    if way == "link":
        answer = client.post(mailed_page("request_please_confirm"))
    else:
        browser = browser_of(stage.primary)
        browser.post(f"/client/requests/{request.pk}/confirmation")
        answer = browser.get(f"/client/requests/{request.pk}")

    assert AdminRequest.objects.get(pk=request.pk).state == "refused"
    assert "primary or secondary contact only" in words(answer)
    assert ("not carried out" in words(answer).lower(), "Thank you" in words(answer)) == (True, False)


def test_what_would_change_leads_back_to_the_request_once_another_has_begun(stage):
    request = stage.asks("php", "php_version", PHP)
    address = f"/desk/requests/{request.pk}"
    carrying.begin(request, panel="by_hand", before={"seen": "8.1"}, by=stage.other, at=stage.world.now)
    whole = desk(stage.agent).get(f"{address}/preview")
    piece = desk(stage.agent).get(f"{address}/preview", headers={"HX-Request": "true"})

    assert (whole.status_code, whole["Location"], piece["HX-Redirect"]) == (303, address, address)


@clause("contact.password")
def test_while_only_the_waiting_time_is_missing_nobody_is_asked_for_another_yes(case):  # noqa: F811
    case.starts()
    row = case.looks()
    case.places(row)
    case.looks()
    recovering.prove_address(case.token("recovery_address", OWNER), at=case.world.now)
    for agent in (case.technician, case.supervisor):
        recovering.approve(row, by=agent, at=case.world.now)
    for agent in (case.technician, case.supervisor):
        page = words(desk(agent).get(f"/desk/recoveries/{row.pk}"))
        assert "The waiting time is not over" in page
        assert ("another agent must" in page, "You say that the account" in page) == (False, False)


@clause("contact.current")
def test_who_is_held_back_reads_the_number_to_call_when_a_server_is_down(stage, urgent):
    Contact.objects.filter(pk=stage.primary.pk).update(created_at=timezone.now() - timedelta(days=2000))
    stage.world.receives(words="My shop is slow.")
    details.ask(stage.primary.person, why="age", at=timezone.now())
    page = words(browser_of(stage.primary).get("/client/"))
    asked = OutboundMail.objects.get(kind="details_please")
    told = " ".join([asked.text, asked.html, *OutboundMail.objects.values_list("text", flat=True)])

    assert "Call us at +27 21 555 0199" in page
    assert told.count("all us at +27 21 555 0199") == 4


@clause("scope.published")
def test_staff_see_which_contact_read_the_policy_in_force_and_when(stage):
    persons.read_policy(stage.primary.person, [one.id for one in policy.newest()], at=stage.world.now)
    page = words(desk(stage.agent).get(f"/desk/customers/{stage.primary.account.customer_id}"))

    assert page.count("read the policy in force today") == 1
    assert page.count("has not read the policy in force") == 2
    assert page.count("(version 1)") == 3


@pytest.mark.usefixtures("urgent")
@clause("scope.versions")
def test_who_read_an_earlier_version_reads_that_there_is_a_new_one(stage):
    before = policy.version("hosting", 1)
    persons.read_policy(stage.primary.person, [before.id], at=stage.world.now)

    page = browser_of(stage.primary).get("/client/")
    assert "Our support policy is a new one. Please read it once." in words(page)
    assert 'href="/policy/hosting/2/changes/">What is new' in page.content.decode()
    assert "Please read our support policy once." in words(browser_of(stage.secondary).get("/client/"))


@clause("contact.restricted")
def test_who_is_to_be_primary_reads_what_a_yes_means(stage):
    contact_changes.hand_over(
        stage.primary, stage.authorised, network="n", submission=None, at=stage.world.now
    )
    mail = OutboundMail.objects.get(kind="contact_verification")
    page = words(Client().get(mailed_page("contact_verification")))

    assert mail.subject.startswith("Do you agree to be primary contact of account ")
    assert "wants you, authorised contact until now, to be primary contact" in mail.text
    assert "Whoever is primary contact now gives that up with your yes." in mail.text
    assert "Do you agree?" in page
    assert "whoever is primary contact now gives that up" in page
    assert "Is this address yours?" not in page + mail.subject
