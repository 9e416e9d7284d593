"""Passkeys beside codes: registered, used as second step and alone, and refused whenever anything does not fit."""

import json
from datetime import timedelta

import pytest

from hostdesk.audit.models import Entry
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.people.actions import agents, limits, passkeys, proving, second_step, sessions
from hostdesk.people.models import Agent, Passkey, RecoveryCode, Step, UsedChallenge
from hostdesk.people.tests.authenticator import ORIGIN, PRESENT, Authenticator
from hostdesk.people.tests.making import BROWSER, ELSEWHERE, PASSWORD, agent

NETWORK = BROWSER.network


@pytest.fixture(autouse=True)
def _named(settings):
    settings.HOSTDESK_URL = ORIGIN


@pytest.fixture
def ann(world):
    return agent(world)


def whole(someone, at):
    return sessions.open_for_agent(someone, step=Step.FULL, browser=BROWSER, at=at).session


def half(someone, at):
    return sessions.open_for_agent(someone, step=Step.PASSWORD, browser=BROWSER, at=at).session


def registered(world, someone, device=None, *, name="Laptop"):
    device = device or Authenticator()
    session = whole(someone, world.now)
    begun = passkeys.begin_registration(someone, session, issuer="desk", at=world.now)
    answer = device.create(begun.options)
    made = passkeys.register(someone, session, ticket=begun.ticket, answer=answer, name=name, at=world.now)
    device.row, device.codes = made.passkey, made.codes
    return device


def alone(world, device, *, browser=BROWSER):
    begun = passkeys.begin_sign_in(at=world.now)
    return passkeys.sign_in(
        ticket=begun.ticket, answer=device.get(begun.options), browser=browser, at=world.now
    )


def as_second_step(world, session, device):
    begun = passkeys.begin_second_step(session, at=world.now)
    answer = device.get(begun.options)
    return passkeys.take(session, ticket=begun.ticket, answer=answer, network=NETWORK, at=world.now)


