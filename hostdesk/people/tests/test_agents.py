"""Staff: added, invited, signing in, leaving."""

from datetime import timedelta

import pytest

from hostdesk.audit.models import Entry
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.mail.models import OutboundMail
from hostdesk.people import queries, seals
from hostdesk.people.actions import agents, second_step, sessions, tokens
from hostdesk.people.actions.limits import TooOften
from hostdesk.people.models import Agent, RecoveryCode, Session
from hostdesk.people.tests.making import BROWSER, ELSEWHERE, PASSWORD, agent, code


def sign_in(email, password=PASSWORD, *, at, browser=BROWSER):
    return agents.sign_in(email, password, browser=browser, at=at)


def whole(world, someone):
    """An agent with second step, signed in."""
    half = sign_in(someone.email, at=world.now)
    second_step.confirm(Agent.objects.get(pk=someone.pk), code(someone, world.now), network="n", at=world.now)
    return sessions.finish(half.session, at=world.now)


def test_adding_keeps_one_form_of_the_address_and_joins_the_teams_of_the_role(world):
    supervisor = agent(world, "Sue@HOST.example", role="supervisor", name="  Sue   Sutton ")
    technician = agent(world)

    assert (supervisor.email, supervisor.name) == ("sue@host.example", "Sue Sutton")
    assert [sorted(one.teams.values_list("slug", flat=True)) for one in (supervisor, technician)] == [
        ["supervisors", "support"],
        ["support"],
    ]
    assert queries.supervisors() == [supervisor]
    assert queries.agent_by_email("SUE@host.example") == supervisor


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ann@HOST.example"},
        {"email": "nonsense"},
        {"name": " "},
        {"name": "Ann\u202e"},
        {"role": "king"},
        {"password": "short"},
        {"password": ""},
    ],
)
def test_what_cannot_be_an_agent_is_refused(world, wrong):
    agent(world)
    with pytest.raises(Refused):
        agent(world, **{"email": "new@host.example", **wrong})

    assert Agent.objects.count() == 1


def test_an_invitation_sets_the_first_password_once(world):
    new = agents.add("ann@host.example", name="Ann", role="technician", by=OPERATOR, at=world.now)
    assert agents.invited(new.invitation, at=world.now) == new.agent
    with pytest.raises(Refused):
        agents.accept_invitation(new.invitation, password="too short", at=world.now)
    agents.accept_invitation(new.invitation, password=PASSWORD, at=world.now)
    with pytest.raises(Refused):
        agents.accept_invitation(new.invitation, password="another good password", at=world.now)

    assert agents.invited(new.invitation, at=world.now) is None
    assert sign_in("ann@host.example", at=world.now).session.step == "full"


@pytest.mark.parametrize("token", ["", "x", "None", "0" * 64])
def test_no_empty_or_made_up_invitation_is_good(world, token):
    agent(world)  # has no invitation: its column is empty
    agents.add("b@host.example", name="B", role="technician", by=OPERATOR, at=world.now)

    assert agents.invited(token, at=world.now) is None


def test_invitations_run_out_and_a_new_one_ends_the_old(world):
    new = agents.add("ann@host.example", name="Ann", role="technician", by=OPERATOR, at=world.now)
    again = agents.invite(new.agent, by=OPERATOR, at=world.now)

    assert agents.invited(new.invitation, at=world.now) is None
    assert agents.invited(again, at=world.now + timedelta(days=7, seconds=-1)) == new.agent
    assert agents.invited(again, at=world.now + timedelta(days=7)) is None


def test_an_invitation_by_mail_goes_to_the_new_agent_alone(world):
    agents.add_and_write("ann@host.example", name="Ann", role="technician", by=OPERATOR, at=world.now)
    (mail,) = OutboundMail.objects.all()

    assert (mail.kind, mail.to_address) == ("invitation", "ann@host.example")
    token = mail.text.partition("/desk/invitation/")[2].split()[0]
    assert agents.invited(token, at=world.now).email == "ann@host.example"


