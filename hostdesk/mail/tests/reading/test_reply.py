"""What is newly written, in the languages of our customers and the clients they use."""

import pytest

from hostdesk.mail.reading import read
from hostdesk.mail.reading.reply import reply_of

pytestmark = pytest.mark.db_free

NEW = "Dankie, dit werk nou.\n\nGroete\nThandi"

ATTRIBUTIONS = {
    "english gmail": "On Tue, 3 Mar 2026 at 10:00, Support <support@desk.example> wrote:",
    "english gmail, two lines": "On Tue, 3 Mar 2026 at 10:00, Support of the Hosting Company <\nsupport@desk.example> wrote:",
    "english apple": "On 3 Mar 2026, at 10:00, Support <support@desk.example> wrote:",
    "english thunderbird": "On 2026/03/03 10:00, Support wrote:",
    "afrikaans gmail": "Op Di. 3 Mrt. 2026 om 10:00 het Support <support@desk.example> geskryf:",
    "afrikaans thunderbird": "Op 2026/03/03 10:00 het Support geskryf:",
    "dutch gmail": "Op di 3 mrt 2026 om 10:00 schreef Support <support@desk.example>:",
    "dutch apple": "Op 3 mrt 2026, om 10:00 heeft Support <support@desk.example> het volgende geschreven:",
    "german gmail": "Am Di., 3. März 2026 um 10:00 Uhr schrieb Support <support@desk.example>:",
    "german gmail, torn": "Am Di., 3. März 2026 um 10:00 Uhr schrieb Support <\nsupport@desk.example>:",
    "german thunderbird": "Am 03.03.26 um 10:00 schrieb Support:",
    "french gmail": "Le mar. 3 mars 2026 à 10:00, Support <support@desk.example> a écrit :",
    "french apple": "Le 3 mars 2026 à 10:00, Support <support@desk.example> a écrit :",
    "portuguese gmail": "Em ter., 3 de mar. de 2026 às 10:00, Support <support@desk.example> escreveu:",
    "spanish gmail": "El mar, 3 mar 2026 a las 10:00, Support (<support@desk.example>) escribió:",
    "italian": "Il giorno mar 3 mar 2026 alle ore 10:00 Support <support@desk.example> ha scritto:",
    "zulu": "NgoLwesibili, 3 Mashi 2026 ngo-10:00, Support <support@desk.example> ubhale:",
    "a language we do not know": "Xyz 3.3.2026 qr 10:00 Support <support@desk.example> blah:",
    "dutch outlook app, bold": "*Op 3 mrt. 2026 10:00 schreef Support <support@desk.example>:*",
}


@pytest.mark.parametrize("kind", ATTRIBUTIONS)
def test_the_attribution_and_the_quotation_below_it_go(kind):
    mail = f"{NEW}\n\n{ATTRIBUTIONS[kind]}\n\n> Please restart the phone.\n> Regards\n"

    assert reply_of(mail) == NEW


@pytest.mark.parametrize("kind", ATTRIBUTIONS)
def test_a_quotation_without_marks_goes_too(kind):
    mail = f"{NEW}\n{ATTRIBUTIONS[kind]}\nPlease restart the phone.\nRegards\n"

    assert reply_of(mail) == NEW


HEADER_BLOCKS = {
    "english outlook": "From: Support <support@desk.example>\nSent: Tuesday, 03 March 2026 10:00\nTo: Thandi\nSubject: Mailbox",
    "english outlook, bold": "*From:* Support <support@desk.example>\n*Sent:* Tuesday, 3 March 2026 10:00\n*To:* T\n*Subject:* M",
    "afrikaans outlook": "Van: Support <support@desk.example>\nGestuur: Dinsdag 03 Maart 2026 10:00\nAan: Thandi\nOnderwerp: Pos",
    "dutch outlook": "Van: Support <support@desk.example>\nVerzonden: dinsdag 3 maart 2026 10:00\nAan: Thandi\nOnderwerp: Post",
    "german outlook": "Von: Support <support@desk.example>\nGesendet: Dienstag, 3. März 2026 10:00\nAn: Thandi\nBetreff: Post",
    "french outlook": "De : Support <support@desk.example>\nEnvoyé : mardi 3 mars 2026 10:00\nÀ : Thandi\nObjet : Courrier",
    "portuguese outlook": "De: Support <support@desk.example>\nEnviada em: terça-feira, 3 de março de 2026\nPara: T\nAssunto: Caixa",
    "spanish outlook": "De: Support <support@desk.example>\nEnviado el: martes, 3 de marzo de 2026\nPara: T\nAsunto: Buzón",
    "zulu": "Kusuka: Support <support@desk.example>\nUsuku: 3 Mashi 2026\nKuya ku: T\nIsihloko: M",
    "rule above": "________________________________\nFrom: Support <support@desk.example>\nSent: 3 March 2026\nSubject: M",
    "original message": "-----Original Message-----\nFrom: Support [mailto:support@desk.example]\nSent: 3 March 2026",
    "german original": "-----Ursprüngliche Nachricht-----\nVon: Support <support@desk.example>\nBetreff: Post",
    "afrikaans original": "-----Oorspronklike boodskap-----\nVan: Support <support@desk.example>\nOnderwerp: Pos",
    "forwarded": "---------- Forwarded message ---------\nFrom: Support <support@desk.example>\nDate: Tue, 3 Mar 2026",
    "french forwarded": "Début du message réexpédié :\n\nDe: Support <support@desk.example>\nObjet: x",
}