def verbs(someone):
    return list(
        Entry.objects.filter(subject_type="agent", subject_id=someone.pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )


def test_a_passkey_is_kept_with_its_name_and_the_first_brings_recovery_codes(world, ann):
    device, other = registered(world, ann), registered(world, ann, name="  Key  on the ring ")

    assert [(key.name, key.sign_count, key.transports) for key in ann.passkeys.order_by("pk")] == [
        ("Laptop", 0, ["internal"]),
        ("Key on the ring", 0, ["internal"]),
    ]
    assert (len(device.codes), other.codes) == (10, [])
    assert verbs(ann)[-2:] == ["added a passkey", "added a passkey"]


def test_nothing_about_the_person_is_told_to_the_authenticator_but_a_random_handle(world, ann):
    session = whole(ann, world.now)
    asked = json.loads(passkeys.begin_registration(ann, session, issuer="desk", at=world.now).options)

    assert (asked["attestation"], asked["rp"]["id"]) == ("none", "desk.example")
    assert asked["user"]["id"] == Agent.objects.get(pk=ann.pk).passkey_handle
    assert len(asked["user"]["id"]) == 43


def test_a_passkey_is_the_second_step_after_the_password(world, ann):
    device = registered(world, ann)
    first = agents.sign_in(ann.email, PASSWORD, browser=BROWSER, at=world.now)
    assert first.session.step == Step.PASSWORD

    done = as_second_step(world, first.session, device)

    assert (done.session.step, done.session.proven_at, done.token != first.token) == (
        Step.FULL,
        world.now,
        True,
    )
    assert Passkey.objects.get(pk=device.row.pk).last_used_at == world.now


def test_a_passkey_signs_in_alone_when_it_verified_the_person(world, ann):
    device = registered(world, ann)

    done = alone(world, device)

    assert (done.session.agent_id, done.session.step, done.session.proven_at) == (
        ann.pk,
        Step.FULL,
        world.now,
    )


def refusal(act, *arguments):
    with pytest.raises(Refused) as no:
        act(*arguments)
    return no.value.sentence


def test_alone_is_refused_without_a_verified_person_but_as_second_step_presence_is_enough(world, ann):
    device = registered(world, ann)
    device.flags = PRESENT

    assert refusal(alone, world, device) == passkeys.NOT_THIS_ONE
    assert as_second_step(world, half(ann, world.now), device).session.step == Step.FULL


def test_another_address_another_key_another_agent_and_another_handle_are_refused(world, ann):
    device = registered(world, ann)
    bob = agent(world, "bob@host.example", name="Bob")
    elsewhere, unknown, forged, misnamed = (Authenticator() for _ in range(4))
    elsewhere.__dict__ |= {**device.__dict__, "origin": "https://desk.example.evil.example"}
    unknown.handle = device.handle
    forged.__dict__ |= {"id": device.id, "handle": device.handle}
    misnamed.__dict__ |= {**device.__dict__, "handle": b"somebody else"}

    for wrong in (elsewhere, unknown, forged, misnamed):
        assert refusal(alone, world, wrong) == passkeys.NOT_THIS_ONE
    assert refusal(as_second_step, world, half(bob, world.now), device) == passkeys.NOT_THIS_ONE


def test_a_challenge_is_good_once_for_its_purpose_session_and_minutes(world, ann):
    device = registered(world, ann)
    session, other = half(ann, world.now), half(ann, world.now)
    begun = passkeys.begin_second_step(session, at=world.now)
    answer = device.get(begun.options)

    def take(where, *, at=world.now, ticket=begun.ticket):
        return passkeys.take(where, ticket=ticket, answer=answer, network=NETWORK, at=at)

    late = world.now + timedelta(minutes=6)
    assert refusal(take, other) == passkeys.TOO_OLD
    assert refusal(lambda: take(session, at=late)) == passkeys.TOO_OLD
    assert refusal(lambda: take(session, ticket=begun.ticket[:-1] + "x")) == passkeys.TOO_OLD
    assert refusal(
        lambda: passkeys.sign_in(ticket=begun.ticket, answer=answer, browser=BROWSER, at=world.now)
    ) == (passkeys.TOO_OLD)
    take(session)
    assert refusal(lambda: passkeys.use(
        ann, ticket=begun.ticket, answer=answer, purpose="second step", session_id=session.pk, at=world.now
    )) == passkeys.TOO_OLD  # fmt: skip


def test_a_wrong_answer_uses_the_challenge_up(world, ann):
    device = registered(world, ann)
    begun = passkeys.begin_sign_in(at=world.now)

    def answers(text):
        return passkeys.sign_in(ticket=begun.ticket, answer=text, browser=BROWSER, at=world.now)

    assert refusal(answers, "{}") == passkeys.NOT_THIS_ONE
    assert refusal(answers, device.get(begun.options)) == passkeys.TOO_OLD


def test_a_counter_that_goes_back_is_refused_and_kept_in_the_history(world, ann):
    device = registered(world, ann)
    device.counter = 5
    alone(world, device)
    device.counter = 3

    assert refusal(alone, world, device) == passkeys.COPIED
    device.counter = 5
    assert refusal(lambda: alone(world, stuck(device))) == passkeys.COPIED
    device.counter = 0
    assert refusal(alone, world, device) == passkeys.COPIED
    assert verbs(ann)[-3:] == ["passkey counter went back"] * 3
    assert Passkey.objects.get(pk=device.row.pk).sign_count == 6


def stuck(device):
    """The device with a counter that stands still."""
    device.counter = 5
    return device


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "{}", '{"id": 1}', '{"id":"a","rawId":"a","type":"public-key","response":{}}', "[" * 5000,
     '{"id":"YQ","rawId":"YQ","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AA","signature":"AA","attestationObject":"oA"}}',
     "x" * 30_000],
)  # fmt: skip
def test_nonsense_is_refused_in_one_sentence(world, ann, answer):
    session = whole(ann, world.now)
    begun = passkeys.begin_registration(ann, session, issuer="desk", at=world.now)
    with pytest.raises(Refused):
        passkeys.register(ann, session, ticket=begun.ticket, answer=answer, name="x", at=world.now)
    begun = passkeys.begin_sign_in(at=world.now)
    with pytest.raises(Refused):
        passkeys.sign_in(ticket=begun.ticket, answer=answer, browser=BROWSER, at=world.now)


