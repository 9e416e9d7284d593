"""Requests at the desk: what waits for whom, what each agent can do, a mail and a call that become a request."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from hostdesk.hosting.models import Server, ServerPanel
from hostdesk.hosting.panels import connect
from hostdesk.kit.actors import OPERATOR
from hostdesk.people.actions import pins
from hostdesk.people.models import Session
from hostdesk.ports.panels import twins
from hostdesk.requests.actions import carrying, contact_changes
from hostdesk.requests.models import AdminRequest, RequestState, Run
from hostdesk.requests.queries import counts_for_agent
from hostdesk.requests.tests.staging import Stage
from hostdesk.requests.words import what_it_does
from tests.browsing import cookie_of

clause = pytest.mark.clause
ASKS = "Please give me a new password for the mailbox info@acme.example, I forgot it."


@pytest.fixture
def stage(world):
    """On a Wednesday at eleven, whenever the test runs: at a weekend nothing waits for quiet hours."""
    with time_machine.travel(datetime(2026, 11, 25, 9, 0, tzinfo=UTC)):
        world.now = timezone.now()
        yield Stage(world)


def desk(agent):
    browser = Client()
    browser.cookies["hd_desk"] = cookie_of(agent, "")["value"]
    return browser


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def now(request):
    return AdminRequest.objects.get(pk=request.pk)


def listed(agent, name="mine"):
    html = desk(agent).get(f"/desk/requests/?show={name}").content.decode()
    return sorted(int(pk) for pk in re.findall(r'data-row href="/desk/requests/(\d+)"', html))


def keys(stage, *names):
    return sorted(stage.by[name].pk for name in names)


@clause("contact.restricted")
def test_each_agent_finds_what_waits_for_them_and_the_rail_counts_it(stage):
    stage.everything()

    assert listed(stage.agent) == keys(stage, "approval", "ready", "doing")
    assert listed(stage.other) == keys(stage, "approval", "ready")
    assert listed(stage.billing) == keys(stage, "approval", "ready", "payment")
    assert listed(stage.agent, "customer") == keys(stage, "confirm", "second", "price", "window")
    assert listed(stage.agent, "ended") == keys(stage, "done", "refused", "stopped")
    assert desk(stage.billing).get("/desk/requests/count").content == b"3"


@clause("contact.restricted")
def test_whoever_approved_has_no_button_to_carry_it_out(stage):
    details = {"domain": "acme.example", "name_servers": "ns1.other.example"}
    request = stage.asks("approval", "dns_delegation", details)
    page = f"/desk/requests/{request.pk}"
    desk(stage.other).post(f"{page}/approval")
    stage.world.move(hours=5)
    AdminRequest.objects.filter(pk=request.pk).update(state="ready")

    assert "another agent carries it out" in words(desk(stage.other).get(page))
    assert "Begin by hand" in words(desk(stage.agent).get(page))


@clause("contact.restricted")
def test_a_browser_that_was_found_open_approves_nothing(stage):
    details = {"domain": "acme.example", "name_servers": "ns1.other.example"}
    request = stage.asks("approval", "dns_delegation", details)
    browser = desk(stage.other)
    Session.objects.update(proven_at=stage.world.now - timedelta(hours=3))
    answer = browser.post(f"/desk/requests/{request.pk}/approval")

    assert (answer.status_code, now(request).state) == (403, "approval")


def test_objecting_wants_a_reason_that_the_contact_reads(stage):
    details = {"domain": "acme.example", "name_servers": "ns1.other.example"}
    request = stage.asks("approval", "dns_delegation", details)
    page, browser = f"/desk/requests/{request.pk}", desk(stage.other)

    assert browser.post(f"{page}/objection", {"no-reason": " "}).status_code == 422
    assert now(request).state == "approval"
    browser.post(f"{page}/objection", {"no-reason": "The registrar says that the domain is in dispute."})
    assert (now(request).state, now(request).sentence) == (
        "refused",
        "The registrar says that the domain is in dispute.",
    )


@clause("channel.tickets")
def test_by_hand_it_is_begun_ticked_off_and_ended_with_what_was_seen(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8.3"})
    page, browser = f"/desk/requests/{request.pk}", desk(stage.agent)

    assert browser.post(f"{page}/run", {"before": ""}).status_code == 422
    browser.post(f"{page}/run", {"before": "8.1"})
    given = {"outcome": "done", "after": "8.3 is set"}
    early = browser.post(f"{page}/run/outcome", given)
    assert (early.status_code, "2 of the steps are not ticked off yet" in words(early)) == (422, True)
    assert "8.3 is set" in early.content.decode()
    for position in range(2):
        browser.post(f"{page}/run/steps/{position}")
    browser.post(f"{page}/run/outcome", given)
    run = Run.objects.get()

    contact = Client()
    contact.cookies["hd_client"] = cookie_of(stage.primary.person, "")["value"]
    evidence = words(contact.get(f"/client/requests/{request.pk}"))

    assert (now(request).state, run.before, run.after) == ("done", {"seen": "8.1"}, {"seen": "8.3 is set"})
    assert "Seen afterwards 8.3 is set The version is set for the domain The site loads" in evidence


def test_two_agents_who_begin_from_the_same_page_are_told_apart(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8.3"})
    first = desk(stage.agent).post(f"/desk/requests/{request.pk}/run", {"before": "8.1"})
    second = desk(stage.other).post(f"/desk/requests/{request.pk}/run", {"before": "8.1"}, follow=True)

    assert (first.status_code, Run.objects.count()) == (303, 1)
    assert "cannot be carried out now" in words(second)


@clause("contact.listed_sender")
def test_a_mail_becomes_a_request_of_its_writer_and_is_believed_no_further(stage):
    ticket = stage.letter(ASKS, "Mailbox password")
    browser, make = desk(stage.agent), f"/desk/tickets/{ticket.pk}/requests/new"
    panel = words(browser.get(f"/desk/tickets/{ticket.pk}/requests"))
    form = browser.get(f"{make}?kind=mailbox_password").content.decode()
    submission = re.search(r'name="submission" value="([^"]+)"', form)[1]
    given = {"detail_mailbox": "info@acme.example", "submission": submission}
    answers = [browser.post(f"{make}?kind=mailbox_password", given) for _ in range(2)]
    made = AdminRequest.objects.get()

    assert "Asks for: A new password for a mailbox?" in panel
    assert 'value="info@acme.example"' in form
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (made.contact, made.ticket, made.channel, made.trust, made.state) == (
        stage.primary,
        ticket,
        "mail",
        "proven",
        "confirm",
    )


@clause("contact.restricted")
def test_a_message_of_the_client_area_is_no_yes_to_what_an_agent_reads_into_it(stage):
    ticket = stage.world.ticket(stage.primary, subject="I need more space")
    browser = desk(stage.agent)
    browser.post(f"/desk/tickets/{ticket.pk}/requests/new?kind=plan_change", {"detail_plan": "Business 20"})

    assert AdminRequest.objects.get().state == "confirm"


@clause("contact.unlisted")
def test_where_no_listed_contact_wrote_there_is_nothing_to_make_a_request_of(stage):
    ticket = stage.world.ticket(stage.primary)
    ticket.messages.update(contact=None)
    answer = desk(stage.agent).get(f"/desk/tickets/{ticket.pk}/requests/new")

    assert "No listed contact wrote here" in words(answer)
    assert AdminRequest.objects.count() == 0


@clause("conduct.complaints")
def test_requests_on_a_sealed_ticket_are_missing_for_everybody_outside(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8"})
    team = type(request.ticket.team).objects.get(slug="supervisors")
    type(request.ticket).objects.filter(pk=request.ticket_id).update(sealed=True, team=team)
    browser, page = desk(stage.agent), f"/desk/requests/{request.pk}"
    verbs = (
        "approval",
        "objection",
        "payment",
        "run",
        "panel-run",
        "run/steps/0",
        "run/outcome",
        "run/undo",
        "refusal",
    )

    assert [browser.post(f"{page}/{verb}", {"reason": "x"}).status_code for verb in verbs] == [404] * len(
        verbs
    )
    assert [browser.get(address).status_code for address in (page, f"{page}/preview")] == [404, 404]
    assert browser.get(f"/desk/tickets/{request.ticket_id}/requests").status_code == 404
    assert listed(stage.agent, "ready") == []
    assert desk(stage.boss).get(page).status_code == 200


@clause("contact.listed_sender")
def test_a_caller_shows_nothing_before_account_address_and_pin_fit_together(stage):
    pins.set_pin(stage.authorised.person, "408152", by=stage.authorised.actor(), at=stage.world.now)
    browser, address = desk(stage.agent), "/desk/requests/by-phone"
    said = {"account": "acme.example", "email": "dev@acme.example", "pin": "408152"}
    wrong = [{**said, "pin": "408153"}, {**said, "email": "eve@acme.example"}, {**said, "account": "evil01"}]

    for tried in wrong:
        answer = browser.post(address, tried)
        assert (answer.status_code, stage.authorised.person.name in answer.content.decode()) == (422, False)
    found = browser.post(address, said)["Location"]
    browser.post(f"{found}?kind=unsuspension", {"words": "He says that it was paid yesterday."})
    made = AdminRequest.objects.get()

    assert (made.contact, made.channel, made.state) == (stage.authorised, "phone", "approval")
    assert desk(stage.other).get(found).status_code == 404


def test_t50_a_locked_pin_names_the_number_to_call_back_and_counts_there(stage):
    person = stage.authorised.person
    person.phone = "+27 21 000 0100"
    person.save(update_fields=["phone"])
    pins.set_pin(person, "408152", by=stage.authorised.actor(), at=stage.world.now)
    browser, address = desk(stage.agent), "/desk/requests/by-phone"
    said = {"account": "acme.example", "email": "dev@acme.example", "pin": "408152"}
    wrong = [browser.post(address, {**said, "pin": "408153"}).content.decode() for _ in range(5)]
    locked = browser.post(address, said)

    assert ["+27 21 000 0100" in page for page in wrong] == [False] * 4 + [True]
    assert (locked.status_code, "+27 21 000 0100" in locked.content.decode()) == (422, True)
    assert browser.post(address, {**said, "called_back": "on"}).status_code == 303


@clause("contact.listed_sender")
def test_a_caller_without_a_pin_is_asked_at_the_stored_address(stage):
    browser = desk(stage.agent)
    said = {"account": "acme01", "email": "alice@acme.example", "pin": ""}
    found = browser.post("/desk/requests/by-phone", said)["Location"]
    browser.post(f"{found}?kind=php_version", {"detail_domain": "acme.example", "detail_version": "8.3"})

    assert AdminRequest.objects.get().state == "confirm"


@pytest.mark.parametrize("state", RequestState.values)
def test_every_state_ends_a_sentence_that_begins_with_it(state):
    assert what_it_does(state).split()[0] in {"waits", "is", "was", "may", "has"}


def test_what_became_of_a_call_is_said_in_a_whole_sentence(stage):
    pins.set_pin(stage.authorised.person, "408152", by=stage.authorised.actor(), at=stage.world.now)
    browser = desk(stage.agent)
    said = {"account": "acme01", "email": "dev@acme.example", "pin": "408152"}
    found = browser.post("/desk/requests/by-phone", said)["Location"]
    page = browser.post(f"{found}?kind=plan_change", {"detail_plan": "Business 20"}, follow=True)

    assert "It was refused." in page.content.decode()


@pytest.fixture
def panel(stage, monkeypatch):
    """The account's server has a panel in memory."""
    memory = twins.MemoryPanel(facts={"account": "present", "suspended": "no", "plan": "Starter"})
    monkeypatch.setattr("hostdesk.ports.panels.choosing.MEMORY", memory)
    server = Server.objects.create(name="web01", created_at=stage.world.now)
    row = connect(
        "web01",
        kind="cpanel",
        url="https://web01.example:2087",
        user="root",
        secret="token",
        by=OPERATOR,
        at=stage.world.now,
    )
    ServerPanel.objects.filter(pk=row.pk).update(url="memory://")
    stage.primary.account.services.update(server=server)
    return memory


