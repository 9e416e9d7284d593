"""Several at once, in real threads with real commits: exactly one effect, or a refusal that says why."""

import re
import threading

import pytest
from django.db import connection

from hostdesk.audit.models import Entry
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.requests.actions import approving, carrying, confirming
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, Approval, Confirmation, Payment, Run
from hostdesk.requests.tests.staging import Stage
from hostdesk.tickets.models import Ticket

clause = pytest.mark.clause
NAME_SERVERS = {"domain": "acme.example", "name_servers": "ns1.other.example"}
PHP = {"domain": "acme.example", "version": "8.3"}


@pytest.fixture
def stage(committed_world):
    return Stage(committed_world)


def at_once(*verbs):
    """What became of each verb, all begun in the same instant: "did", or the sentence of its refusal."""
    together, became = threading.Barrier(len(verbs)), [""] * len(verbs)

    def one(place, verb):
        try:
            together.wait(10)
            verb()
            became[place] = "did"
        except Refused as refusal:
            became[place] = refusal.sentence
        except Missing:
            became[place] = "missing"
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return became


def state(request):
    return AdminRequest.objects.get(pk=request.pk).state


def verbs_of(request, verb):
    return Entry.objects.filter(subject_type="ticket", subject_id=request.ticket_id, verb=verb).count()


def token_of(request):
    mail = OutboundMail.objects.filter(kind="request_please_confirm", ticket_number=request.ticket_id).get()
    return re.search(r"/requests/confirmation/([\w-]+)", mail.text)[1]


@clause("contact.restricted")
def test_two_agents_who_approve_at_once_make_one_step(stage):
    request, at = stage.asks("approval", "dns_delegation", NAME_SERVERS), stage.world.now
    became = at_once(
        lambda: approving.approve(request, by=stage.other, at=at),
        lambda: approving.approve(request, by=stage.boss, at=at),
    )

    assert sorted(became) == ["This request does not wait for a second agent.", "did"]
    assert (state(request), Approval.objects.count(), verbs_of(request, "request wait")) == ("wait", 1, 1)


@clause("contact.restricted")
def test_of_a_yes_and_a_no_at_once_one_counts(stage):
    request, at = stage.asks("approval", "dns_delegation", NAME_SERVERS), stage.world.now
    became = at_once(
        lambda: approving.approve(request, by=stage.other, at=at),
        lambda: approving.object_to(request, reason="In dispute.", by=stage.boss, at=at),
    )
    said = Approval.objects.get()

    assert became.count("did") == 1
    assert (state(request), said.yes) in {("wait", True), ("refused", False)}


@clause("contact.restricted")
def test_a_link_pressed_many_times_at_once_is_one_yes(stage):
    request, at = (
        stage.asks("c", "plan_change", {"plan": "B"}, channel="mail", trust="proven"),
        stage.world.now,
    )
    token = token_of(request)
    became = at_once(*[lambda: confirming.confirm_by_link(token, at=at)] * 4)

    assert sorted(became) == [*[confirming.GONE] * 3, "did"]
    assert Confirmation.objects.filter(used_at__isnull=False).count() == 1
    assert (state(request), verbs_of(request, "request confirmed")) == ("ready", 1)


@clause("contact.restricted")
def test_the_link_and_the_button_of_the_client_area_at_once_are_one_yes(stage):
    request, at = (
        stage.asks("c", "plan_change", {"plan": "B"}, channel="mail", trust="proven"),
        stage.world.now,
    )
    token = token_of(request)
    became = at_once(
        lambda: confirming.confirm_by_link(token, at=at),
        lambda: confirming.confirm(request, by=stage.primary, at=at),
    )

    assert became.count("did") == 1
    assert Confirmation.objects.filter(used_at__isnull=False).count() == 1
    assert (state(request), verbs_of(request, "request confirmed")) == ("ready", 1)


