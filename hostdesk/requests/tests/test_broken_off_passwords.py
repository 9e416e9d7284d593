"""A password chosen behind a mailed link, and whoever tells the panel is stopped in the middle: nothing is told twice,
nobody is left without word, and no request is done before its password is.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.models import Contact
from hostdesk.ports.outcomes import PortAway, PortDown
from hostdesk.requests.actions import carrying, choosing, through_panel
from hostdesk.requests.actions.confirming import withdraw
from hostdesk.requests.models import AdminRequest, RecoveryLink, Run
from hostdesk.requests.tasks import look_again
from hostdesk.requests.tests.test_desk_recoveries import desk, words
from hostdesk.requests.tests.test_lost_passwords import NEW, link_mails, request_of, token_to
from hostdesk.requests.tests.test_through_panel import later, panel  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.clause("contact.password"), pytest.mark.django_db]
PRIMARY, SECONDARY = "alice@acme.example", "alice@elsewhere.example"


class Killed(BaseException):
    """The end of a process, in the middle of whatever it did."""


@pytest.fixture
def request_(world, panel):  # noqa: F811
    world.now = timezone.now()
    world.contact(SECONDARY, name="Alice Elsewhere", role="secondary", domains=())
    return request_of(world, primary())


def primary():
    return Contact.objects.get(role="primary")


def state(request):
    return AdminRequest.objects.get(pk=request.pk).state


def mailed(kind):
    return sorted(OutboundMail.objects.filter(kind=kind).values_list("to_address", flat=True))


def killed_in_the_middle(world, panel, address=SECONDARY):  # noqa: F811
    token = token_to(address)
    panel.changes["reset_account_password"] = lambda _facts, _wish: (_ for _ in ()).throw(Killed())
    with pytest.raises(Killed):
        choosing.choose(token, NEW, at=world.now)
    panel.changes.pop("reset_account_password")
    return token


def page(token):
    answer = Client().get(f"/recovery/password/{token}")
    return answer.status_code, words(answer)


def test_whoever_chose_reads_that_it_is_looked_at_and_not_to_ask_again(world, request_, panel):  # noqa: F811
    token = killed_in_the_middle(world, panel)
    assert (state(request_), Run.objects.get().state) == ("doing", "asked")
    link = RecoveryLink.objects.get(outcome="asked")
    assert (link.contact.person.email, link.used_at) == (SECONDARY, world.now)

    status, said = page(token)
    assert (status, "you need not ask again" in said) == (410, True)
    with pytest.raises(Refused):
        choosing.choose(token, NEW, at=world.now)
    assert len(panel.secrets) == 1


def test_an_agent_who_saw_that_it_is_set_has_everybody_told(world, request_, panel):  # noqa: F811
    killed_in_the_middle(world, panel)
    agent = world.agent()

    carrying.finish(Run.objects.get(), state="done", after={}, answer="it works", by=agent, at=world.now)
    assert choosing.settle(world.now) == 1
    assert choosing.settle(world.now) == 0

    assert mailed("password_set") == [PRIMARY, SECONDARY]
    assert (RecoveryLink.objects.get(used_at__isnull=False).outcome, state(request_)) == ("done", "done")
    assert page(token_to(PRIMARY))[0] == 410


def test_what_was_not_done_is_chosen_anew_behind_new_links(world, request_, panel):  # noqa: F811
    before = [killed_in_the_middle(world, panel), token_to(PRIMARY)]
    later(world, minutes=11)

    assert (state(request_), Run.objects.get().state) == ("ready", "failed")
    assert link_mails() == [PRIMARY, PRIMARY, SECONDARY, SECONDARY]
    assert [page(token)[0] for token in before] == [410, 410]
    assert choosing.choose(token_to(PRIMARY), NEW, at=world.now).outcome == "done"
    assert mailed("password_set") == [PRIMARY, SECONDARY]


@pytest.mark.parametrize("trouble", ["refused", "away"])
def test_after_a_clear_no_the_same_link_works_and_so_does_the_other_one(world, request_, panel, trouble):  # noqa: F811
    if trouble == "away":
        panel.trouble = [PortAway("nobody there")]
    else:
        panel.changes["reset_account_password"] = lambda _facts, _wish: (_ for _ in ()).throw(PortAway("no"))
    for address in (SECONDARY, SECONDARY, PRIMARY):
        panel.trouble = [PortAway("nobody there")] if trouble == "away" else []
        with pytest.raises(Refused, match=r"same link|cannot be asked"):
            choosing.choose(token_to(address), NEW, at=world.now)
    panel.trouble, panel.changes = [], {}

    assert (link_mails(), state(request_)) == ([PRIMARY, SECONDARY], "ready")
    assert choosing.choose(token_to(SECONDARY), NEW, at=world.now).outcome == "done"
    assert page(token_to(PRIMARY))[0] == 410


def test_a_link_of_which_no_panel_heard_works_again(world, request_, panel, monkeypatch):  # noqa: F811
    def die(*_args, **_more):
        raise Killed

    token = token_to(SECONDARY)
    monkeypatch.setattr(through_panel, "set_password", die)
    with pytest.raises(Killed):
        choosing.choose(token, NEW, at=world.now)
    monkeypatch.undo()
    assert (state(request_), page(token)[0]) == ("ready", 410)

    choosing.settle(world.now + timedelta(minutes=1))
    assert page(token)[0] == 410
    choosing.settle(world.now + timedelta(minutes=3))
    assert page(token)[0] == 200

    world.move(days=8)
    look_again(world.now)
    assert (state(request_), panel.secrets) == ("expired", [])


def test_a_link_that_comes_back_to_a_request_that_was_stopped_is_void(world, request_, panel, monkeypatch):  # noqa: F811
    def stopped_first(request, *_args, **_more):
        withdraw(request, by=primary(), at=world.now)
        raise Refused("", "It was stopped.")

    monkeypatch.setattr(through_panel, "set_password", stopped_first)
    with pytest.raises(Refused, match="stopped"):
        choosing.choose(token_to(SECONDARY), NEW, at=world.now)

    assert not RecoveryLink.objects.filter(used_at=None, voided_at=None, contact__role="secondary").exists()


def test_an_answer_that_came_after_somebody_looked_changes_nothing(world, request_, panel, monkeypatch):  # noqa: F811
    tell = through_panel.set_password

    def slowly(request, secret, **more):
        run = tell(request, secret, **more)
        choosing.settle(world.now)
        return run

    monkeypatch.setattr(through_panel, "set_password", slowly)
    assert choosing.choose(token_to(SECONDARY), NEW, at=world.now).outcome == "done"

    assert mailed("password_set") == [PRIMARY, SECONDARY]
    assert RecoveryLink.objects.filter(outcome="done").count() == 1


def test_an_answer_that_is_lost_without_a_kill_ends_the_same_way(world, request_, panel):  # noqa: F811
    panel.after_doing = [PortDown("no answer")]
    token = token_to(SECONDARY)
    assert choosing.choose(token, NEW, at=world.now).outcome == "unclear"
    assert "you need not ask again" in page(token)[1]

    later(world, minutes=11)
    assert (state(request_), link_mails()) == ("ready", [PRIMARY, PRIMARY, SECONDARY, SECONDARY])


def test_by_hand_it_is_not_done_before_the_chosen_password_is_set_from_its_hash(world):
    world.now = timezone.now()
    world.contact()
    world.contact(SECONDARY, name="Alice Elsewhere", role="secondary", domains=())
    request = request_of(world, primary())
    agent = world.agent()
    browser = desk(agent)
    address = f"/desk/requests/{request.pk}"

    assert "chooses the password, behind the link" in words(browser.get(f"{address}/preview"))
    with pytest.raises(Refused, match="Until then there is nothing to do"):
        carrying.begin_by_hand(request, before={}, by=agent, at=world.now)
    token = token_to(SECONDARY)
    link = choosing.choose(token, NEW, at=world.now)

    seen = browser.get(address)
    assert "A new password was chosen" in words(seen)
    assert f'href="/desk/passwords/{link.pk}"' in seen.content.decode()
    assert "Begin by hand" not in words(seen)
    with pytest.raises(Refused, match="from its hash"):
        carrying.begin_by_hand(request, before={}, by=agent, at=world.now)
    assert "One of us sets it on the server" in page(token)[1]

    choosing.set_by_hand(link, by=agent, at=world.now)
    assert (state(request), Run.objects.count()) == ("done", 1)
    assert mailed("password_set") == [PRIMARY, SECONDARY]
