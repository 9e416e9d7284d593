"""Carrying out through a control panel: look, do once, look again; panels that answer late, badly or not at all."""

from datetime import timedelta

import pytest

from hostdesk.audit.models import Entry
from hostdesk.hosting.models import Server, ServerPanel
from hostdesk.hosting.panels import connect
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people.actions import contacts
from hostdesk.people.models import Contact
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.panels import twins
from hostdesk.requests import words
from hostdesk.requests.actions import carrying, through_panel
from hostdesk.requests.actions.asking import Wish, ask
from hostdesk.requests.models import AdminRequest, Run
from hostdesk.requests.standing import case_of
from hostdesk.requests.tasks import look_at_panels

clause = pytest.mark.clause


@pytest.fixture
def panel(world, monkeypatch):
    """A server with a panel in memory, on which acme01 has the plan "Starter"."""
    memory = twins.MemoryPanel(facts={"account": "present", "suspended": "no", "plan": "Starter"})
    monkeypatch.setattr("hostdesk.ports.panels.choosing.MEMORY", memory)
    server = Server.objects.create(name="web01", created_at=world.now)
    row = connect(
        "web01",
        kind="cpanel",
        url="https://web01.example:2087",
        user="root",
        secret="token",
        by=OPERATOR,
        at=world.now,
    )
    ServerPanel.objects.filter(pk=row.pk).update(url="memory://")
    world.contact().account.services.update(server=server)
    return memory


@pytest.fixture
def request_(world, panel):
    return wish(world, "plan_change", plan="Business 20")


def wish(world, kind, **details):
    contact = Contact.objects.filter(role="primary").first() or world.contact()
    given = Wish(kind=kind, contact=contact, channel="client", details=details)
    request = ask(given, by=contact.actor(), at=world.now)
    assert request.state == "ready"
    return request


def press(world, request, agent=None):
    seen = through_panel.preview(request).seen
    return through_panel.carry_out(request, seen=seen, by=agent or world.agent(), at=world.now)


def state(request):
    return AdminRequest.objects.get(pk=request.pk).state


def later(world, **span):
    world.move(**span)
    look_at_panels(world.now)


def verbs(request):
    rows = Entry.objects.filter(
        subject_type="ticket", subject_id=request.ticket_id, verb__startswith="request"
    )
    return list(rows.order_by("pk").values_list("verb", flat=True))


def test_a_preview_shows_what_is_and_what_would_be_and_changes_nothing(request_, panel):
    shown = through_panel.preview(request_)

    assert (shown.panel_name, shown.by_hand_because, shown.problem) == ("WHM/cPanel on web01", "", "")
    assert [(one.what, one.now, one.then) for one in shown.changes] == [("Plan", "Starter", "Business 20")]
    assert shown.may_be_undone
    assert panel.keys == []


@clause("channel.tickets")
def test_what_was_done_is_seen_again_and_kept_with_before_and_after(world, request_, panel):
    run = press(world, request_)

    assert (run.state, run.before["plan"], run.after["plan"]) == ("done", "Starter", "Business 20")
    assert panel.keys == [("change_plan", run.key)]
    assert state(request_) == "done"
    assert verbs(request_)[-2:] == ["request begun", "request done"]
    assert OutboundMail.objects.filter(kind="request_done", ticket_number=request_.ticket_id).count() == 1


def test_a_panel_that_shows_something_else_than_was_looked_at_is_not_told(world, request_, panel):
    seen = through_panel.preview(request_).seen
    panel.facts["plan"] = "Somebody was faster"

    with pytest.raises(Refused, match="Look at it again"):
        through_panel.carry_out(request_, seen=seen, by=world.agent(), at=world.now)

    assert (panel.keys, Run.objects.count(), state(request_)) == ([], 0, "ready")


def test_what_is_so_already_is_noted_and_not_done(world, request_, panel):
    panel.facts["plan"] = "Business 20"

    run = press(world, request_)

    assert (run.state, run.answer, panel.keys) == ("done", "It was so already; nothing was sent.", [])


def test_what_was_so_already_cannot_be_taken_back(world, panel):
    request = wish(world, "suspension")
    panel.facts["suspended"] = "yes"
    run = press(world, request)

    assert (run.state, run.answer, panel.keys) == ("done", "It was so already; nothing was sent.", [])
    assert not through_panel.may_undo(run)
    with pytest.raises(Refused, match="cannot be undone"):
        through_panel.undo(run, by=world.agent("Naledi"), at=world.now)


def test_a_clear_no_leaves_the_request_ready_for_another_press(world, request_, panel):
    seen = through_panel.preview(request_).seen
    agent = world.agent()
    panel.carry_out = lambda *_a, **_k: (_ for _ in ()).throw(PortRefused("no such package"))

    run = through_panel.carry_out(request_, seen=seen, by=agent, at=world.now)

    assert (run.state, run.answer, state(request_)) == ("failed", "no such package", "ready")
    del panel.carry_out
    assert press(world, request_, agent).state == "done"