@clause("contact.privileges")
@clause("contact.restricted")
def test_a_yes_while_its_giver_is_removed_never_leads_to_the_change(stage):
    request, at = (
        stage.asks("c", "plan_change", {"plan": "B"}, channel="mail", trust="proven"),
        stage.world.now,
    )
    token = token_of(request)
    became = at_once(
        lambda: confirming.confirm_by_link(token, at=at),
        lambda: contacts.remove(stage.primary, by=stage.secondary.actor(), at=at),
    )
    with pytest.raises(Refused) as no:
        carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=at)

    assert became[1] == "did"
    assert Run.objects.count() == 0
    assert state(request) in ("refused", "confirm")
    assert no.value.clause in ("contact.privileges", "contact.restricted")


@clause("contact.privileges")
def test_it_is_begun_or_the_contact_is_gone_and_the_history_tells_which_was_first(stage):
    request, at = stage.asks("ready", "plan_change", {"plan": "B"}), stage.world.now
    became = at_once(
        lambda: carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=at),
        lambda: contacts.remove(stage.primary, by=stage.secondary.actor(), at=at),
    )

    assert became[1] == "did"
    assert (became[0] == "did", state(request)) in {(True, "doing"), (False, "refused")}
    assert Run.objects.count() == (1 if became[0] == "did" else 0)


@clause("channel.tickets")
def test_of_agents_who_begin_at_once_one_does_it(stage):
    request, at = stage.asks("ready", "php_version", PHP), stage.world.now
    became = at_once(
        *[
            lambda agent=agent: carrying.begin(request, panel="by_hand", before={}, by=agent, at=at)
            for agent in (stage.agent, stage.other, stage.billing, stage.boss)
        ]
    )

    assert became.count("did") == 1
    assert len({sentence for sentence in became if sentence != "did"}) == 1
    assert (Run.objects.count(), verbs_of(request, "request begun")) == (1, 1)


@clause("contact.restricted")
def test_it_is_stopped_or_begun_and_never_both(stage):
    request, at = stage.asks("ready", "plan_change", {"plan": "B"}), stage.world.now
    became = at_once(
        lambda: carrying.begin(request, panel="by_hand", before={}, by=stage.agent, at=at),
        lambda: confirming.withdraw(request, by=stage.secondary, at=at),
    )

    assert became.count("did") == 1
    assert (state(request), Run.objects.count()) in {("doing", 1), ("withdrawn", 0)}


@clause("fee.cleanup")
def test_a_payment_noted_twice_at_once_is_one_payment(stage):
    request, at = stage.asks("price", "account_cleanup"), stage.world.now
    cents = request.price_cents
    confirming.accept_price(request, by=stage.primary, cents=cents, at=at)
    became = at_once(
        *[lambda: approving.record_payment(request, cents=cents, reference="EFT 1", by=stage.billing, at=at)]
        * 3
    )

    assert became.count("did") == 1
    assert (Payment.objects.count(), state(request)) == (1, "window")


@clause("channel.no_duplicates")
def test_one_press_sent_twice_at_once_is_one_request_on_one_ticket(stage):
    at, made = stage.world.now, []
    wish = Wish(
        kind="php_version", contact=stage.primary, channel="client", details=PHP, submission="press-1"
    )
    became = at_once(*[lambda: made.append(ask(wish, by=stage.primary.actor(), at=at).pk)] * 3)

    assert became == ["did"] * 3
    assert (len(set(made)), AdminRequest.objects.count(), Ticket.objects.count()) == (1, 1, 1)


@clause("channel.no_duplicates")
def test_the_same_wish_of_two_contacts_at_once_is_one_request(stage):
    at = stage.world.now
    became = at_once(
        *[
            lambda contact=contact: ask(
                Wish(kind="plan_change", contact=contact, channel="client", details={"plan": "B"}),
                by=contact.actor(),
                at=at,
            )
            for contact in (stage.primary, stage.secondary)
        ]
    )

    assert became.count("did") == 1
    assert "is under way already" in next(one for one in became if one != "did")
    assert AdminRequest.objects.count() == 1