def test_unknown_wrong_and_left_are_refused_in_the_same_words(world):
    agent(world)
    gone = agent(world, "gone@host.example")
    agents.deactivate(gone, by=OPERATOR, at=world.now)
    agents.add("invited@host.example", name="I", role="technician", by=OPERATOR, at=world.now)
    said = []
    for email, password in (
        ("nobody@host.example", PASSWORD),
        ("ann@host.example", "wrong password here"),
        ("gone@host.example", PASSWORD),
        ("invited@host.example", ""),
        ("not an address", PASSWORD),
    ):
        with pytest.raises(Refused) as refused:
            sign_in(email, password, at=world.now)
        said.append(refused.value.sentence)

    assert said == [agents.WRONG] * 5


def test_wrong_passwords_make_the_address_wait_wherever_they_come_from(world):
    agent(world)
    for number in range(5):
        browser = sessions.Browser(f"203.0.113.{number}", f"203.0.113.{number}/32", "", on_this_machine=False)
        with pytest.raises(Refused):
            sign_in("ANN@host.example", "wrong password here", browser=browser, at=world.now)
    with pytest.raises(TooOften) as waits:
        sign_in("ann@host.example", at=world.now)

    assert (waits.value.sentence, waits.value.wait_seconds) == (
        "That was too often. You can try again in 1 minute.",
        30,
    )
    assert sign_in("ann@host.example", at=world.now + timedelta(seconds=30)).session.agent.name == "Ann"


def test_one_network_cannot_try_many_addresses_nor_clear_its_tally_by_a_good_sign_in(world):
    agent(world)
    for number in range(29):
        with pytest.raises(Refused):
            sign_in(f"guess{number}@host.example", "wrong password here", browser=ELSEWHERE, at=world.now)
    sign_in("ann@host.example", browser=ELSEWHERE, at=world.now)
    with pytest.raises(Refused, match="do not fit"):
        sign_in("guess29@host.example", "wrong password here", browser=ELSEWHERE, at=world.now)
    with pytest.raises(TooOften):
        sign_in("guess30@host.example", "wrong password here", browser=ELSEWHERE, at=world.now)

    assert sign_in("ann@host.example", browser=BROWSER, at=world.now).session.agent.name == "Ann"


def test_an_admin_must_set_up_the_second_step_before_anything_else(world):
    admin = agent(world, role="admin")
    half = sign_in(admin.email, at=world.now)
    assert (half.session.step, half.session.expires_at) == ("password", world.now + timedelta(minutes=15))

    with pytest.raises(Refused):
        second_step.confirm(Agent.objects.get(), "000000", network="n", at=world.now)
    codes = second_step.confirm(Agent.objects.get(), code(admin, world.now), network="n", at=world.now)
    finished = sessions.finish(half.session, at=world.now)

    assert (len(set(codes)), finished.session.step) == (10, "full")
    assert finished.token != half.token
    assert queries.living_sessions([half.token], at=world.now) == []
    assert admin.totp_secret == "" and code(admin, world.now) not in Agent.objects.get().totp_secret
    assert seals.unseal(Agent.objects.get().totp_secret) not in Agent.objects.get().totp_secret


def test_each_code_works_once_and_one_step_off_is_forgiven(world):
    admin = agent(world, role="admin")
    whole(world, admin)
    later = world.now + timedelta(minutes=5)

    def take(at, given):
        half = sign_in(admin.email, at=at)
        return second_step.take(half.session, given, network="n", at=at)

    assert take(later, code(admin, later, steps=-1)).session.step == "full"
    assert take(later, code(admin, later)).session.step == "full"
    for wrong in (code(admin, later), code(admin, later, steps=-1), code(admin, later, steps=2), ""):
        with pytest.raises(Refused):
            take(later, wrong)


def test_a_used_setup_code_does_not_sign_in(world):
    admin = agent(world, role="admin")
    whole(world, admin)
    half = sign_in(admin.email, at=world.now)
    with pytest.raises(Refused):
        second_step.take(half.session, code(admin, world.now), network="n", at=world.now)