@pytest.mark.parametrize("trouble", [PortAway("nobody there"), PortDown("timed out")])
def test_a_panel_that_cannot_be_asked_gets_no_wish(world, request_, panel, trouble):
    panel.trouble = [trouble]
    shown = through_panel.preview(request_)

    assert shown.problem == f"The panel cannot be asked now: {trouble.answer}"
    panel.trouble = [trouble]
    with pytest.raises(Refused, match="cannot be asked"):
        through_panel.carry_out(request_, seen="", by=world.agent(), at=world.now)
    assert (panel.keys, state(request_)) == ([], "ready")


def test_a_panel_that_hangs_after_doing_the_work_is_asked_and_not_told_twice(world, request_, panel):
    panel.after_doing = [PortDown("no answer within 60 s")]

    run = press(world, request_)

    assert (run.state, state(request_)) == ("done", "done")
    assert panel.keys == [("change_plan", run.key)]


def test_a_panel_that_falls_silent_is_looked_at_until_it_shows_what_it_did(world, request_, panel):
    panel.changes["change_plan"] = lambda _facts, _wish: panel.trouble.append(PortDown("gone"))
    panel.after_doing = [PortDown("no answer within 60 s")]

    run = press(world, request_)
    assert (run.state, state(request_)) == ("unclear", "unclear")
    assert verbs(request_)[-1] == "request unclear"

    panel.trouble = [PortDown("still gone")]
    later(world, seconds=15)
    assert state(request_) == "unclear"
    later(world, minutes=1)

    assert state(request_) == "done"
    assert [name for name, _ in panel.keys] == ["change_plan"]
    assert verbs(request_).count("request unclear") == 1


def test_a_panel_that_did_not_do_it_is_believed_after_a_while_and_a_person_decides(world, request_, panel):
    panel.changes["change_plan"] = lambda facts, _wish: facts.update(plan="Starter")
    panel.after_doing = [PortDown("no answer within 60 s")]
    run = press(world, request_)
    assert run.state == "unclear"

    later(world, minutes=1)
    assert state(request_) == "unclear"
    later(world, minutes=10)

    run = Run.objects.get(pk=run.pk)
    assert (run.state, state(request_)) == ("failed", "ready")
    assert "shows that it was not done" in run.answer
    assert [name for name, _ in panel.keys] == ["change_plan"]


def test_a_person_who_looked_may_settle_an_unclear_one(world, request_, panel):
    panel.changes["change_plan"] = lambda _facts, _wish: panel.trouble.append(PortDown("gone"))
    panel.after_doing = [PortDown("no answer")]
    agent = world.agent()
    run = press(world, request_, agent)

    carrying.finish(run, state="done", after={"plan": "Business 20"}, answer="Seen.", by=agent, at=world.now)

    assert state(request_) == "done"
    later(world, minutes=1)
    assert state(request_) == "done"


@pytest.mark.parametrize("was_sent", [True, False])
def test_a_press_that_was_killed_is_found_out_by_looking(world, request_, panel, was_sent):
    class Killed(BaseException):
        pass

    def die(facts, _wish):
        if not was_sent:
            facts["plan"] = "Starter"
        raise Killed

    panel.changes["change_plan"] = die
    seen = through_panel.preview(request_).seen
    with pytest.raises(Killed):
        through_panel.carry_out(request_, seen=seen, by=world.agent(), at=world.now)
    assert (state(request_), Run.objects.get().state) == ("doing", "asked")

    assert look_at_panels(world.now) == 0  # whoever pressed still lives, for all we know
    later(world, minutes=11)

    assert state(request_) == ("done" if was_sent else "ready")
    assert [name for name, _ in panel.keys] == ["change_plan"]


@clause("contact.privileges")
def test_a_contact_who_was_removed_after_asking_gets_nothing_done(world, panel):
    primary = Contact.objects.get()
    secondary = world.contact("alice@elsewhere.example", name="Al", role="secondary", domains=())
    request = ask(
        Wish(kind="plan_change", contact=secondary, channel="client", details={"plan": "Business 20"}),
        by=secondary.actor(),
        at=world.now,
    )
    seen = through_panel.preview(request).seen
    contacts.remove(secondary, by=primary.actor(), at=world.now)

    with pytest.raises(Refused):
        through_panel.carry_out(request, seen=seen, by=world.agent(), at=world.now)

    assert (panel.keys, state(request)) == ([], "refused")


def test_what_was_done_is_undone_while_it_is_what_we_left(world, request_, panel):
    agent = world.agent()
    run = press(world, request_, agent)
    assert through_panel.may_undo(run)

    taken_back = through_panel.undo(run, by=agent, at=world.now)

    assert (taken_back.state, taken_back.undoes, panel.facts["plan"]) == ("done", run, "Starter")
    assert state(request_) == "undone"
    assert OutboundMail.objects.filter(kind="request_undone", ticket_number=request_.ticket_id).count() == 1
    assert not through_panel.may_undo(Run.objects.get(pk=run.pk))
    with pytest.raises(Refused):
        through_panel.undo(Run.objects.get(pk=run.pk), by=agent, at=world.now)