@clause("channel.tickets")
def test_a_panel_is_looked_at_told_once_and_its_change_taken_back(stage, panel):
    request = stage.asks("ready", "plan_change", {"plan": "Business 20"})
    page, browser = f"/desk/requests/{request.pk}", desk(stage.agent)
    shown = browser.get(f"{page}/preview")
    seen = re.search(r'name="seen" value="([^"]+)"', shown.content.decode())[1]

    assert "Plan Starter Business 20" in words(shown)
    assert Run.objects.count() == 0
    browser.post(f"{page}/panel-run", {"seen": "something else"})
    assert (now(request).state, Run.objects.count()) == ("ready", 0)
    for _ in range(2):
        browser.post(f"{page}/panel-run", {"seen": seen})
    assert (now(request).state, Run.objects.count(), panel.facts["plan"]) == ("done", 1, "Business 20")
    assert "Take it back" in words(browser.get(page))
    browser.post(f"{page}/run/undo")
    assert (now(request).state, panel.facts["plan"]) == ("undone", "Starter")
    afterwards = words(browser.get(page))
    assert "Taking back: Done and seen" in afterwards
    assert "Carried out Taken back" in afterwards


@clause("contact.password")
def test_only_who_asked_chooses_the_password_of_a_mailbox_and_no_page_shows_it(stage, panel):
    panel.facts |= {"mailbox": "present"}
    request = stage.asks("ready", "mailbox_password", {"mailbox": "info@acme.example"})
    address = f"/client/requests/{request.pk}/password"
    asker, other = Client(), Client()
    asker.cookies["hd_client"] = cookie_of(stage.primary.person, "")["value"]
    other.cookies["hd_client"] = cookie_of(stage.secondary.person, "")["value"]
    secret = "veldskoen vetkoek vrydag 9"

    assert other.get(address).status_code == 404
    assert "The contact chooses the password" in words(
        desk(stage.agent).get(f"/desk/requests/{request.pk}/preview")
    )
    weak = asker.post(address, {"password": "password1234"})
    assert (weak.status_code, "tried first" in words(weak)) == (422, True)
    assert "a domain of the account" in words(asker.post(address, {"password": "info@acme.example"}))
    answer = asker.post(address, {"password": secret}, follow=True)
    assert secret not in answer.content.decode()
    assert now(request).state in ("done", "unclear")
    assert Run.objects.get().agent is None
    assert asker.get(address).status_code == 404


