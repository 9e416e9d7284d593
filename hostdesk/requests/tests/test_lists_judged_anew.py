"""Whoever changes the list of contacts, a contact, our staff or an import, what waits is judged by the new list within seconds."""

import pytest
from django.utils import timezone

from hostdesk.config import cli
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.people.models import Contact
from hostdesk.requests import words
from hostdesk.requests.actions import confirming, contact_changes, contacts_by_staff
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, Confirmation
from hostdesk.requests.standing import case_of
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.staging import Stage

pytestmark = pytest.mark.clause("contact.restricted")


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


def looked(request):
    while look_again(timezone.now()):
        pass
    return AdminRequest.objects.get(pk=request.pk)


def asked_for_second(request):
    return {
        one.contact.person.email
        for one in Confirmation.objects.filter(request=request, purpose="second", used_at=None)
    }


def test_a_secondary_whom_our_staff_list_is_asked_instead_of_who_asked(stage):
    contacts.remove(stage.secondary, by=stage.boss.actor(), at=stage.world.now)
    Contact.objects.filter(pk=stage.secondary.pk).update(removed_at="2026-01-01T00:00:00Z")
    request = stage.asks("end", "cancellation")
    before = asked_for_second(request)
    contacts_by_staff.add(
        stage.primary.account, email="sec@new.example", name="Sue New", role="secondary", vouched_for="by telephone",
        phone="", by=stage.boss, at=stage.world.now,
    )  # fmt: skip
    case = case_of(looked(request))

    assert (before, asked_for_second(request)) == ({"alice@acme.example"}, {"sec@new.example"})
    assert words.standing(case, me=None, at=stage.world.now).headline == "Another contact must agree"
    assert (
        OutboundMail.objects.filter(kind="request_please_confirm", to_address="sec@new.example").count() == 1
    )


def test_who_may_not_decide_reads_who_is_asked_and_no_question(stage):
    case = case_of(stage.asks("end", "cancellation"))

    def headline(reader):
        return words.standing(case, me=reader, at=stage.world.now).headline

    assert headline(stage.secondary) == "Do you agree?"
    assert headline(stage.authorised) == "Another contact must agree"
    assert headline(stage.primary) == "Another contact must agree"


def test_after_an_import_that_lowers_the_secondary_who_asked_is_asked_twice_in_plain_words(
    stage, tmp_path, capsys
):
    request = stage.asks("end", "cancellation")
    file = tmp_path / "customers.csv"
    file.write_text(
        "customer,account,product,contact_name,contact_email,contact_role\n"
        f"Acme,acme01,shared,{stage.secondary.person.name},{stage.secondary.person.email},authorised\n"
    )
    assert cli.main(["customers", "import", str(file)]) == 0
    case = case_of(looked(request))

    assert asked_for_second(request) == {"alice@acme.example"}
    assert words.standing(case, me=None, at=stage.world.now).headline == "It must be confirmed twice"


def test_when_who_asked_was_taken_off_the_list_the_others_read_that_and_no_way_to_be_listed(stage):
    request = stage.asks(
        "php", "php_version", {"domain": "acme.example", "version": "8.3"}, contact=stage.authorised
    )
    contact_changes.remove(stage.primary, stage.authorised, submission=None, at=stage.world.now)
    ended = looked(request)

    assert (ended.state, ended.clause) == ("refused", "contact.privileges")
    assert ended.sentence.startswith(
        f"{stage.authorised.person.name}, who asked for this, is not on the list"
    )


def test_staff_say_why_they_take_a_contact_off_the_list(stage):
    with pytest.raises(Refused, match="Say why"):
        contacts_by_staff.remove(stage.secondary, why="  ", by=stage.boss, at=stage.world.now)

    assert Contact.objects.get(pk=stage.secondary.pk).removed_at is None


@pytest.mark.clause("contact.password")
def test_what_was_said_in_anothers_name_and_never_confirmed_keeps_no_contact_out(stage):
    """A voice without a PIN, or a mail, leaves a question; the secondary's own wish does not wait for its end."""
    stage.asks("said", "plan_change", {"plan": "B"}, channel="phone")
    wish = Wish(kind="plan_change", contact=stage.secondary, channel="client", details={"plan": "B"})
    own = ask(wish, by=stage.secondary.actor(), at=stage.world.now)
    with pytest.raises(Refused, match="under way already"):
        ask(wish, by=stage.secondary.actor(), at=stage.world.now)

    assert (stage.by["said"].state, own.state) == ("confirm", "ready")
    assert confirming.withdraw(own, by=stage.secondary, at=stage.world.now).state == "withdrawn"