def test_recovery_codes_work_once_each_however_they_are_typed(world):
    admin = agent(world, role="admin")
    sign_in(admin.email, at=world.now)
    codes = second_step.confirm(Agent.objects.get(), code(admin, world.now), network="n", at=world.now)
    half = sign_in(admin.email, at=world.now)

    assert second_step.take(half.session, f" {codes[0].upper().replace('-', ' ')}", network="n", at=world.now)
    half = sign_in(admin.email, at=world.now)
    with pytest.raises(Refused):
        second_step.take(half.session, codes[0], network="n", at=world.now)
    assert RecoveryCode.objects.filter(used_at=None).count() == 9
    assert not RecoveryCode.objects.filter(code_sha256__in=codes).exists()


def test_wrong_codes_are_counted_across_sign_ins(world):
    admin = agent(world, role="admin")
    whole(world, admin)
    for _ in range(5):
        half = sign_in(admin.email, at=world.now)
        with pytest.raises(Refused):
            second_step.take(half.session, "000000", network="n", at=world.now)
    half = sign_in(admin.email, at=world.now)
    with pytest.raises(TooOften):
        second_step.take(half.session, code(admin, world.now, steps=1), network="n", at=world.now)


def test_a_secret_sealed_under_a_lost_key_is_said_to_be_so(world, settings):
    admin = agent(world, role="admin")
    whole(world, admin)
    half = sign_in(admin.email, at=world.now)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-" + "0123456789" * 4
    later = world.now + timedelta(minutes=1)
    assert second_step.take(half.session, code(admin, later), network="n", at=later)

    settings.SECRET_KEY_FALLBACKS = []
    assert seals.unseal(Agent.objects.get().totp_secret) is None


def test_resetting_the_second_step_ends_sessions_and_tells_the_agent(world):
    admin = agent(world, role="admin")
    signed_in = whole(world, admin)
    second_step.reset(admin, by=OPERATOR, at=world.now)

    assert queries.living_sessions([signed_in.token], at=world.now) == []
    assert [(mail.kind, mail.to_address) for mail in OutboundMail.objects.all()] == [
        ("second_step_reset", admin.email)
    ]
    assert sign_in(admin.email, at=world.now).session.step == "password"


def test_demo_agents_skip_the_second_step_and_sign_in_on_this_machine_only(world):
    demo = agent(world, role="admin", demo=True)

    assert sign_in(demo.email, at=world.now).session.step == "full"
    with pytest.raises(Refused, match="only from the machine"):
        sign_in(demo.email, browser=ELSEWHERE, at=world.now)
    with pytest.raises(Refused) as refused:
        sign_in(demo.email, "wrong password here", browser=ELSEWHERE, at=world.now)
    assert refused.value.sentence == agents.WRONG


def test_who_has_left_is_out_at_once_with_every_key(world):
    leaver = agent(world)
    agent(world, "admin@host.example", role="admin")
    session = sign_in(leaver.email, at=world.now)
    key = tokens.create(leaver, name="script", scopes=[], by=OPERATOR, at=world.now)
    invitation = agents.invite(leaver, by=OPERATOR, at=world.now)
    assert len(queries.living_sessions([session.token], at=world.now)) == 1
    assert queries.agent_for_token(key, at=world.now).agent == leaver
    agents.deactivate(leaver, by=OPERATOR, at=world.now)

    assert queries.living_sessions([session.token], at=world.now) == []
    assert queries.agent_for_token(key, at=world.now) is None
    assert agents.invited(invitation, at=world.now) is None
    with pytest.raises(Refused):
        agents.invite(leaver, by=OPERATOR, at=world.now)


def test_the_last_administrator_cannot_go_nor_can_one_deactivate_oneself(world):
    admin = agent(world, role="admin")
    other = agent(world, "other@host.example", role="admin")
    with pytest.raises(Refused, match="yourself"):
        agents.deactivate(admin, by=admin.actor(), at=world.now)
    agents.deactivate(other, by=admin.actor(), at=world.now)
    for verb in (agents.deactivate, lambda one, **more: agents.change_role(one, role="level1", **more)):
        with pytest.raises(Refused, match="last administrator"):
            verb(admin, by=OPERATOR, at=world.now)


