"""Requests in the client area: asking, what is said before it is sent, what a contact can say to it."""

import re

import pytest
from django.utils import timezone

from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.requests.models import AdminRequest
from hostdesk.requests.tests.staging import Stage
from hostdesk.tickets.tests.browsers import browser_of, page

clause = pytest.mark.clause
NEW = "/client/requests/new"


@pytest.fixture
def stage(world):
    world.now = timezone.now()
    return Stage(world)


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def state(request):
    return AdminRequest.objects.get(pk=request.pk).state


@clause("contact.restricted")
def test_what_a_role_may_not_ask_for_is_no_link_and_says_who_can(stage):
    mine = page(browser_of(stage.primary), NEW)
    theirs = page(browser_of(stage.authorised), NEW)

    assert f"{NEW}/plan_change?" in mine
    assert f"{NEW}/plan_change?" not in theirs
    assert f"{NEW}/php_version?" in theirs
    assert "accepted from the primary or secondary contact only. Please ask them" in words(theirs)


def test_what_it_costs_and_entails_is_said_before_it_is_sent(stage):
    told = words(page(browser_of(stage.primary), f"{NEW}/account_recreation"))

    assert "It cannot be undone." in told
    assert "It costs R112.00. You accept the price before anything is done" in told
    assert "A second contact, the primary or secondary, must agree." in told
    assert "It is done in quiet hours." in told


def test_a_change_is_asked_for_without_scripts_and_a_double_press_is_one_request(stage):
    browser = browser_of(stage.primary)
    form = page(browser, f"{NEW}/php_version")
    given = {
        "account": stage.primary.account_id,
        "submission": re.search(r'name="submission" value="([^"]+)"', form)[1],
        "detail_domain": "acme.example",
        "detail_version": "8.3",
    }
    answers = [browser.post(f"{NEW}/php_version", given) for _ in range(2)]
    made = AdminRequest.objects.get()

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (303, f"/client/requests/{made.pk}")
    ] * 2
    assert made.details == {"domain": "acme.example", "version": "8.3"}
    assert "Ready to be carried out" in words(page(browser, f"/client/requests/{made.pk}"))


def test_what_was_typed_is_kept_and_the_fault_stands_beside_its_field(stage):
    browser = browser_of(stage.primary)
    given = {
        "account": stage.primary.account_id,
        "detail_domain": "victim.example",
        "detail_version": "<b>8.3",
    }
    answer = browser.post(f"{NEW}/php_version", given)
    html = answer.content.decode()

    assert answer.status_code == 422
    assert (
        "on one of the account&#x27;s domains (acme.example)"
        in html.split('class="errors" id="id_detail_domain_error"')[1]
    )
    assert 'value="&lt;b&gt;8.3"' in html
    assert AdminRequest.objects.count() == 0


@clause("contact.restricted")
def test_pressing_send_for_what_the_role_may_not_ask_makes_nothing(stage):
    browser = browser_of(stage.authorised)
    given = {"account": stage.authorised.account_id, "detail_plan": "Business 20"}

    assert browser.post(f"{NEW}/plan_change", given).status_code == 403
    assert AdminRequest.objects.count() == 0


def test_other_peoples_accounts_requests_and_kinds_are_missing(stage, world):
    stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8"})
    stranger = world.contact("eve@evil.example", name="Eve", username="evil01", customer="Evil", domains=())
    browser, found = browser_of(stranger), stage.by["ready"].pk
    addresses = [
        f"/client/requests/{found}",
        f"/client/tickets/{stage.by['ready'].ticket.number}/requests",
        f"{NEW}?account={stage.primary.account_id}",
        f"{NEW}/no_such_change",
    ]

    assert [browser.get(address).status_code for address in addresses] == [404] * 4
    for verb in ("confirmation", "price", "withdrawal"):
        assert browser.post(f"/client/requests/{found}/{verb}").status_code == 404
    assert state(stage.by["ready"]) == "ready"
    assert "Another version of PHP" not in page(browser, "/client/requests/")