@pytest.mark.parametrize("kind", HEADER_BLOCKS)
def test_a_block_of_headers_begins_the_older_mail(kind):
    assert reply_of(f"{NEW}\n\n{HEADER_BLOCKS[kind]}\n\nPlease restart the phone.\nRegards\n") == NEW


SENT_FROM = [
    "Sent from my iPhone", "Sent from my Galaxy S24 Ultra", "Sent from Outlook for Android<https://aka.ms/x>",
    "Get Outlook for iOS<https://aka.ms/o0ukef>", "Sent from Mail for Windows", "Sent via BlackBerry",
    "Gestuur vanaf my iPhone", "Van my iPhone gestuur", "Verstuurd vanaf mijn iPhone", "Von meinem iPhone gesendet",
    "Gesendet mit der GMX Mail App", "Envoyé de mon iPhone", "Enviado do meu iPhone", "Enviado desde mi iPhone",
]  # fmt: skip


@pytest.mark.parametrize("line", SENT_FROM)
def test_a_phones_advertisement_goes(line):
    assert reply_of(f"{NEW}\n\n{line}\n") == NEW


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, which is much easier than from a phone.",
        "On Monday the site was slow.\nOn Tuesday it was fine.",
        "From: the first day it was slow\nI think so at least.",
        "The error says:\n\n550 5.1.1 User unknown",
        "My details are:\nName: Thandi\nDate: 3 March 2026\nDomain: acme.example",
        "Le site est lent.\n\nDe: temps en temps",
        "- one\n- two\n-- three",
        "a -- b\n\n--verbose does not help",
        "Steps\n\n-----\n\nmore text below a rule",
        "Please call me at 10:00 on 3 March:\n012 345 6789",
    ],
)
def test_ordinary_words_are_kept_whole(text):
    assert reply_of(text) == text


def test_answers_between_quotations_are_kept():
    mail = (
        "On 3 Mar 2026, at 10:00, Support <support@desk.example> wrote:\n\n> Which domain?\n\nacme.example\n\n"
        "> Which address?\n\nthandi@acme.example\n\n> Regards\n> Support\n"
    )

    assert reply_of(mail).split() == ["acme.example", "thandi@acme.example"]


def test_an_answer_below_the_quotation_is_kept():
    mail = "On 2026/03/03 10:00, Support wrote:\n> Which domain?\n> Regards\n\nIt is acme.example.\n"

    assert reply_of(mail) == "It is acme.example."


def test_quotations_put_in_by_hand_stay_where_they_are_answered():
    mail = "The page says\n\n> Error 500\n\nand then nothing.\n\n> old\n> older"

    assert reply_of(mail) == "The page says\n\n> Error 500\n\nand then nothing."


def test_a_signature_below_two_dashes_goes():
    assert reply_of(f"{NEW}\n\n-- \nThandi Dlamini\nAcme (Pty) Ltd\n+27 11 000 0000\n") == NEW


def test_a_signature_above_the_quotation_goes_and_the_answer_below_stays():
    mail = "Top.\n\n-- \nThandi\n\n> quoted\n\nBelow."

    assert reply_of(mail) == "Top.\n\n> quoted\n\nBelow."


@pytest.mark.parametrize("text", ["> only a quotation\n> of two lines", "--\nThandi", "Sent from my iPhone"])
def test_when_nothing_else_would_be_left_the_whole_text_stands(text):
    assert reply_of(text) == text


@pytest.mark.parametrize(
    "markup",
    [
        (
            '<div>Works now.</div><br><div class="gmail_quote"><div dir="ltr">On Tue, 3 Mar 2026 at 10:00, Support '
            '&lt;<a href="mailto:s@desk.example">s@desk.example</a>&gt; wrote:<br></div>'
            '<blockquote class="gmail_quote">Please restart.</blockquote></div>'
        ),
        (
            '<p class="MsoNormal">Works now.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> '
            "Support &lt;s@desk.example&gt;<br><b>Sent:</b> Tuesday, 3 March 2026 10:00<br><b>To:</b> T<br>"
            "<b>Subject:</b> M</p></div><p>Please restart.</p>"
        ),
        (
            "<div>Works now.</div><div><br><blockquote type='cite'><div>Op 3 mrt 2026, om 10:00 heeft Support "
            "&lt;s@desk.example&gt; het volgende geschreven:</div><br><div>Please restart.</div></blockquote></div>"
        ),
        (
            '<p>Works now.</p><div class="moz-cite-prefix">Am 03.03.26 um 10:00 schrieb Support:<br></div>'
            '<blockquote type="cite">Please restart.</blockquote>'
        ),
        (
            '<div dir="auto">Works now.</div><div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/o">Outlook '
            'for iOS</a></div><hr><div id="divRplyFwdMsg"><b>From:</b> Support &lt;s@desk.example&gt;<br><b>Sent:</b> '
            "Tuesday, March 3, 2026 10:00:00 AM<br><b>Subject:</b> M</div>Please restart."
        ),
    ],
    ids=["gmail", "outlook", "apple", "thunderbird", "outlook phone"],
)
def test_html_only_mails_of_the_usual_clients(markup):
    raw = b"From: t@acme.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup.encode()

    assert read(raw).reply_text == "Works now."
