"""Two at once: a link, a yes, a stop while an agent agrees; and what the panel gets, or does not."""

import pytest

from hostdesk.hosting.models import Server, ServerPanel, Service
from hostdesk.hosting.panels import connect
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.people.tests.test_races import at_once, good
from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.ports.outcomes import PortDown
from hostdesk.ports.panels import twins
from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.models import AdminRequest, Recovery, RecoveryApproval, RecoveryLink
from hostdesk.requests.recovery_queries import passwords_to_set
from hostdesk.requests.tests.test_lost_passwords import NEW, request_of, token_to
from hostdesk.requests.tests.test_recoveries import OLD, OWNER, Case
from tests.registries import on_loopback, rdap

pytestmark = [pytest.mark.faults, pytest.mark.clause("contact.password")]


@pytest.fixture
def case(committed_world):
    publish_packaged_if_none(at=committed_world.now)
    with on_loopback() as there:
        there.pages.says("/rdap/domain/acme.example", rdap(**OLD))
        yield Case(committed_world, there)


def test_a_link_pressed_twice_at_once_sets_one_password(case):
    request_of(case.world, case.primary)
    token = token_to("alice@acme.example")
    results = at_once(*[lambda: choosing.choose(token, NEW, at=case.world.now)] * 4)

    assert len(good(results)) == 1
    assert RecoveryLink.objects.filter(used_at__isnull=False).count() == 1


def test_two_yeses_of_one_agent_at_once_are_one(case):
    row = case.proven()
    results = at_once(*[lambda: recovering.approve(row, by=case.technician, at=case.world.now)] * 3)

    assert (len(good(results)), RecoveryApproval.objects.count(), case.now().state) == (1, 1, "open")


def test_a_contact_who_stops_while_an_agent_agrees_leaves_no_link_that_works(case):
    row = case.proven()
    recovering.approve(row, by=case.technician, at=case.world.now)
    case.world.move(hours=96)
    stop = case.token("recovery_notice", "alice@acme.example")
    at_once(
        lambda: recovering.approve(row, by=case.supervisor, at=case.world.now),
        lambda: recovering.stop(stop, at=case.world.now),
    )
    state = Recovery.objects.get().state
    living = RecoveryLink.objects.filter(purpose="password", used_at=None, voided_at=None).count()

    # When the yes comes first, the old button has been replaced by that of the second notice.
    assert (state, living) in (("stopped", 0), ("granted", 1))


@pytest.fixture
def panel(case, monkeypatch):
    memory = twins.MemoryPanel(facts={"account": "present"})
    monkeypatch.setattr("hostdesk.ports.panels.choosing.MEMORY", memory)
    server = Server.objects.create(name="web01", created_at=case.world.now)
    row = connect(
        "web01",
        kind="cpanel",
        url="https://web01.example:2087",
        user="root",
        secret="token",
        by=OPERATOR,
        at=case.world.now,
    )
    ServerPanel.objects.filter(pk=row.pk).update(url="memory://")
    Service.objects.filter(account=case.primary.account).update(server=server)
    return memory


def test_a_panel_gets_the_password_once_and_nobody_else_does(case, panel):
    request = request_of(case.world, case.primary)
    results = at_once(*[lambda: choosing.choose(token_to("alice@acme.example"), NEW, at=case.world.now)] * 3)

    assert (len(good(results)), panel.secrets) == (1, [NEW])
    assert AdminRequest.objects.get(pk=request.pk).state == "done"
    assert (
        RecoveryLink.objects.get(used_at__isnull=False).outcome,
        RecoveryLink.objects.filter(verifier="").count(),
    ) == ("done", 1)


def test_a_panel_that_refuses_leaves_the_link_good(case, panel):
    request_of(case.world, case.primary)
    token = token_to("alice@acme.example")
    panel.problem = "The account is being moved."
    with pytest.raises(Refused, match="being moved"):
        choosing.choose(token, NEW, at=case.world.now)
    panel.problem = ""

    assert choosing.choose(token, NEW, at=case.world.now).outcome == "done"


def test_a_recovery_hands_its_password_to_the_panel_and_never_twice(case, panel):
    case.granted()
    panel.after_doing.append(PortDown("no answer"))
    token = case.token("password_link", OWNER)

    assert choosing.choose(token, NEW, at=case.world.now).outcome == "unclear"
    with pytest.raises(Refused):
        choosing.choose(token, NEW, at=case.world.now)
    assert panel.secrets == [NEW]
    recovering.send_again(case.now(), by=case.technician, at=case.world.now)
    assert choosing.choose(case.token("password_link", OWNER), NEW + "!", at=case.world.now).outcome == "done"
    assert (panel.secrets, case.now().state) == ([NEW, NEW + "!"], "done")


def test_a_password_of_which_the_panel_gave_no_clear_answer_waits_for_somebody_who_looks(case, panel):
    case.granted()
    panel.after_doing.append(PortDown("no answer"))
    link = choosing.choose(case.token("password_link", OWNER), NEW, at=case.world.now)

    assert [one.pk for one in passwords_to_set(case.technician)] == [link.pk]
    choosing.set_by_hand(link, by=case.technician, at=case.world.now)
    assert (case.now().state, passwords_to_set(case.technician)) == ("done", [])