def test_whoever_has_left_gets_no_other_role(world):
    agent(world, role="admin")
    someone = agent(world, "other@host.example", role="technician")
    agents.deactivate(someone, by=OPERATOR, at=world.now)

    with pytest.raises(Refused, match="has left"):
        agents.change_role(someone, role="admin", by=OPERATOR, at=world.now)
    someone.refresh_from_db()
    assert someone.role == "technician"


def test_a_changed_role_changes_teams_and_ends_sessions(world):
    someone = agent(world, role="supervisor", demo=True)
    session = sign_in(someone.email, at=world.now)
    agents.change_role(someone, role="technician", by=OPERATOR, at=world.now)

    assert list(someone.teams.values_list("slug", flat=True)) == ["support"]
    assert queries.living_sessions([session.token], at=world.now) == []
    assert Entry.objects.get(verb="changed role").facts == {"from": "supervisor", "to": "technician"}


def test_changing_the_password_ends_the_other_browsers(world):
    someone = agent(world)
    here, there = sign_in(someone.email, at=world.now), sign_in(someone.email, at=world.now)
    with pytest.raises(Refused):
        agents.change_password(
            someone,
            current="not that one",
            new="another good password",
            browser=BROWSER,
            keep=here.session.pk,
            at=world.now,
        )
    agents.change_password(
        someone,
        current=PASSWORD,
        new="another good password",
        browser=BROWSER,
        keep=here.session.pk,
        at=world.now,
    )

    assert [one.pk for one in queries.living_sessions([here.token, there.token], at=world.now)] == [
        here.session.pk
    ]
    assert sign_in(someone.email, "another good password", at=world.now)


def test_sessions_slide_at_most_every_few_minutes_and_end_when_old(world, django_assert_num_queries):
    someone = agent(world)
    session = sign_in(someone.email, at=world.now).session
    with django_assert_num_queries(0):
        assert not sessions.touch(session, at=world.now + timedelta(minutes=5, seconds=-1))
    assert sessions.touch(session, at=world.now + timedelta(minutes=5))

    session.refresh_from_db()
    assert session.expires_at == world.now + timedelta(hours=12, minutes=5)
    assert sessions.touch(session, at=world.now + timedelta(hours=12))
    assert not sessions.touch(Session.objects.get(), at=world.now + timedelta(hours=24))


def test_one_cannot_end_the_session_of_another(world):
    someone, other = agent(world), agent(world, "other@host.example")
    session = sign_in(someone.email, at=world.now).session
    with pytest.raises(Missing):
        sessions.revoke(other, session.pk, by=other.actor(), at=world.now)

    assert Session.objects.get().revoked_at is None


def test_tokens_are_kept_as_fingerprints_and_end_when_revoked(world):
    someone = agent(world)
    secret = tokens.create(someone, name="script", scopes=["mails:read"], by=OPERATOR, at=world.now)
    token = queries.agent_for_token(secret, at=world.now)

    assert (token.agent, token.scopes, token.token_sha256) == (
        someone,
        ["mails:read"],
        seals.fingerprint(secret),
    )
    with pytest.raises(Refused):
        tokens.create(someone, name="script", scopes=["everything"], by=OPERATOR, at=world.now)
    tokens.revoke(token.pk, by=OPERATOR, at=world.now)
    assert queries.agent_for_token(secret, at=world.now) is None


def test_the_teams_come_with_the_session_in_one_query(world, django_assert_num_queries):
    someone = agent(world, role="supervisor", demo=True)
    token = sign_in(someone.email, at=world.now).token
    with django_assert_num_queries(1):
        (session,) = queries.living_sessions([token], at=world.now)
        teams = queries.team_ids_of(session.agent)

    assert teams == set(someone.teams.values_list("pk", flat=True))
    assert len(teams) == 2
