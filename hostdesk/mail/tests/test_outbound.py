"""Mail out: queued in the caller's transaction, composed without tricks, delivered at least once."""

from __future__ import annotations

import email
import email.policy
import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from hostdesk.jobs.claiming import back_off
from hostdesk.kit.actors import OPERATOR
from hostdesk.kit.refusals import Refused
from hostdesk.mail import actions, compose, reply_tokens
from hostdesk.mail.actions import OutboundDraft, OutboundFile
from hostdesk.mail.models import OutboundMail
from hostdesk.mail.tasks import deliver_through, deliver_waiting
from hostdesk.ports import files, smarthost
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused

AT = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

NASTY = [
    "Eve\r\nBcc: victim@elsewhere.example",
    'Eve" <victim@elsewhere.example>, "x',
    "Eve <victim@elsewhere.example>,",
    "Eve\x85Bcc: victim@elsewhere.example",
    "Eve\u2028Bcc: victim@elsewhere.example",
    "\u202egnp.exe\u202c",
    "=?utf-8?q?Eve=0D=0ABcc:_victim=40elsewhere.example?=",
    "=?utf-8?b?RXZlDQpCY2M6IHZpY3RpbUBlbHNld2hlcmUuZXhhbXBsZQ==?= and more",
    "Zoë " * 60,
    "\x00\ud800 lone",
    "back\\slash\\",
]


def draft(**given) -> OutboundDraft:
    return OutboundDraft(
        **{
            "kind": "answer",
            "to_address": "thandi@customer.example",
            "to_name": "Thandi",
            "subject": "Your site [#1042-9]",
            "text": "It works again.\n",
            "html": "<p>It works again.</p>",
            **given,
        }
    )


@pytest.fixture
def host(settings, db):
    yield from fresh_host(settings)


@pytest.fixture
def committed_host(settings, committed_db):
    yield from fresh_host(settings)


def fresh_host(settings):
    settings.SMTP_URL = "memory://"
    twin = smarthost.MEMORY
    twin.sent.clear()
    twin.trouble.clear()
    yield twin
    twin.sent.clear()
    twin.trouble.clear()


def state(mail: OutboundMail) -> tuple[str, int, str]:
    mail.refresh_from_db()
    return mail.state, mail.tries, mail.last_answer


def parsed(mail: OutboundMail) -> email.message.EmailMessage:
    raw = compose.as_bytes(mail, read_file=lambda _digest: b"")
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.mark.parametrize("text", NASTY)
def test_nothing_in_a_name_or_subject_reaches_another_header(db, text):
    mail = actions.queue(draft(to_name=text, subject=text, reply_to="reply+x@itpossible.com"), at=AT)
    raw = compose.as_bytes(mail, read_file=lambda _digest: b"")
    head = raw.partition(b"\r\n\r\n")[0]
    message = parsed(mail)

    assert mail.state == "waiting"
    assert [one.addr_spec for one in message["To"].addresses] == ["thandi@customer.example"]
    assert message["Bcc"] is None
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert names == [
        b"Content-Type",
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"Reply-To",
        b"X-Hostdesk-Mail",
        b"MIME-Version",
    ]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


@pytest.mark.parametrize(
    "address",
    ["a@x.example,b@y.example", "a@x.example\r\nBcc: b@y.example", "a b@x.example", "<a@x.example>", "nobody", "a@", "-f@x.example"],
)  # fmt: skip
def test_recipient_that_is_not_one_address_is_kept_visible_and_never_sent(host, address):
    mail = actions.queue(draft(to_address=address), at=AT)
    deliver_waiting(AT)

    assert mail.state == "failed"
    assert host.sent == []
    with pytest.raises(Refused):
        actions.send_again(mail, by=OPERATOR, at=AT)


def test_same_wish_twice_is_one_mail(db):
    first = actions.queue(draft(about="ack:1042"), at=AT)
    second = actions.queue(draft(about="ack:1042", subject="other"), at=AT)

    assert (second.pk, second.subject, OutboundMail.objects.count()) == (first.pk, "Your site [#1042-9]", 1)


def test_mail_of_a_change_that_is_rolled_back_does_not_exist(db):
    with transaction.atomic():
        actions.queue(draft(), at=AT)
        transaction.set_rollback(True)

    assert OutboundMail.objects.count() == 0