def test_guessing_is_slowed_down_as_with_codes(world, ann):
    session = half(ann, world.now)
    registered(world, ann)
    for _ in range(5):
        refusal(as_second_step, world, session, Authenticator())

    with pytest.raises(limits.TooOften):
        as_second_step(world, session, Authenticator())


def test_the_same_passkey_is_not_registered_twice(world, ann):
    device = registered(world, ann)
    bob = agent(world, "bob@host.example", name="Bob")

    assert refusal(registered, world, bob, device) == "This passkey is registered already."


def test_the_last_second_step_of_a_supervisor_stays(world):
    boss = agent(world, role="supervisor")
    device, other = registered(world, boss), registered(world, boss)
    passkeys.remove(other.row, at=world.now)

    assert "only second step" in refusal(lambda: passkeys.remove(device.row, at=world.now))
    assert verbs(boss)[-1] == "removed a passkey"


def test_a_recovery_code_helps_who_has_passkeys_only(world, ann):
    device = registered(world, ann)
    session = half(ann, world.now)

    assert second_step.take(session, device.codes[0], network=NETWORK, at=world.now).session.step == Step.FULL
    assert "no authenticator app" in refusal(
        lambda: second_step.take(half(ann, world.now), "123456", network=NETWORK, at=world.now)
    )


@pytest.mark.parametrize("verb", ["deactivate", "reset"])
def test_t11_who_leaves_or_is_reset_has_no_passkey_any_more(world, ann, verb):
    device = registered(world, ann)
    session = half(ann, world.now)
    {"deactivate": agents.deactivate, "reset": second_step.reset}[verb](ann, by=OPERATOR, at=world.now)

    assert (
        Passkey.objects.count(),
        RecoveryCode.objects.filter(used_at=None).count() if verb == "reset" else 0,
    ) == (0, 0)
    assert refusal(alone, world, device) == passkeys.NOT_THIS_ONE
    assert sessions.Session.objects.alive(world.now).filter(pk=session.pk).count() == 0


def test_t11_an_old_right_does_not_register_a_passkey_after_leaving(world, ann):
    device, session = Authenticator(), whole(ann, world.now)
    begun = passkeys.begin_registration(ann, session, issuer="desk", at=world.now)
    agents.deactivate(ann, by=OPERATOR, at=world.now)

    with pytest.raises(Refused):
        passkeys.register(
            ann, session, ticket=begun.ticket, answer=device.create(begun.options), name="x", at=world.now
        )


def test_a_demo_agent_signs_in_by_passkey_on_this_machine_only(world):
    demo = agent(world, "demo@host.example", demo=True)
    device = registered(world, demo)

    assert alone(world, device).session.agent_id == demo.pk
    assert "Demo agents" in refusal(lambda: alone(world, device, browser=ELSEWHERE))


@pytest.mark.parametrize(
    ("url", "possible"),
    [("http://127.0.0.1:8000", False), ("https://192.0.2.1", False), ("http://desk.example", False),
     ("http://localhost:8000", True), ("https://desk.example", True)],
)  # fmt: skip
def test_passkeys_are_offered_only_where_browsers_allow_them(settings, url, possible):
    settings.HOSTDESK_URL = url

    assert passkeys.are_possible() is possible


def test_a_passkey_proves_a_session_anew_with_a_new_token(world, ann):
    device, later = registered(world, ann), world.now + timedelta(hours=1)
    signed_in = sessions.open_for_agent(ann, step=Step.FULL, browser=BROWSER, at=world.now)
    begun = passkeys.begin_second_step(signed_in.session, at=later)
    answer = device.get(begun.options)

    done = proving.by_passkey(
        signed_in.session, ticket=begun.ticket, answer=answer, network=NETWORK, at=later
    )

    assert (done.session.pk, done.session.proven_at, done.token != signed_in.token) == (
        signed_in.session.pk,
        later,
        True,
    )
    assert "password alone" in refusal(
        lambda: proving.by_password(done.session, PASSWORD, network=NETWORK, at=later)
    )


def test_used_challenges_are_forgotten_when_they_are_worth_nothing_anyway(world, ann):
    alone(world, registered(world, ann))

    assert (passkeys.sweep(world.now), passkeys.sweep(world.now + timedelta(minutes=11))) == (0, 2)
    assert UsedChallenge.objects.count() == 0
