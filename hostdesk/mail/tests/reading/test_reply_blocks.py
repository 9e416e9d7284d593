"""Older mail below a block of headers, a rule or another desk's marker; and what only looks like it."""

import pytest

from hostdesk.mail.reading.reply import reply_of

pytestmark = pytest.mark.db_free

OWN = "Dankie, dit werk nou.\n\nGroete\nThandi"
OLD = "Please restart the phone.\nRegards\nSupport"

# from, sent, to, subject, as Outlook names them; and the moment as it writes it.
OUTLOOK = {
    "en": ("From", "Sent", "To", "Subject", "Tuesday, 3 March 2026 10:00"),
    "af": ("Van", "Gestuur", "Aan", "Onderwerp", "Dinsdag, 03 Maart 2026 10:00"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp", "dinsdag 3 maart 2026 10:00"),
    "de": ("Von", "Gesendet", "An", "Betreff", "Dienstag, 3. März 2026 10:00"),
    "fr": ("De", "Envoyé", "À", "Objet", "mardi 3 mars 2026 10:00"),
    "pt-BR": ("De", "Enviada em", "Para", "Assunto", "terça-feira, 3 de março de 2026 10:00"),
    "pt-PT": ("De", "Enviado", "Para", "Assunto", "3 de março de 2026 10:00"),
    "zu": ("Kusuka", "Ithunyelwe", "Kuya ku", "Isihloko", "uLwesibili, 3 Mashi 2026 10:00"),
    "es": ("De", "Enviado el", "Para", "Asunto", "martes, 3 de marzo de 2026 10:00"),
    "it": ("Da", "Inviato", "A", "Oggetto", "martedì 3 marzo 2026 10:00"),
    "pl": ("Od", "Wysłano", "Do", "Temat", "wtorek, 3 marca 2026 10:00"),
    "sv": ("Från", "Skickat", "Till", "Ämne", "den 3 mars 2026 10:00"),
    "da": ("Fra", "Sendt", "Til", "Emne", "3. marts 2026 10:00"),
    "nb": ("Fra", "Sendt", "Til", "Emne", "tirsdag 3. mars 2026 10:00"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe", "tiistai 3. maaliskuuta 2026 10.00"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět", "úterý 3. března 2026 10:00"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy", "2026. március 3., kedd 10:00"),
    "ro": ("De la", "Trimis", "Către", "Subiect", "marți, 3 martie 2026 10:00"),
    "ru": ("От", "Отправлено", "Кому", "Тема", "3 марта 2026 г. 10:00"),
    "uk": ("Від", "Надіслано", "Кому", "Тема", "3 березня 2026 р. 10:00"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu", "3 Mart 2026 Salı 10:00"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα", "Τρίτη, 3 Μαρτίου 2026 10:00"),
    "ja": ("差出人", "送信日時", "宛先", "件名", "2026年3月3日 10:00"),
    "zh-CN": ("发件人", "发送时间", "收件人", "主题", "2026年3月3日 10:00"),
    "zh-TW": ("寄件者", "寄件日期", "收件者", "主旨", "2026年3月3日 上午 10:00"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목", "2026년 3월 3일 화요일 오전 10:00"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع", "03/مارس/2026 10:00"),
    "he": ("מאת", "נשלח", "אל", "נושא", "יום שלישי 03 מרץ 2026 10:00"),
    "not in any list": ("Nuo", "Išsiųsta", "Kam", "Tema", "2026 m. kovo 3 d. 10:00 03.03.2026"),
}  # fmt: skip
SHAPES = {
    "outlook": "{0}: Support <support@desk.example>\n{1}: {4}\n{2}: Thandi <thandi@acme.example>\n{3}: Re: Mailbox",
    "no addresses": "{0}: Support\n{1}: {4}\n{2}: Thandi\n{3}: Re: Mailbox",
    "bold": "*{0}:* Support <support@desk.example>\n*{1}:* {4}\n*{2}:* Thandi\n*{3}:* Re: Mailbox",
    "mailto": "{0}: Support [mailto:support@desk.example]\n{1}: {4}\n{2}: Thandi\nCc: Sipho\n{3}: Re: Mailbox",
    "rule": "________________________________\n{0}: Support <support@desk.example>\n{1}: {4}\n{2}: T\n{3}: M",
    "long rule of dashes": "-----------------------------------\n{0}: Support <support@desk.example>\n{1}: {4}\n{2}: T\n{3}: M",
    "date last": "{0}: Support <support@desk.example>\n{2}: Thandi\n{3}: Re: Mailbox\n{1}: {4}",
    "indented": "  {0}: Support <support@desk.example>\n  {1}: {4}\n  {2}: Thandi\n  {3}: Re: Mailbox",
    "space before colon": "{0} : Support <support@desk.example>\n{1} : {4}\n{2} : Thandi\n{3} : Re: Mailbox",
    "long recipients": (
        "{0}: Support <support@desk.example>\n{1}: {4}\n{2}: Thandi <thandi@acme.example>; Sipho\n<sipho@acme.example>\n{3}: M"
    ),
}  # fmt: skip
KNOWN = [
    (language, shape)
    for language in OUTLOOK
    for shape in SHAPES
    if language != "not in any list" or shape in ("outlook", "rule", "indented")
]


@pytest.mark.parametrize(("language", "shape"), KNOWN)
def test_a_block_of_headers_begins_the_older_mail(language, shape):
    block = SHAPES[shape].format(*OUTLOOK[language])

    assert reply_of(f"{OWN}\n\n{block}\n\n{OLD}\n") == OWN


ORIGINAL = [
    "-----Original Message-----", "----- Original Message -----", "-------- Original Message --------", "-------- Original message --------",
    "‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐", "------- Original Message -------", "-----Oorspronklike boodskap-----", "-------- Oorspronklike boodskap --------",
    "-----Oorspronkelijk bericht-----", "-------- Oorspronkelijk bericht --------", "-----Ursprüngliche Nachricht-----", "-------- Ursprüngliche Nachricht --------",
    "-------- Original-Nachricht --------", "-----Message d'origine-----", "-------- Message d'origine --------", "-----Message d’origine-----", "-----Mensagem original-----",
    "-------- Mensagem original --------", "-----Mensaje original-----", "-----Messaggio originale-----", "-----Oprindelig meddelelse-----", "-----Opprinnelig melding-----",
    "-----Ursprungligt meddelande-----", "-----Alkuperäinen viesti-----", "-----Wiadomość oryginalna-----", "-----Původní zpráva-----", "-----Eredeti üzenet-----", "-----Mesaj original-----",
    "-----Исходное сообщение-----", "-----Оригінальне повідомлення-----", "-----Özgün İleti-----", "-------- Αρχικό μήνυμα --------", "-----元のメッセージ-----", "-----原始邮件-----", "------------------ 原始邮件 ------------------",
    "-----원본 메시지-----", "-----الرسالة الأصلية-----", "-----הודעה מקורית-----", "-------- Umlayezo wokuqala --------",
]  # fmt: skip


@pytest.mark.parametrize("rule", ORIGINAL)
def test_the_rule_of_an_original_message_needs_nothing_below_it(rule):
    assert reply_of(f"{OWN}\n\n{rule}\n{OLD}\n") == OWN
    assert (
        reply_of(f"{OWN}\n\n{rule}\nFrom: Support <s@desk.example>\nDate: 3/3/2026\nSubject: x\n\n{OLD}")
        == OWN
    )


FORWARDED = [
    "---------- Forwarded message ---------", "---------- Forwarded message ----------", "-------- Forwarded Message --------", "---------- Aangestuurde boodskap ---------",
    "---------- Doorgestuurd bericht ---------", "-------- Doorgestuurd bericht --------", "---------- Weitergeleitete Nachricht ---------", "-------- Weitergeleitete Nachricht --------",
    "---------- Message transféré ---------", "-------- Message transféré --------", "---------- Mensagem encaminhada ---------", "---------- Mensaje reenviado ---------",
    "---------- Messaggio inoltrato ---------", "---------- Videresendt meddelelse ---------", "---------- Vidarebefordrat meddelande ---------", "---------- Välitetty viesti ---------",
    "---------- Přeposlaná zpráva ---------", "---------- Пересылаемое сообщение ----------", "---------- İletilen mesaj ---------", "Begin forwarded message:", "Anfang der weitergeleiteten Nachricht:",
    "Begin doorgestuurd bericht:", "Début du message réexpédié :", "Início da mensagem encaminhada:", "Inicio del mensaje reenviado:", "Inizio messaggio inoltrato:", "Forwarded message:",
    "---------------------- Forwarded by Support/Desk on 03/03/2026 10:00 ---------------------------", "----- Forwarded Message -----", "----- Weitergeleitete Mail -----",
]  # fmt: skip


@pytest.mark.parametrize("rule", FORWARDED)
def test_words_of_ones_own_above_a_forwarded_mail_stand_alone(rule):
    mail = f"Can you tell whether this is real?\n\n{rule}\n\nFrom: Bank <bank@evil.example>\nDate: 3 Mar 2026\nSubject: Pay\n\nPay now.\n"

    assert reply_of(mail) == "Can you tell whether this is real?"


@pytest.mark.parametrize("rule", FORWARDED)
@pytest.mark.parametrize(
    "cover",
    [
        "",
        "Sent from my iPhone\n\n",
        "FYI\n\n",
        "Sien asseblief hieronder.\n\n",
        "Kind regards\nThandi\n0821234567\n\n",
    ],
)
def test_a_forwarded_mail_without_words_of_ones_own_does_not_vanish(rule, cover):
    mail = f"{cover}{rule}\n\nFrom: Bank <bank@evil.example>\nDate: 3 Mar 2026\nSubject: Pay\n\nPay now.\n"

    assert ("bank@evil.example" in reply_of(mail), "Pay now." in reply_of(mail)) == (True, True)


def test_a_forwarded_outlook_mail_without_words_is_kept_with_who_wrote_it():
    mail = "From: Bank <bank@evil.example>\nSent: Tuesday, 3 March 2026 10:00\nTo: Thandi\nSubject: Pay\n\nPay now."

    assert reply_of(mail) == mail


NOTES = [
    '"Support" <support@desk.example>\n03/03/2026 10:00 AM\n\n        To: thandi@acme.example\n        cc:\n        Subject: Re: Mailbox\n',
    "Support <support@desk.example>\n03/03/2026 10:00\n\nTo\nThandi Dlamini/Acme@Acme\ncc\n\nSubject\nRe: Mailbox\n",
    "Support <support@desk.example>\n03.03.2026 10:00\n\nAn\nThandi Dlamini/Acme@Acme\nKopie\n\nThema\nRe: Mailbox\n",
    "From:\tSupport <support@desk.example>\nTo:\tThandi Dlamini/Acme@Acme\nDate:\t03/03/2026 10:00\nSubject:\tRe: Mailbox\nSent by:\tdesk\n",
    '-----"Support" <support@desk.example> wrote: -----\nTo: thandi@acme.example\nFrom: "Support" <support@desk.example>\nDate: 03/03/2026 10:00AM\nSubject: Re: Mailbox\n',
    "-----Support <support@desk.example> schrieb: -----\nAn: thandi@acme.example\nVon: Support <support@desk.example>\nDatum: 03.03.2026 10:00\nBetreff: Re: Mailbox\n",
]  # fmt: skip


@pytest.mark.parametrize("block", NOTES)
def test_lotus_notes_has_blocks_of_its_own(block):
    assert reply_of(f"{OWN}\n\n\n{block}\n\n{OLD}\n") == OWN


MARKERS = [
    "##- Please type your reply above this line -##", "-- Please reply above this line --", "--- Please reply above this line ---", "=-=-=-= PLEASE REPLY ABOVE THIS LINE =-=-=-=",
    "=== Reply above this line ===", "== ADD YOUR REPLY ABOVE THIS LINE ==", "******************* Reply Above This Line *******************", "—-—-—-— Reply above this line.",
    "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein -##", "-- Bitte antworten Sie oberhalb dieser Zeile --", "##- Typ uw antwoord boven deze lijn -##", "## Antwoord asseblief bo hierdie lyn ##",
    "##- Veuillez ajouter votre réponse au-dessus de cette ligne -##", "##- Digite sua resposta acima dessa linha -##", "##- Escriba su respuesta por encima de esta línea -##", "##- Digita la tua risposta sopra questa riga -##",
    "##- Proszę wpisać odpowiedź powyżej tej linii -##", "##- Skriv ditt svar ovanför denna linje -##", "##- Пожалуйста, введите ваш ответ выше этой строки -##", "##- この線より上に返信を入力してください -##",
    "-- do not edit -- please write your answer above this line --",
]  # fmt: skip


@pytest.mark.parametrize("marker", MARKERS)
def test_another_desks_marker_ends_the_new_text(marker):
    assert reply_of(f"{OWN}\n\n{marker}\n\nYour request (1042) has been updated.\nSupport\n") == OWN
    assert (
        reply_of(f"{OWN}\n\nOn 3 Mar 2026, at 10:00, Desk <d@desk.example> wrote:\n\n{marker}\n\nUpdated.")
        == OWN
    )


@pytest.mark.parametrize(
    "text",
    [
        "Your mails say that one must reply above this line, but where is that line supposed to be? I see none in any of your mails.",
        "The text above this line was cut off in the invoice.",
        "Draw the form with the buttons above this line of the table.",
    ],
)
def test_talk_of_a_line_above_is_no_marker(text):
    assert reply_of(f"Hello\n\n{text}\n\nThandi") == f"Hello\n\n{text}\n\nThandi"


SHOWN = {
    "the source of a mail": (
        "Here is what arrived:\n\nReturn-Path: <bank@evil.example>\nReceived: from evil.example by mx1.desk.example;\n Tue, 3 Mar 2026 10:00:00 +0200\n"
        "From: Bank <bank@evil.example>\nTo: thandi@acme.example\nSubject: Pay\nDate: Tue, 3 Mar 2026 10:00:00 +0200\n\nIs it real?"
    ),
    "headers without an introduction": (
        "Spam again.\n\nFrom: Bank <bank@evil.example>\nTo: thandi@acme.example\nSubject: Pay\nDate: Tue, 3 Mar 2026 10:00:00 +0200\n"
        "Message-ID: <1@evil.example>\nX-Spam-Status: No, score=1.2\nReceived: from evil.example\n\nPlease block it."
    ),
    "headers announced": (
        "The mail that never came has these headers:\n\nFrom: Bank <bank@evil.example>\nTo: thandi@acme.example\nSubject: Pay\n"
        "Date: Tue, 3 Mar 2026\n\nWhere is it?"
    ),
    "a bounce": (
        "I get this:\n\nReporting-MTA: dns; mail.acme.example\nFinal-Recipient: rfc822; x@acme.example\nAction: failed\nStatus: 5.1.1\n\nWhat now?"
    ),
    "a form": "Please add this person.\n\nName: Sipho\nEmail: sipho@acme.example\nDate: 3 March 2026\nTo: accounts\n\nThanks",
    "a shell session": "I ran\n\n$ ls -l\n-rw-r--r-- 1 root root 3 Mar  3 10:00 a\n$ cat a\n> hello\n\nand that is all.",
    "mysql": "This hangs\n\nmysql> show databases;\nmysql> use acme;\nDatabase changed",
    "powershell": "I typed:\n\n> Get-Service w3svc\n> Restart-Service w3svc",
    "announced quotation at the end": "Your page says:\n\n> Error 500\n> Contact the administrator",
    "a difference of files": "I changed this:\n\n5c5\n< a = 1\n---\n> a = 2\n\nIs that right?",
    "a patch": "Here:\n\n--- a/wp-config.php\n+++ b/wp-config.php\n@@ -1,3 +1,3 @@\n-define('A', 1);\n+define('A', 2);\n\nOk so?",
    "a dump": "The dump begins so:\n\n--\n-- Table structure for table `x`\n--\n\nCREATE TABLE x (id int);\n\nand then stops.",
    "rules between topics": "Site one is down.\n---\nSite two is slow.\n---\nSite three is fine.",
    "a rule and a question": "The site is slow.\n\n---\n\nAnother thing: can you also add a mailbox?",
    "a certificate request": "Please sign:\n\n-----BEGIN CERTIFICATE REQUEST-----\nMIIBVTCBvwIBADAWMRQ=\n-----END CERTIFICATE REQUEST-----\n\nThanks",
    "a log": "Log:\n\n2026-03-03 10:00:12 [12] <x@acme.example>: denied\n2026-03-03 10:00:13 [12] <y@acme.example>: denied\n\nWhy?",
    "dashes of a list": "We need\n\n-- one mailbox\n-- two aliases\n- a forward\n\nby Friday.",
    "records": 'Please set\n\nacme.example. 3600 IN MX 10 mail.acme.example.\n_dmarc TXT "v=DMARC1; p=none"\n\nthanks',
    "mail settings": "My settings:\n\nFrom: info@acme.example\nServer: mail.acme.example\nPort: 587\n\nWhat is wrong?",
    "yaml": "My file:\n\n---\nversion: 3\nservices:\n  web:\n    image: x\n\ndoes not load.",
    "html arrows": "Go to\n\nSettings > Mail > Forwarding\n> and there is nothing\n\nSo what now?",
}  # fmt: skip


@pytest.mark.parametrize("kind", SHOWN)
def test_what_a_customer_shows_is_not_a_quotation(kind):
    assert reply_of(SHOWN[kind]) == SHOWN[kind]


@pytest.mark.parametrize("kind", SHOWN)
def test_and_is_kept_above_a_real_quotation(kind):
    mail = f"{SHOWN[kind]}\n\nOn 3 Mar 2026 at 10:00, Support <support@desk.example> wrote:\n\n> quoted\n> more\n"

    assert reply_of(mail) == SHOWN[kind]


def test_a_quoted_line_that_was_torn_is_still_quoted():
    mail = (
        "On 3 Mar 2026 at 10:00, Support <support@desk.example> wrote:\n"
        "> Please restart the phone and then try once more to open the page in\n"
        "your browser, and tell us\n> what happens.\n\nNothing happens."
    )

    assert reply_of(mail) == "Nothing happens."


def test_short_answers_right_below_the_questions_are_no_torn_lines():
    mail = "On 3 Mar 2026 at 10:00, S <s@desk.example> wrote:\n> Which domain?\nacme.example\n> Which address?\nthandi\n"

    assert reply_of(mail).split() == ["acme.example", "thandi"]


def test_the_older_of_two_quotations_goes_with_the_newer():
    mail = (
        f"{OWN}\n\nOn 3 Mar 2026 at 10:00, Support <s@desk.example> wrote:\n\nTry again.\n\n"
        "From: Thandi <t@acme.example>\nSent: 2 March 2026 09:00\nTo: Support\nSubject: Help\n\nIt fails.\n"
    )

    assert reply_of(mail) == OWN


@pytest.mark.parametrize(
    "rule",
    [
        "---- On Tue, 03 Mar 2026 10:00:00 +0200 IT Possible Support <support@desk.example> wrote ---",
        "---- Op Di, 03 Mrt 2026 10:00:00 +0200 het Support <support@desk.example> geskryf ---",
        "---- Am Di., 03 März 2026 10:00:00 +0200 schrieb Support <support@desk.example> ----",
    ],
)
def test_an_attribution_between_rules_needs_nothing_below_it(rule):
    assert reply_of(f"{OWN}\n\n\n{rule}\n\nTry again.\n\nSupport\n") == OWN


@pytest.mark.parametrize("rule", ["", "-----Original Message-----\n"])
def test_headers_above_a_marked_quotation_say_whose_it_is_and_the_answer_stands_below(rule):
    headers = "From: Support <s@desk.example>\nSent: 3 March 2026 10:00\nTo: Thandi\nSubject: Help\n"

    assert reply_of(f"{rule}{headers}\n> Try again.\n> Support\n\n{OWN}\n") == OWN
    assert "Try again." in reply_of(f"{rule}{headers}\n> Try again.\n> Support\n")
