"""Which kind of program wrote a mail; and mails of people that bear the marks of programs, or speak of them."""

import pytest

from hostdesk.mail.reading import read

pytestmark = pytest.mark.db_free


def letter(head, text="Please see our shop, it answers with error 500.\r\n"):
    lines = [line for line in head.strip().split("\n") if line]
    names = {line.partition(":")[0].lower() for line in lines}
    if "from" not in names:
        lines.append("From: Thandi <thandi@acme.example>")
    if "subject" not in names:
        lines.append("Subject: Shop is down")
    lines += ["To: support@desk.example", "Message-ID: <1@acme.example>"]
    return ("\r\n".join(lines) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode()


def kind_of(mail):
    return mail.machine.kind if mail.machine else None


AWAY = "I am out of the office until Monday and will reply when I am back.\n"
MACHINES = {
    "exchange away": ("automatic answer", "Auto-Submitted: auto-generated\nSubject: Automatic reply: Your ticket\nIn-Reply-To: <t@desk.example>\nX-Auto-Response-Suppress: All", AWAY),
    "vacation(1)": ("automatic answer", "Auto-Submitted: auto-replied\nPrecedence: bulk\nSubject: away from my mail", AWAY),
    "sieve": ("automatic answer", "Auto-Submitted: auto-replied (vacation)\nSubject: Auto: Your ticket", AWAY),
    "gmail away": ("automatic answer", "Precedence: bulk\nX-Autoreply: yes\nAuto-Submitted: auto-replied\nSubject: Out of office Re: Your ticket", AWAY),
    "notes away": ("automatic answer", "Subject: AUTO: Thandi Mokoena is out of the office (returning 12/01/2026)", AWAY),
    "cpanel": ("automatic answer", "X-Autorespond: Re: x\nPrecedence: bulk\nSubject: Thank you", "We got it.\n"),
    "away without marks": ("automatic answer", "Subject: Ek is afwesig / Buite kantoor: Re: x".replace("Ek is afwesig / ", ""), "Ek is met verlof tot Maandag.\n"),
    "vacances": ("automatic answer", "Subject: Absent du bureau : Re: ticket", "Je suis en congé, de retour lundi.\n"),
    "ferias": ("automatic answer", "Subject: Ausência do escritório: ticket", "Estou de férias.\n"),
    "japanese": ("automatic answer", "Subject: 自動応答: ticket", "休暇中です。\n"),
    "russian": ("automatic answer", "Subject: Автоответ: ticket", "Я в отпуске.\n"),
    "zendesk": ("automatic answer", "X-Zendesk-Auto-Reply: yes\nSubject: [Request received] x", "Your request (123) has been received.\n"),
    "otobo": ("automatic answer", "Auto-Submitted: auto-replied\nX-OTRS-Loop: True\nSubject: [Ticket#2026112610000017] RE: x", "Thank you for your request.\n"),
    "desk without marks": ("automatic answer", "Subject: Ticket received [#4711]", "This is an automated response to let you know that your request was received.\n"),
    "boxtrapper": ("automatic answer", "Subject: Your email requires verification verify#aB3dE5gH7", "The message you sent requires that you verify that you are a real live human being. To have it delivered, reply to this message.\n"),
    "challenge": ("automatic answer", "Subject: Please confirm your message", "To have your message delivered, click the link below to verify yourself.\n"),
    "fetched list": ("list", "List-Id: <dev.list.example>\nList-Post: <mailto:dev@list.example>", "Patch attached.\n"),
    "newsletter": ("list", "List-Unsubscribe: <mailto:u@acme.example>\nFeedback-ID: 1:c:acme", "Our offers.\n"),
    "mass mail": ("list", "Precedence: bulk", "Our offers.\n"),
    "cron": ("notification", "From: (Cron Daemon) <root@srv.acme.example>\nSubject: Cron <root@srv> /usr/local/bin/backup\nX-Cron-Env: <SHELL=/bin/sh>", "disk full\n"),
    "cron without fields": ("notification", "From: root <root@srv.acme.example>\nSubject: Cron <www@srv> php /home/www/cron.php", "PHP Warning\n"),
    "nagios": ("notification", "Subject: ** PROBLEM Service Alert: srv/HTTP is CRITICAL **", "***** Nagios *****\n"),
    "wordpress": ("notification", "From: WordPress <wordpress@acme.example>\nSubject: [Acme] Some plugins were automatically updated", "Howdy!\n"),
    "lfd": ("notification", "From: root@srv.acme.example\nSubject: lfd on srv.acme.example: blocked 192.0.2.1", "Time: x\n"),
    "jira": ("notification", "Auto-Submitted: auto-generated\nPrecedence: bulk\nSubject: [JIRA] (ABC-1) x", "changed\n"),
    "alerts@": ("notification", "From: alerts@acme.example", "Disk 90 %\n"),
    "null sender": ("notification", "Return-Path: <>", "hello\n"),
    "null sender that answers": ("automatic answer", "Return-Path: <>\nSubject: Re: Your ticket", "hello\n"),
    "outlook read": ("receipt", "Subject: Read: Your ticket", "Your message\n\n   To: Thandi\n   Subject: Your ticket\n   Sent: Monday\n\n was read on Monday.\n"),
    "german read": ("receipt", "Subject: Gelesen: Ihr Ticket", "Ihre Nachricht wurde am Montag gelesen.\n"),
    "dmarc": ("report", "From: noreply-dmarc-support@google.example\nSubject: Report domain: acme.example Submitter: google.example Report-ID: 123", ""),
    "hotmail loop": ("report", "Subject: complaint about message from 192.0.2.7", "Received: x\n"),
    "aol loop": ("report", "Subject: Email Feedback Report for IP 192.0.2.7", "x\n"),
    "x-arf": ("report", "X-XARF: PLAIN\nSubject: abuse report about 192.0.2.7", "x\n"),
    "tls": ("report", "TLS-Report-Domain: acme.example\nTLS-Report-Submitter: google.example\nSubject: Report", "x\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
def test_a_program_s_mail_has_its_kind_and_gets_no_answer(name):
    kind, head, text = MACHINES[name]
    mail = read(letter(head, text))

    assert (kind_of(mail), mail.auto_submitted, mail.auto_reason != "") == (kind, True, True)


PEOPLE = {
    "exchange rule": ("X-Auto-Response-Suppress: All\nX-Mailer: Microsoft Outlook 16.0", None),
    "no report wanted": ("X-Auto-Response-Suppress: DR, RN, NRN", None),
    "through a sending service": ("Feedback-ID: 1.eu-west-1.x:AmazonSES", None),
    "marketing gateway": ("List-Unsubscribe: <https://m.acme.example/u>\nUser-Agent: Mozilla Thunderbird", None),
    "procmail forwarder": ("X-Loop: thandi@acme.example\nX-Mailer: iPhone Mail (21F90)", None),
    "Auto-Submitted: no": ("Auto-Submitted: no", None),
    "Auto-Submitted: No (by hand)": ("Auto-Submitted: No (by hand)", None),
    "office hours": ("Subject: out of office hours support?", "Do you help at night?\n"),
    "automatic payment": ("Subject: Automatic payment", "Please stop my debit order.\n"),
    "automatic reply wanted": ("Subject: Automatic reply", "How do I set up an automatic reply for info@?\n"),
    "away question": ("Subject: Out of office: how do I set it?", "I am away from Monday.\n"),
    "auto-reply broken": ("Subject: Auto-reply not working", "My out of office sends nothing.\n"),
    "vacation rental": ("Subject: Vacation homes site: SSL", "The certificate expired, will be back?\n"),
    "cron question": ("Subject: Cron job does not run", "Cron <user@srv> /bin/x never runs.\n"),
    "cron forwarded": ("Subject: Fwd: Cron <root@srv> /usr/bin/x", "Hi, what is this?\n"),
    "nagios forwarded": ("Subject: FW: ** PROBLEM Service Alert: srv is CRITICAL **", "Is our server down?\n"),
    "nagios kept subject": ("Subject: ** PROBLEM Service Alert: srv is CRITICAL **", "Hi, is our server down?\n"),
    "dmarc forwarded": ("Subject: Fwd: Report domain: acme.example Submitter: google.example Report-ID: 1", "What is this?\n"),
    "dmarc asked": ("Subject: DMARC report", "Can you explain the reports that we get?\n"),
    "spam complaint": ("Subject: Complaint about spam from your server", "Your server sends spam.\n"),
    "read question": ("Subject: Read: your mail of Friday", "I read your mail and still have questions.\n"),
    "verification": ("Subject: Google asks to verify my domain", "Please add this record. Click here to see.\n"),
    "ticket of their desk": ("X-RT-Originator: thandi@acme.example\nX-RT-Loop-Prevention: acme\nSubject: [acme #12] Shop", None),
    "contact form": ("X-Mailer: PHPMailer 6.9.1\nSubject: New enquiry", "My site is down.\n"),
    "thanks": ("Subject: Re: [#1042-7] Ticket received", "Thanks, this is an automated response, I want a person.\n"),
    "absence": ("Subject: Absence of backups", "There are no backups.\n"),
    "leave": ("Subject: On leave from Monday, please keep ticket open", "See subject.\n"),
    "bulk mail question": ("Subject: Precedence: bulk in our mails?", "Should we set it?\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_s_mail_stays_one_and_may_be_answered(name):
    head, text = PEOPLE[name]
    mail = read(letter(head, text) if text else letter(head))

    assert (mail.machine, mail.bounce, mail.report, mail.auto_reason) == (None, None, None, "")


@pytest.mark.parametrize(
    "head",
    ["X-Auto-Response-Suppress: All", "X-Loop: x", "Reply-To: noreply@acme.example", "List-Unsubscribe: <mailto:u@acme.example>",
     "Precedence: bulk\nX-Mailer: Microsoft Outlook 16.0", "Precedence: bulk\nX-RT-Originator: thandi@acme.example"],
)  # fmt: skip
def test_a_wish_for_silence_alone_makes_no_machine(head):
    mail = read(letter(head))

    assert (mail.machine, mail.auto_submitted) == (None, True)


def test_a_sentence_says_which_machine_it_was():
    away = read(letter("Auto-Submitted: auto-replied\nSubject: Out of office: x", AWAY))
    desk = read(letter("Auto-Submitted: auto-replied", "Thank you, we have received it."))
    ticket = read(
        letter(
            "Auto-Submitted: auto-replied\nSubject: [#4711] Ticket received",
            "This is an automated response. We will reply tomorrow.\n",
        )
    )
    post = read(letter("List-Id: <dev.list.example>"))
    mails = read(
        letter("X-Failed-Recipients: x@acme.example\nSubject: Mail delivery failed", "550 5.1.1 unknown\n")
    )

    assert [mail.machine.sentence for mail in (away, desk, ticket, post, mails)] == [
        "An automatic answer (out of office); its mark: Auto-Submitted: auto-replied.",
        "An automatic answer; its mark: Auto-Submitted: auto-replied.",
        "An automatic answer (another desk's acknowledgement); its mark: Auto-Submitted: auto-replied.",
        "A mailing list or mass mail; its mark: mailing list: list-id.",
        "A delivery report: x@acme.example could not be reached, 5.1.1.",
    ]


@pytest.mark.parametrize(
    ("method", "text", "kind"),
    [
        ("REPLY", "", "automatic answer"),
        ("REPLY", "Thandi Mokoena has accepted this invitation.\n", "automatic answer"),
        ("REPLY", "I cannot at nine, is ten possible? Our shop opens then.\n", None),
        ("REQUEST", "Let us talk about the server.\n", None),
    ],
)
def test_a_calendar_s_answer_is_a_machine_s_and_an_invitation_a_person_s(method, text, kind):
    body = (
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: text/calendar; method={method}\n\n"
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n--b--\n"
    )
    mail = read(letter('Subject: Accepted: Call\nContent-Type: multipart/alternative; boundary="b"', body))

    assert kind_of(mail) == kind


@pytest.mark.parametrize(
    "head", ['Content-Type: multipart/alternative; boundary="b"', "Content-Type: text/calendar; method=REPLY"]
)
def test_a_calendar_s_answer_without_words_is_described_and_still_a_machine_s(head):
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:1\nSUMMARY:Call\nDTSTART:20261201T080000Z\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:thandi@acme.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    parts = f"--b\nContent-Type: text/plain\n\n\n--b\nContent-Type: text/calendar; method=REPLY\n\n{calendar}\n--b--\n"
    mail = read(letter(f"Subject: Accepted: Call\n{head}", parts if "multipart" in head else calendar))

    assert (kind_of(mail), "accepts “Call”" in mail.text) == ("automatic answer", True)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply", "Please switch off the one of jan@acme.example."),
        ("Outomatiese antwoord", "Hoe stel ek my outomatiese antwoord op?"),
        ("Outomatiese antwoord", "Stel asseblief my outomatiese antwoord af."),
        ("Automatische Antwort", "Bitte schalten Sie die automatische Antwort für jan@acme.example ab."),
        ("Abwesenheitsnotiz", "Bitte für jan@acme.example einrichten: Ich bin im Urlaub."),
        ("Réponse automatique", "Bonjour, pouvez-vous activer la réponse automatique de jan@acme.example"),
        ("Resposta automática", "Por favor, ative a resposta automática da minha conta."),
        ("Automatisch antwoord", "Kunt u dit graag uitzetten voor jan@acme.example."),
    ],
)
def test_a_person_who_asks_about_automatic_answers_is_heard(subject, text):
    assert kind_of(read(letter(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", text))) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatic reply", "I am away until Monday. Please contact Jan in urgent cases."),
        ("Outomatiese antwoord", "Ek is met verlof tot Maandag. Kontak asseblief vir Jan."),
        ("Automatische Antwort", "Ich bin im Urlaub. In dringenden Fällen wenden Sie sich bitte an Jan."),
        ("Réponse automatique", "Je suis en congé. Veuillez contacter Jan."),
    ],
)
def test_and_a_bare_automatic_answer_stays_one(subject, text):
    mail = read(letter(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", text))

    assert kind_of(mail) == "automatic answer"
