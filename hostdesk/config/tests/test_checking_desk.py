"""`hostdesk doctor` says who can sign in and what could not be delivered, in true numbers."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from hostdesk.config.checking import _data_folder as data_folder
from hostdesk.config.checking_desk import automatic_mail, outbound, shifts, staff
from hostdesk.config.checking_doors import relays
from hostdesk.mail import actions
from hostdesk.mail.models import Breaker, OutboundMail, OutboundState
from hostdesk.people.models import Team
from hostdesk.schedule import planning


def said(findings):
    return [f"{one.verdict} {one.name}: {one.sentence}" for one in findings]


def test_who_was_invited_only_is_not_said_to_be_able_to_sign_in(world):
    for role in ("admin", "supervisor"):
        agent = world.agent(role.title(), role=role)
        agent.password = "argon2$x"
        agent.save()
    world.agent("Lerato")
    assert said(staff()) == ["ok staff: 2 can sign in; 1 invited and yet to choose a password."]


def test_a_full_disk_is_said_to_want_room_and_no_rights(settings, tmp_path):
    settings.DATA = str(tmp_path)
    (tmp_path / ".doctor").symlink_to("/dev/full")

    assert said(data_folder()) == [
        f"fault data folder: {tmp_path} cannot be written (No space left on device); make room, then work goes on by itself."
    ]


def test_one_mail_given_up_is_one_mail(world):
    assert said(outbound()) == ["ok outbound mail: none was given up."]
    for who in ("thandi", "pieter"):
        world.contact(f"{who}@acme.example", username=who)
        world.receives(f"{who}@acme.example", subject=f"From {who}")
    for more, what in ((0, "1 mail"), (1, "2 mails")):
        mail = OutboundMail.objects.order_by("id")[more]
        mail.state = OutboundState.FAILED
        mail.save()
        assert said(outbound()) == [
            f"warning outbound mail: {what} could not be delivered; see the mailroom, under Out."
        ]


@pytest.mark.clause("contact.listed_sender")
def test_automatic_mail_that_a_breaker_holds_is_said_until_it_is_sent_on(world):
    assert said(automatic_mail(world.now)) == ["ok automatic mail: nothing is held back."]
    world.contact("thandi@acme.example", username="thandi")
    world.receives("thandi@acme.example", subject="Mailbox full")
    mail = OutboundMail.objects.get()
    OutboundMail.objects.filter(pk=mail.pk).update(state=OutboundState.HELD, held_by="address")
    until = world.now + timedelta(minutes=30)
    Breaker.objects.create(scope="address", key=mail.to_address, opened_at=world.now, open_until=until)
    held = "warning automatic mail: 1 was held back within the last day and not sent on; see the mailroom, under Out."

    assert said(automatic_mail(world.now)) == [
        "warning automatic mail: Automatic mail is held back for 1 address; see the mailroom.",
        held,
    ]
    assert said(automatic_mail(until)) == [held]
    actions.send_again(mail, by=world.agent("Ann").actor(), at=until)
    assert said(automatic_mail(until)) == ["ok automatic mail: nothing is held back."]


@pytest.mark.parametrize(("lmtp", "trusted", "warned"), [("", (), 0), ("x:24", ("mx",), 0), ("x:24", (), 1)])
def test_lmtp_without_a_relay_that_is_believed_is_a_warning(settings, lmtp, trusted, warned):
    settings.ENVIRONMENT = SimpleNamespace(lmtp=lmtp, trusted_relays=trusted)
    assert [(one.name, one.verdict) for one in relays()] == [("LMTP", "warning")] * warned


def test_shifts_are_spoken_of_where_they_are_kept(world):
    ann = world.agent("Ann")
    assert said(shifts(world.now)) == [
        "ok shifts: none are kept: warnings about late tickets reach the whole team."
    ]
    hours = planning.Hours(8 * 60, 20 * 60)
    team = Team.objects.get(slug="support")
    planning.plan_shift(ann, team, range(7), hours, since=world.now.date(), by=ann, at=world.now)

    found = said(shifts(world.now))
    assert found[:2] == [
        "warning shifts: nobody is on duty now; see On duty at the desk.",
        "warning shifts: the plan has 7 holes in the coming days, the first Mon 23 Nov, 20:00; see On duty.",
    ]
    (last,) = found[2:]
    assert last.startswith("warning emergency contact: none is named, so supervisors are told")