def test_automatic_mail_says_so_and_a_persons_does_not(db):
    reply = parsed(actions.queue(draft(automatic=True, in_reply_to="<q@customer.example>"), at=AT))
    notice = parsed(actions.queue(draft(automatic=True), at=AT))
    person = parsed(actions.queue(draft(in_reply_to="<q@customer.example>", references=("<r@x>",)), at=AT))

    assert [(one["Auto-Submitted"], one["X-Auto-Response-Suppress"]) for one in (reply, notice, person)] == [
        ("auto-replied", "All"), ("auto-generated", "All"), (None, None),
    ]  # fmt: skip
    assert (person["In-Reply-To"], person["References"]) == (
        "<q@customer.example>",
        "<r@x> <q@customer.example>",
    )
    assert str(person["From"]) == "IT Possible Support <support@itpossible.com>"


def test_the_first_mail_of_a_thread_refers_to_what_it_answers_and_not_to_itself(db):
    wish = draft(
        message_id="<first@x>",
        references=("<first@x>", "<q@customer.example>"),
        in_reply_to="<q@customer.example>",
    )
    alone = draft(message_id="<second@x>", references=("<second@x>",))

    assert parsed(actions.queue(wish, at=AT))["References"] == "<q@customer.example>"
    assert parsed(actions.queue(alone, at=AT))["References"] is None


def test_attachment_travels_under_a_harmless_name(db):
    digest = files.put(b"\x89PNG")
    mail = actions.queue(draft(files=[OutboundFile(digest, '../../x"\r\n.png', "image/png")]), at=AT)
    message = email.message_from_bytes(
        compose.as_bytes(mail, read_file=files.read), policy=email.policy.default
    )
    [part] = message.iter_attachments()

    assert (part.get_content_type(), part.get_content(), part.get_filename()) == (
        "image/png",
        b"\x89PNG",
        '.._.._x" .png',
    )


def test_delivered_mail_is_recorded_and_leaves_once(host):
    mail = actions.queue(draft(), at=AT)

    assert [deliver_waiting(AT), deliver_waiting(AT + MINUTE)] == [1, 0]
    assert state(mail) == ("sent", 1, "250 kept in memory")
    [letter] = host.sent
    assert letter.recipient == "thandi@customer.example"
    assert reply_tokens.read_bounce(letter.sender) == mail.pk


def test_without_a_smart_host_mail_waits_untouched(settings, db):
    settings.SMTP_URL = ""
    mail = actions.queue(draft(), at=AT)

    assert deliver_waiting(AT) == 0
    assert state(mail) == ("waiting", 0, "")


def test_delayed_mail_can_be_withdrawn_before_it_leaves(host):
    mail = actions.queue(draft(about="resolved:1042:1", delay_seconds=10), at=AT)
    assert deliver_waiting(AT + timedelta(seconds=9)) == 0
    assert actions.withdraw("resolved:1042:", at=AT + timedelta(seconds=9)) == 1
    assert deliver_waiting(AT + timedelta(seconds=10)) == 0

    assert state(mail)[0] == "held"
    assert host.sent == []


def test_not_now_is_tried_again_later_each_time_after_a_longer_pause(host):
    mail = actions.queue(draft(), at=AT)
    at, pauses = AT, []
    for _ in range(9):
        host.trouble.append(PortDown("451 later"))
        assert deliver_through(host, at=at) == 1
        mail.refresh_from_db()
        pauses.append(round((mail.next_try_at - at) / MINUTE, 1))
        assert deliver_through(host, at=mail.next_try_at - timedelta(seconds=1)) == 0
        at = mail.next_try_at

    assert all(
        least <= pause <= least * 1.11
        for pause, least in zip(pauses, [1, 2, 4, 8, 16, 32, 64, 120, 120], strict=True)
    )
    assert state(mail) == ("waiting", 9, "451 later")
    assert deliver_through(host, at=at) == 1
    assert state(mail)[0] == "sent"