@clause("contact.restricted")
def test_a_change_that_waits_for_the_owner_of_an_address_says_so_and_asks_nobody_at_the_desk(stage):
    asked = contact_changes.add(
        stage.primary, email="nina@new.example", name="Nina New", phone="", role="authorised", network="192.0.2.1/32",
        submission=None, at=stage.world.now,
    )  # fmt: skip
    browser, contact = desk(stage.agent), Client()
    contact.cookies["hd_client"] = cookie_of(stage.primary.person, "")["value"]
    pages = [
        words(browser.get(f"/desk/requests/{asked.pk}")),
        words(browser.get(f"/desk/tickets/{asked.ticket.number}/requests")),
        words(contact.get(f"/client/requests/{asked.pk}")),
    ]
    lists = {
        name: words(browser.get(f"/desk/requests/?show={name}")) for name in ("customer", "doing", "mine")
    }

    for page in pages:
        assert "owner of" in page
        assert "being carried out" not in page
        assert "how it ended" not in page
        assert "Refuse it" not in page
    assert "Waits for the owner of nina@new.example" in pages[0]
    assert "Agreed by the owner of nina@new.example now" in pages[0]
    assert [name for name, page in lists.items() if asked.ticket.number in page] == ["customer"]
    assert {key: many for key, many in counts_for_agent(stage.agent).items() if many} == {"customer": 1}


