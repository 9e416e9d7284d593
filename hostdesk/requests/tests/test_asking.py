"""Asking, confirming, a second yes, price and payment, waiting, off-peak hours, approval, carrying out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.requests.actions import approving, carrying, confirming
from hostdesk.requests.actions.asking import Wish, WrongDetails, ask
from hostdesk.requests.models import AdminRequest, Confirmation, Run
from hostdesk.requests.tasks import look_again
from hostdesk.tickets.queries.client import expectation_of
from hostdesk.tickets.queries.promised import promised_in
from hostdesk.tickets.views.client_goal import goal

clause = pytest.mark.clause
SATURDAY_NIGHT = datetime(2026, 11, 28, 0, 30, tzinfo=UTC)  # 02:30 in Johannesburg, off-peak


@pytest.fixture
def people(world):
    """An account with a primary, a secondary and an authorised contact."""
    primary = world.contact()
    secondary = world.contact("alice@elsewhere.example", name="Alice Elsewhere", role="secondary", domains=())
    authorised = world.contact("dev@acme.example", name="Dev", role="authorised")
    return primary, secondary, authorised


def wish(world, contact, kind="plan_change", *, channel="client", details=None, **more):
    given = {"plan": "Business 20"} if kind == "plan_change" else details or {}
    return ask(
        Wish(kind=kind, contact=contact, channel=channel, details=given, **more),
        by=contact.actor(),
        at=world.now,
    )


def link_to(contact, request):
    """The token that was mailed to the stored address of a contact, newest first."""
    mail = OutboundMail.objects.filter(
        kind="request_please_confirm", to_address=contact.person.email, ticket_number=request.ticket_id
    ).latest("pk")
    return re.search(r"/requests/confirmation/([\w-]+)", mail.text)[1]


def now(request):
    return AdminRequest.objects.get(pk=request.pk)


def passes(world, **span):
    world.move(**span)
    look_again(world.now)


def kinds_of_mail(request):
    return sorted(
        OutboundMail.objects.filter(ticket_number=request.ticket_id, kind__startswith="request_").values_list(
            "kind", "to_address"
        )
    )


@clause("contact.privileges")
@clause("channel.tickets")
def test_a_signed_in_contact_gets_what_the_role_may_ask_for_on_a_ticket_and_all_others_hear_of_it(
    world, people
):
    request = wish(world, people[0])

    assert (request.state, request.ticket.account, request.ticket.subject) == (
        "ready",
        people[0].account,
        "Changing the hosting plan of an account",
    )
    assert kinds_of_mail(request) == [
        ("request_notice", "alice@elsewhere.example"),
        ("request_notice", "dev@acme.example"),
    ]
    assert (
        Decision.objects.filter(subject_id=request.ticket_id, outcome="granted")
        .values_list("clause", flat=True)
        .get()
        == "contact.restricted"
    )


@clause("contact.privileges")
def test_every_contact_of_a_full_list_hears_of_every_change_that_is_asked_for(world, people):
    """Also of several within an hour: a notice that a breaker held would leave a thief unseen."""
    for number in (1, 2):
        world.contact(f"dev{number}@acme.example", name=f"Dev {number}", role="authorised")
    first = wish(world, people[0])
    for number in range(3):
        wish(world, people[0], "ftp_access", details={"user": f"u{number}"}, ticket=first.ticket)

    notices = OutboundMail.objects.filter(kind="request_notice", ticket_number=first.ticket_id)
    assert notices.count() == 4 * 4
    assert not notices.filter(state="held").exists()


@clause("contact.restricted")
def test_an_authorised_contact_is_refused_with_the_clause_and_the_way_to_become_entitled(world, people):
    request = wish(world, people[2])

    assert (request.state, request.clause) == ("refused", "contact.restricted")
    assert "primary or secondary contact only" in request.sentence
    assert kinds_of_mail(request) == [("request_refused", "dev@acme.example")]
    assert Run.objects.count() == 0


@clause("contact.restricted")
def test_a_proven_mail_waits_for_a_button_behind_a_link_and_looking_at_it_changes_nothing(
    world, people, client
):
    world.now = timezone.now()
    request = wish(world, people[0], channel="mail", trust="proven")
    token = link_to(people[0], request)
    address = f"/requests/confirmation/{token}"

    assert request.state == "confirm"
    for _ in range(3):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert now(request).state == "confirm"
    assert client.post(address).status_code == 200
    assert now(request).state == "ready"
    assert client.post(address).status_code == 410
    assert client.get(address).status_code == 410


@clause("contact.restricted")
def test_a_link_that_ran_out_or_was_made_up_confirms_nothing(world, people):
    request = wish(world, people[0], channel="mail", trust="proven")
    token = link_to(people[0], request)

    for tried in ("made-up", token[:-1] + ("A" if token[-1] != "A" else "B")):
        with pytest.raises(Refused, match="used or has run out"):
            confirming.confirm_by_link(tried, at=world.now)
    passes(world, hours=48)
    with pytest.raises(Refused, match="used or has run out"):
        confirming.confirm_by_link(token, at=world.now)
    assert now(request).state == "expired"
    assert ("request_expired", "alice@acme.example") in kinds_of_mail(request)


@clause("contact.privileges")
def test_a_contact_removed_between_asking_and_confirming_gets_a_refusal(world, people):
    request = wish(world, people[0], channel="mail", trust="proven")
    token = link_to(people[0], request)
    contacts.remove(people[0], by=people[1].actor(), at=world.now)

    with pytest.raises(Refused) as no:
        confirming.confirm_by_link(token, at=world.now)
    assert no.value.clause == "contact.privileges"
    assert Confirmation.objects.filter(used_at__isnull=False).count() == 0


@clause("contact.privileges")
def test_a_contact_removed_between_confirming_and_doing_gets_a_refusal_and_nothing_is_begun(world, people):
    request = wish(world, people[0])
    contacts.remove(people[0], by=people[1].actor(), at=world.now)

    with pytest.raises(Refused) as no:
        carrying.begin(request, panel="by_hand", before={}, by=world.agent(), at=world.now)
    assert no.value.clause == "contact.privileges"
    assert (now(request).state, Run.objects.count()) == ("refused", 0)


@clause("contact.restricted")
def test_a_role_taken_away_in_mid_flow_ends_the_request(world, people):
    request = wish(world, people[1])
    contacts.change_role(people[1], role="authorised", by=people[0].actor(), at=world.now)

    with pytest.raises(Refused) as no:
        carrying.begin(request, panel="by_hand", before={}, by=world.agent(), at=world.now)
    assert (no.value.clause, now(request).state) == ("contact.restricted", "refused")


@clause("fee.cleanup")
@clause("contact.restricted")
def test_starting_from_scratch_needs_another_contact_a_price_paid_and_a_quiet_hour(world, people):
    primary, secondary, authorised = people
    agent, billing = world.agent(), world.agent("Anita", role="billing")
    request = wish(world, primary, "account_recreation")

    assert request.state == "second"
    with pytest.raises(Refused, match="another"):
        confirming.confirm(request, by=primary, at=world.now)
    with pytest.raises(Refused, match="another"):
        confirming.confirm(request, by=authorised, at=world.now)
    confirming.confirm_by_link(link_to(secondary, request), at=world.now)
    assert now(request).state == "price"
    with pytest.raises(Missing):
        confirming.accept_price(request, by=secondary, cents=11200, at=world.now)
    with pytest.raises(Refused):
        confirming.accept_price(request, by=primary, cents=1, at=world.now)
    confirming.accept_price(request, by=primary, cents=11200, at=world.now)
    assert now(request).state == "payment"
    with pytest.raises(Refused, match="billing"):
        approving.record_payment(request, cents=11200, reference="EFT 1", by=agent, at=world.now)
    with pytest.raises(Refused, match="amount"):
        approving.record_payment(request, cents=100, reference="EFT 1", by=billing, at=world.now)
    with pytest.raises(Refused):
        carrying.begin(request, panel="by_hand", before={}, by=agent, at=world.now)
    approving.record_payment(request, cents=11200, reference="EFT 1", by=billing, at=world.now)
    assert (now(request).state, now(request).look_at) == ("window", datetime(2026, 11, 27, 22, 0, tzinfo=UTC))
    world.now = SATURDAY_NIGHT
    look_again(world.now)
    assert now(request).state == "ready"


@clause("contact.restricted")
def test_where_no_other_contact_may_agree_the_one_who_asked_says_yes_a_second_time(world):
    alone = world.contact()
    request = wish(world, alone, "account_recreation")

    assert request.state == "second"
    confirming.confirm_by_link(link_to(alone, request), at=world.now)
    assert now(request).state == "price"


@clause("contact.restricted")
def test_name_servers_wait_for_a_second_agent_and_for_objections(world, people):
    details = {"domain": "acme.example", "name_servers": "ns1.other.example"}
    request = wish(world, people[0], "dns_delegation", details=details)
    approver, doer = world.agent("Ayesha"), world.agent("Bongani")

    assert request.state == "approval"
    approving.approve(request, by=approver, at=world.now)
    assert now(request).state == "wait"
    passes(world, hours=3, minutes=59, seconds=59)
    assert now(request).state == "wait"
    passes(world, seconds=1)
    assert now(request).state == "ready"
    with pytest.raises(Refused, match="another agent"):
        carrying.begin(request, panel="by_hand", before={}, by=approver, at=world.now)
    assert carrying.begin(request, panel="by_hand", before={}, by=doer, at=world.now).state == "asked"


@clause("contact.restricted")
def test_another_contact_who_may_decide_can_stop_it_and_one_who_may_not_cannot(world, people):
    primary, secondary, authorised = people
    request = wish(world, primary, "cancellation")

    with pytest.raises(Refused, match="Only who asked"):
        confirming.withdraw(request, by=authorised, at=world.now)
    confirming.withdraw(request, by=secondary, at=world.now)
    assert now(request).state == "withdrawn"
    with pytest.raises(Refused, match="cannot be stopped"):
        confirming.withdraw(request, by=primary, at=world.now)


@clause("channel.tickets")
def test_by_hand_every_step_is_ticked_before_it_is_done_and_the_history_keeps_each(world, people):
    request = wish(world, people[0], "php_version", details={"domain": "acme.example", "version": "8.3"})
    agent = world.agent()
    run = carrying.begin(request, panel="by_hand", before={"version": "8.1"}, by=agent, at=world.now)

    carrying.tick(request, position=0, by=agent, at=world.now)
    with pytest.raises(Refused, match="1 of the steps"):
        carrying.finish(run, state="done", after={}, answer="", by=agent, at=world.now)
    carrying.tick(request, position=1, by=agent, at=world.now)
    carrying.finish(run, state="done", after={"version": "8.3"}, answer="", by=agent, at=world.now)
    verbs = Entry.objects.filter(
        subject_type="ticket", subject_id=request.ticket_id, verb__startswith="request"
    )

    assert now(request).state == "done"
    assert [entry.verb for entry in verbs.order_by("pk")] == [
        "request asked",
        "request ready",
        "request begun",
        "request step done",
        "request step done",
        "request done",
    ]
    assert ("request_done", "alice@acme.example") in kinds_of_mail(request)


def test_an_unclear_outcome_holds_the_request_until_somebody_has_looked(world, people):
    request = wish(world, people[0])
    agent = world.agent()
    run = carrying.begin(request, panel="cpanel", before={}, by=agent, at=world.now)
    carrying.finish(run, state="unclear", after={}, answer="no answer in 30 s", by=agent, at=world.now)

    assert now(request).state == "unclear"
    with pytest.raises(Refused):
        carrying.begin(request, panel="cpanel", before={}, by=agent, at=world.now)
    with pytest.raises(Refused):
        confirming.withdraw(request, by=people[0], at=world.now)
    carrying.finish(run, state="done", after={"plan": "Business 20"}, answer="seen", by=agent, at=world.now)
    assert now(request).state == "done"


def test_details_are_checked_against_the_accounts_own_domains_and_said_by_field(world, people):
    with pytest.raises(WrongDetails) as wrong:
        wish(world, people[0], "mailbox_password", details={"mailbox": "info@victim.example"})
    assert list(wrong.value.fields) == ["mailbox"]
    with pytest.raises(WrongDetails) as missing:
        wish(world, people[0], "dns_record", details={"domain": "acme.example", "type": "TXTX"})
    assert list(missing.value.fields) == ["name", "type", "value"]
    assert AdminRequest.objects.count() == 0


@clause("channel.no_duplicates")
def test_one_press_is_one_request_and_the_same_wish_again_points_to_the_first(world, people):
    first = wish(world, people[0], submission="press-1")
    again = wish(world, people[0], submission="press-1")

    assert again == first
    with pytest.raises(Refused, match=f"ticket {first.ticket.number}"):
        wish(world, people[0])


@clause("contact.current")
def test_details_out_of_date_make_a_request_wait_and_never_disappear(world, people):
    type(people[0]).objects.filter(pk=people[0].pk).update(created_at=world.now - timedelta(days=366))
    people[0].refresh_from_db()
    request = wish(world, people[0])

    assert (request.state, request.clause) == ("details", "contact.current")
    assert ("request_details", "alice@acme.example") in kinds_of_mail(request)


@clause("contact.password")
def test_a_lost_password_may_be_asked_for_by_any_believed_contact_out_of_date_or_not(world, people):
    type(people[2]).objects.filter(pk=people[2].pk).update(created_at=world.now - timedelta(days=900))
    people[2].refresh_from_db()

    assert wish(world, people[2], "password_reset", channel="mail", trust="plausible").state == "ready"


@clause("contact.listed_sender")
def test_somebody_on_the_telephone_without_the_pin_is_asked_at_the_stored_address(world, people):
    with_pin = wish(world, people[2], "unsuspension", channel="phone", pin_spoken=True)
    without = wish(
        world, people[0], "php_version", channel="phone", details={"domain": "acme.example", "version": "8"}
    )

    assert (with_pin.state, without.state) == ("approval", "confirm")
    confirming.confirm_by_link(link_to(people[0], without), at=world.now)
    assert now(without).state == "ready"


@clause("sla.resolve", "contact.restricted")
@pytest.mark.parametrize(
    ("kind", "details", "waits"),
    [
        ("plan_change", {}, ""),
        ("cancellation", {}, "1 day"),
        ("ownership_change", {"new_owner": "Lindiwe Mokoena, lindiwe@new.example"}, "4 days"),
    ],
)
def test_what_waits_by_itself_is_not_promised_within_hours(world, people, kind, details, waits):
    request = wish(world, people[0], kind, details=details)
    mail = OutboundMail.objects.get(kind="acknowledgement", ticket_number=request.ticket_id)
    for said in (mail.text, mail.html):
        assert ("have it solved within" in said) is (not waits)
        assert (f"no sooner than {waits} after" in said) is bool(waits)
        assert "A person answers" in said


@clause("sla.resolve", "contact.restricted")
def test_the_time_for_the_solution_waits_while_contacts_can_object(world, people):
    request = wish(world, people[0], "ownership_change", details={"new_owner": "Lindiwe Mokoena"})
    clock = request.ticket.clocks.get(kind="resolution")
    assert (now(request).state, clock.waits) == ("approval", "objections")
    promised = promised_in(request.ticket, at=world.now)
    expected = expectation_of(request.ticket, at=world.now)
    assert "time to object" in goal(request.ticket, promised, expected, now=world.now)

    passes(world, hours=95)
    assert request.ticket.clocks.get(kind="resolution").waits == "objections"
    passes(world, hours=2)
    clock = request.ticket.clocks.get(kind="resolution")
    assert (now(request).state, clock.waits, clock.late_at) == ("approval", "", None)
    assert clock.due_at > world.now


@clause("sla.resolve", "contact.restricted")
def test_a_request_that_is_stopped_lets_the_time_for_the_solution_count_again(world, people):
    request = wish(
        world,
        people[0],
        "dns_delegation",
        details={"domain": "acme.example", "name_servers": "ns1.x.example"},
    )
    other = wish(
        world, people[0], "ownership_change", details={"new_owner": "Lindiwe"}, ticket=request.ticket
    )
    confirming.withdraw(now(other), by=people[0], at=world.now)
    assert request.ticket.clocks.get(kind="resolution").waits == "objections"
    confirming.withdraw(now(request), by=people[0], at=world.now)
    assert request.ticket.clocks.get(kind="resolution").waits == ""