def test_what_somebody_changed_since_is_not_undone(world, request_, panel):
    agent = world.agent()
    run = press(world, request_, agent)
    panel.facts["plan"] = "Changed by hand"

    with pytest.raises(Refused, match="changed since"):
        through_panel.undo(run, by=agent, at=world.now)

    assert (state(request_), panel.facts["plan"]) == ("done", "Changed by hand")


def test_an_undoing_under_way_says_so_and_is_not_begun_again(world, request_, panel):
    agent = world.agent()
    run = press(world, request_, agent)
    AdminRequest.objects.filter(pk=request_.pk).update(state="unclear")
    Run.objects.create(
        request=request_,
        panel=run.panel,
        operation=run.operation,
        key="taking-back",
        undoes=run,
        state="unclear",
        started_at=world.now,
        next_try_at=world.now,
    )
    case = case_of(AdminRequest.objects.get(pk=request_.pk))

    assert words.standing(case, me=None, at=world.now).headline == "We look whether it was taken back"
    with pytest.raises(Refused, match="being taken back already"):
        through_panel.undo(run, by=agent, at=world.now)


def test_an_undoing_without_an_answer_is_looked_at_too(world, request_, panel):
    agent = world.agent()
    run = press(world, request_, agent)
    panel.after_doing = [PortDown("no answer")]

    assert through_panel.undo(run, by=agent, at=world.now).state == "done"
    assert state(request_) == "undone"


@clause("contact.password")
def test_a_password_is_set_once_and_stands_nowhere(world, panel):
    request = wish(world, "mailbox_password", mailbox="info@acme.example")
    shown = through_panel.preview(request)
    assert shown.needs_secret
    with pytest.raises(Refused, match="contact chooses"):
        through_panel.carry_out(request, seen=shown.seen, by=world.agent(), at=world.now)

    run = through_panel.set_password(request, "correct horse battery", by=request.contact, at=world.now)

    assert (run.state, run.agent, panel.secrets) == ("done", None, ["correct horse battery"])
    everything = [
        *Run.objects.values_list(),
        *Entry.objects.values_list(),
        *AdminRequest.objects.values_list(),
    ]
    everything += OutboundMail.objects.values_list()
    assert "info@acme.example" in str(everything)
    assert "correct horse" not in str(everything)


@clause("contact.password")
def test_a_password_without_an_answer_is_chosen_again_and_not_sent_again(world, panel):
    request = wish(world, "mailbox_password", mailbox="info@acme.example")
    panel.after_doing = [PortDown("no answer")]
    assert (
        through_panel.set_password(request, "a first one", by=request.contact, at=world.now).state
        == "unclear"
    )

    later(world, minutes=11)

    run = Run.objects.get()
    assert (run.state, state(request)) == ("failed", "ready")
    assert "choose it once more" in run.answer
    assert panel.secrets == ["a first one"]
    assert (
        through_panel.set_password(request, "a second one", by=request.contact, at=world.now).state == "done"
    )


def test_without_a_panel_an_agent_does_it_by_hand(world):
    request = wish(world, "plan_change", plan="Business 20")

    shown = through_panel.preview(request)

    assert shown.by_hand_because == "No control panel is connected for the server of this account."
    with pytest.raises(Refused, match="by hand"):
        through_panel.carry_out(request, seen="", by=world.agent(), at=world.now)
    run = carrying.begin(request, panel="by_hand", before={}, by=world.agent("Thandi"), at=world.now)
    assert look_at_panels(world.now + timedelta(days=2)) == 0
    carrying.finish(run, state="done", after={}, answer="", by=run.agent, at=world.now)
    assert state(request) == "done"


@clause("channel.tickets")
def test_steps_of_an_attempt_that_came_to_nothing_do_not_count_for_the_next(world):
    request, agent = wish(world, "php_version", domain="acme.example", version="8.4"), world.agent()
    run = carrying.begin(request, panel="by_hand", before={}, by=agent, at=world.now)
    for position in range(2):
        carrying.tick(request, position=position, by=agent, at=world.now)
    carrying.finish(run, state="failed", after={}, answer="it broke", by=agent, at=world.now)

    run = carrying.begin(request, panel="by_hand", before={}, by=agent, at=world.now)
    with pytest.raises(Refused, match="2 of the steps"):
        carrying.finish(run, state="done", after={}, answer="", by=agent, at=world.now)


def test_a_panel_that_was_disconnected_meanwhile_leaves_the_matter_to_a_person(world, request_, panel):
    panel.changes["change_plan"] = lambda _facts, _wish: panel.trouble.append(PortDown("gone"))
    panel.after_doing = [PortDown("no answer")]
    press(world, request_)
    ServerPanel.objects.all().delete()

    later(world, minutes=30)

    assert state(request_) == "unclear"
    assert "by hand" in Run.objects.get().answer