def test_the_other_contacts_of_an_account_do_not_see_what_stands_on_a_sealed_ticket(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8"})
    type(request.ticket).objects.filter(pk=request.ticket_id).update(sealed=True)

    assert browser_of(stage.secondary).get(f"/client/requests/{request.pk}").status_code == 404
    assert browser_of(stage.primary).get(f"/client/requests/{request.pk}").status_code == 200


@clause("contact.restricted")
def test_each_contact_has_the_buttons_that_count_and_the_verbs_ask_again(stage):
    stage.everything()
    second, price = stage.by["second"], stage.by["price"]
    asker, other = browser_of(stage.primary), browser_of(stage.secondary)
    third = browser_of(stage.authorised)

    assert "Yes, I agree" not in page(asker, f"/client/requests/{second.pk}")
    assert "Yes, I agree" in page(other, f"/client/requests/{second.pk}")
    assert "Stop it" not in page(third, f"/client/requests/{second.pk}")
    third.post(f"/client/requests/{second.pk}/confirmation")
    third.post(f"/client/requests/{second.pk}/withdrawal")
    assert state(second) == "second"
    other.post(f"/client/requests/{second.pk}/confirmation")
    assert state(second) == "wait"
    assert "Accept R112.00" in page(third, f"/client/requests/{price.pk}")
    third.post(f"/client/requests/{price.pk}/price", {"cents": "1"})
    assert state(price) == "price"
    third.post(f"/client/requests/{price.pk}/price", {"cents": str(price.price_cents)})
    assert state(price) == "payment"
    asker.post(f"/client/requests/{second.pk}/withdrawal")
    assert state(second) == "withdrawn"


@clause("contact.privileges")
def test_a_contact_who_was_removed_meanwhile_says_nothing_more(stage, world):
    world.contact("alice@acme.example", username="acme02", customer="Acme", domains=())
    request = stage.asks("confirm", "plan_change", {"plan": "B"}, channel="mail", trust="proven")
    browser = browser_of(stage.primary)
    contacts.remove(stage.primary, by=stage.secondary.actor(), at=stage.world.now)

    assert browser.post(f"/client/requests/{request.pk}/confirmation").status_code == 404
    assert state(request) == "confirm"


def test_the_way_of_a_request_names_what_is_done_now_and_still_to_come(stage):
    stage.everything()
    html = page(browser_of(stage.primary), f"/client/requests/{stage.by['payment'].pk}")
    steps = re.findall(r'<li class="is-(\w+)".*?<p>([^<]+)', html, re.DOTALL)

    assert [(how, title.strip()) for how, title in steps] == [
        ("done", "Asked by Alice Adams in the client area"),
        ("done", "Another contact agreed"),
        ("done", "Price of R112.00 accepted"),
        ("now", "Paid"),
        ("next", "Quiet hours have come"),
        ("next", "Carried out"),
    ]


def test_whoever_acts_for_several_accounts_says_which_first(stage, world):
    world.contact("alice@acme.example", username="acme02", customer="Acme", domains=())
    browser = browser_of(stage.primary)

    assert "Which account is it about?" in page(browser, NEW)
    assert browser.get(f"{NEW}/php_version")["Location"] == NEW
    assert "What would you like to change?" in page(browser, f"{NEW}?account={stage.primary.account_id}")


@clause("contact.restricted")
def test_the_page_behind_the_mailed_link_shows_all_and_changes_nothing_until_the_button(stage, client):
    request = stage.asks("second", "cancellation")
    mail = OutboundMail.objects.filter(
        kind="request_please_confirm", to_address="alice@elsewhere.example"
    ).get()
    address = re.search(r"/requests/confirmation/[\w-]+", mail.text)[0]
    html = words(client.get(address, headers={"Sec-Purpose": "prefetch"}).content.decode())

    assert "Do you agree?" in html
    assert "It cannot be undone." in html
    assert "asked by Alice Adams" in html
    assert client.head(address).status_code == 200
    assert client.options(address).status_code == 405
    assert state(request) == "second"
    assert client.post(address).status_code == 200
    assert state(request) == "wait"


def test_pages_of_requests_are_kept_by_no_cache(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8"})
    answer = browser_of(stage.primary).get(f"/client/requests/{request.pk}")

    assert answer["Cache-Control"] == "private, no-store"


@clause("contact.password")
def test_a_lost_password_is_said_to_wait_for_the_link_and_not_for_us(stage):
    request = stage.asks("lost", "password_reset")
    told = words(page(browser_of(stage.primary), f"/client/requests/{request.pk}"))

    assert "A link that works once is in the mail" in told
    assert "We do it next" not in told


def test_what_is_wrong_with_a_domain_names_one_of_the_account(stage):
    browser = browser_of(stage.primary)
    given = {"account": stage.primary.account_id, "detail_domain": "evil.example", "detail_version": "8.3"}
    told = words(
        browser.post(f"{NEW}/php_version?account={stage.primary.account_id}", given).content.decode()
    )

    assert "Write a domain such as acme.example on one of" in told
    assert "your-domain.example" not in told