def test_what_a_panel_showed_before_and_after_stands_in_lines_that_people_read(stage):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8.3"})
    seen = {"records": ["3600 A 192.0.2.1", "- TXT v=spf1 -all"], "quota_mb": "100"}
    run = carrying.begin(request, panel="by_hand", before=seen, by=stage.agent, at=stage.world.now)
    carrying.finish(run, state="failed", after={"records": []}, answer="", by=stage.agent, at=stage.world.now)
    shown = words(desk(stage.agent).get(f"/desk/requests/{request.pk}"))

    assert "Before: DNS records A 192.0.2.1 (for 3600 s) TXT v=spf1 -all Before: size in MB 100" in shown
    assert "After: DNS records none" in shown
    assert "[" not in shown.partition("Before: DNS records")[2]


@clause("contact.restricted")
@pytest.mark.parametrize(
    ("panel", "shown"), [("cpanel", "WHM/cPanel"), ("plesk", "Plesk"), ("by_hand", "by hand")]
)
def test_what_carried_it_out_is_named_as_people_know_it(stage, panel, shown):
    request = stage.asks("ready", "php_version", {"domain": "acme.example", "version": "8.3"})
    run = carrying.begin(request, panel=panel, before={}, by=stage.agent, at=stage.world.now)
    carrying.finish(run, state="failed", after={}, answer="", by=stage.agent, at=stage.world.now)
    page = words(desk(stage.agent).get(f"/desk/requests/{request.pk}"))

    assert f" , {shown}" in page.replace(f"{stage.agent.name}, ", f"{stage.agent.name} , ")
    assert f", {panel}" not in page