def test_after_three_days_a_mail_is_given_up_visibly_and_can_be_sent_again(host):
    mail = actions.queue(draft(), at=AT)
    host.trouble.append(PortDown("451 later"))
    deliver_waiting(AT + timedelta(days=3) - timedelta(seconds=1))
    assert state(mail)[0] == "waiting"
    host.trouble.append(PortDown("451 later"))
    deliver_waiting(AT + timedelta(days=3, hours=3))
    assert state(mail) == ("failed", 2, "Given up after 3 days. 451 later")

    again = AT + timedelta(days=4)
    actions.send_again(mail, by=OPERATOR, at=again)
    deliver_waiting(again)
    assert state(mail)[0] == "sent"
    with pytest.raises(Refused):
        actions.send_again(mail, by=OPERATOR, at=again)


def test_never_is_never_and_the_neighbours_go_on(host):
    bad, good = actions.queue(draft(), at=AT), actions.queue(draft(), at=AT)
    host.trouble.append(PortRefused("550 no such user"))
    deliver_waiting(AT)

    assert state(bad) == ("failed", 1, "550 no such user")
    assert state(good)[0] == "sent"


def test_smart_host_away_holds_all_and_is_asked_again_within_minutes(host):
    mails = [actions.queue(draft(), at=AT) for _ in range(3)]
    host.trouble.append(PortAway("connection refused"))
    deliver_through(host, at=AT)

    assert [state(mail) for mail in mails] == [("waiting", 1, "connection refused")] * 3
    assert all(mail.next_try_at - AT <= timedelta(minutes=1.1) for mail in mails)
    assert host.sent == []


def test_crash_between_data_and_its_record_sends_the_same_message_again(host):
    """The worker dies after the smart host took the mail: the lease ends, and the same bytes go once more."""

    class Died(BaseException):
        pass

    mail = actions.queue(draft(), at=AT)
    send = host.send

    def send_and_die(letter):
        send(letter)
        raise Died

    host.send = send_and_die
    with pytest.raises(Died):
        deliver_waiting(AT)
    del host.send
    assert deliver_waiting(AT + MINUTE) == 0
    assert deliver_waiting(AT + timedelta(minutes=11)) == 1

    assert state(mail)[0] == "sent"
    assert len(host.sent) == 2
    assert host.sent[0] == host.sent[1]
    assert mail.message_id.encode() in host.sent[0].message


def test_database_away_between_data_and_its_record_sends_nothing_again(committed_host):
    mail = actions.queue(draft(), at=AT)

    def away(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "sent_at" in sql:
            raise OperationalError("gone")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        deliver_waiting(AT)
    assert state(mail)[0] == "waiting"
    # Also when its lease has ended meanwhile.
    assert deliver_waiting(AT + timedelta(minutes=11)) == 0

    assert state(mail) == ("sent", 1, "250 kept in memory")
    assert AT <= mail.sent_at < AT + MINUTE
    assert len(committed_host.sent) == 1


def test_mail_that_breaks_the_program_waits_and_the_neighbours_go_on(host):
    bad, good = actions.queue(draft(), at=AT), actions.queue(draft(), at=AT)
    host.trouble.append(ZeroDivisionError("nobody thought of this"))
    deliver_waiting(AT)

    assert state(bad) == ("waiting", 1, "A fault in the program kept it here; the log says which.")
    assert bad.next_try_at < AT + timedelta(minutes=2)
    assert state(good)[0] == "sent"


def test_lost_attachment_fails_the_mail_and_not_the_round(host):
    lost = actions.queue(draft(files=[OutboundFile("0" * 64, "x", "image/png")]), at=AT)
    good = actions.queue(draft(), at=AT)
    deliver_waiting(AT)

    assert [state(lost)[0], state(good)[0]] == ["failed", "sent"]


def test_back_off_doubles_to_its_limit():
    chance = random.Random(1)
    pauses = [back_off(n, first=MINUTE, longest=8 * MINUTE, chance=chance) for n in range(6)]

    assert [round(pause / MINUTE, 3) // 1 for pause in pauses] == [1, 1, 2, 4, 8, 8]
    assert all(pause <= 8.8 * MINUTE for pause in pauses)


def test_both_texts_of_a_template_are_rendered_each_in_its_own_way(db):
    subject, text, html = compose.render(
        "jobs/mails/silent", {"part": "worker", "row": {"host": "a&b", "pid": 1}}
    )

    assert subject == "Worker on a&b is silent"
    assert "worker on a&b (process 1)" in text
    assert "<strong>a&amp;b</strong>" in html
