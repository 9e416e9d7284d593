"""How texts end: signatures, cards, advertisements and lawyers' paragraphs go; a person's words stay."""

import pytest

from hostdesk.mail.reading.reply import reply_of

pytestmark = pytest.mark.db_free

OWN = "The site is down again.\n\nKind regards\nThandi Dlamini"

ADVERTS = [
    "Sent from my iPhone", "Sent from my iPad", "Sent from my mobile device", "Sent from my Samsung Galaxy smartphone.", "Sent from my Verizon Wireless 4G LTE smartphone", "Sent from Samsung tablet.",
    "Sent from Outlook for iOS<https://aka.ms/o0ukef>", "Get Outlook for Android<https://aka.ms/AAb9ysg>", "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10", "Sent from Mail for Windows",
    "Sent from Yahoo Mail on Android", "Sent from Yahoo Mail. Get the app", "Sent from Yahoo Mail for iPhone", "Sent from my Android device with K-9 Mail. Please excuse my brevity.", "Sent from my BlackBerry 10 smartphone on the Vodacom network.",
    "Sent via BlackBerry from T-Mobile", "Sent from my Huawei phone", "Sent from my Windows Phone", "Sent with Proton Mail secure email.", "Sent with [Proton Mail](https://proton.me/) secure email.", "Sent with ProtonMail Secure Email.", "Sent with Spark",
    "Sent from ProtonMail for iOS", "Sent from Proton Mail Android", "Sent from Gmail Mobile", "Sent from Zimbra", "Sent from Tutanota. Get your own encrypted mailbox",
    "Gestuur vanaf my iPhone", "Gestuur van my iPad", "Vanaf my Galaxy gestuur", "Gestuur vanaf Outlook vir Android<https://aka.ms/x>",
    "Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Verstuurd vanaf Outlook voor Android<https://aka.ms/x>", "Outlook voor iOS downloaden<https://aka.ms/x>", "Verzonden vanuit Mail voor Windows",
    "Von meinem iPhone gesendet", "Von meinem iPad gesendet", "Von meinem Samsung Galaxy Smartphone gesendet.", "Gesendet mit der GMX Mail App", "Gesendet mit der Telekom Mail App", "Gesendet von Mail für Windows", "Gesendet von Outlook für Android<https://aka.ms/x>",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Holen Sie sich Outlook für iOS<https://aka.ms/x>",
    "Envoyé de mon iPhone", "Envoyé depuis mon Galaxy", "Envoyé à partir de Outlook pour Android<https://aka.ms/x>", "Envoyé depuis l'application Mail Orange", "Télécharger Outlook pour iOS<https://aka.ms/x>", "Obtenir Outlook pour Android<https://aka.ms/x>",
    "Enviado do meu iPhone", "Enviado do meu smartphone Samsung Galaxy.", "Enviado a partir do Outlook para Android<https://aka.ms/x>", "Obter o Outlook para iOS<https://aka.ms/x>", "Enviado do Yahoo Mail no Android", "Enviado do Email para Windows 10",
    "Enviado desde mi iPhone", "Enviado desde Outlook para Android<https://aka.ms/x>", "Obtener Outlook para iOS<https://aka.ms/x>", "Enviado desde mi Samsung Mobile de Claro", "Inviato da iPhone", "Inviato da Outlook per Android<https://aka.ms/x>", "Ottieni Outlook per iOS<https://aka.ms/x>",
    "Wysłane z iPhone'a", "Wysłane z mojego iPhone'a", "Skickat från min iPhone", "Hämta Outlook för iOS<https://aka.ms/x>", "Sendt fra min iPhone", "Sendt fra Outlook til Android<https://aka.ms/x>", "Hent Outlook til iOS<https://aka.ms/x>", "Lähetetty iPhonesta",
    "Odesláno z iPhonu", "Odesláno z mého iPhonu", "Az iPhone-omról küldve", "Trimis de pe iPhone-ul meu", "Отправлено с iPhone", "Отправлено из мобильной Яндекс Почты", "Отправлено из Mail.ru для Android", "Надіслано з iPhone", "iPhone'umdan gönderildi", "Στάλθηκε από το iPhone μου",
    "iPhoneから送信", "发自我的iPhone", "從我的iPhone傳送", "나의 iPhone에서 보냄", "أُرسلت من الـ iPhone", "נשלח מה-iPhone שלי", "Ithunyelwe nge-iPhone yami",
    "\u2063Get BlueMail for Android \u200b", "Virus-free. www.avast.com", "Virenfrei.www.avast.com", "Virusvrij.www.avast.com",
]  # fmt: skip


@pytest.mark.parametrize("line", ADVERTS)
def test_an_advertisement_goes(line):
    assert reply_of(f"{OWN}\n\n{line}\n") == OWN
    assert (
        reply_of(f"{OWN}\n\n{line}\n\nOn 3 Mar 2026, at 10:00, S <s@desk.example> wrote:\n\n> quoted\n")
        == OWN
    )
    assert (
        reply_of(
            f"{OWN}\n{line}\n\nFrom: S <s@desk.example>\nSent: 3 March 2026 10:00\nTo: T\nSubject: M\n\nold"
        )
        == OWN
    )


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my desk, is much easier than my phone.",
        "Sent from the wrong account, please ignore the first one!",
        "I sent from my iPhone and it failed",
        "Gesendet habe ich es von meinem Handy, aber es kam nicht an.",
        "Get Outlook for me, please?",
    ],
)
def test_a_sentence_that_begins_like_one_stays(line):
    assert reply_of(f"Hello\n\n{line}") == f"Hello\n\n{line}"


SIGNATURES = [
    "-- \nThandi Dlamini\nAcme (Pty) Ltd\n+27 11 000 0000", "--\nThandi Dlamini", "-- \nThandi\n\nAcme\n\nwww.acme.example", "--\nMet vriendelike groete\n\nThandi Dlamini\nTel: 011 000 0000",
    "---\nThandi Dlamini\nAcme (Pty) Ltd", "__\nacme-users mailing list\nhttps://lists.acme.example", "_______________________________________________\nacme-users mailing list\nacme@lists.acme.example",
    "-- \nYou received this message because you are subscribed to the group.\nTo unsubscribe, write to x@acme.example.",
]  # fmt: skip


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_marked_signature_goes(signature):
    assert reply_of(f"The site is down again.\n\n{signature}\n") == "The site is down again."
    below = "On 3 Mar 2026, at 10:00, S <s@desk.example> wrote:\n> quoted\n"
    assert reply_of(f"The site is down again.\n\n{signature}\n\n{below}") == "The site is down again."
    assert reply_of(f"{below}\nThe site is down again.\n\n{signature}\n") == "The site is down again."


GREETINGS = [
    "Kind regards,", "Regards", "Best regards,", "Yours sincerely", "Many thanks,", "Vriendelike groete", "Groete", "Beste groete,", "Met vriendelijke groet,", "Groeten", "Mit freundlichen Grüßen", "Viele Grüße",
    "Freundliche Grüsse", "Cordialement", "Bien cordialement,", "Atenciosamente,", "Cumprimentos", "Melhores cumprimentos,", "Ozithobayo", "Ozithobayo,", "Saludos", "Un saludo,", "Atentamente,", "Cordiali saluti", "Distinti saluti,",
    "Pozdrawiam", "Z poważaniem", "Med vänliga hälsningar", "Med venlig hilsen", "Med vennlig hilsen", "Ystävällisin terveisin", "S pozdravem", "Üdvözlettel", "Cu stimă,", "С уважением,", "З повагою,", "Saygılarımla,", "Με εκτίμηση,",
    "よろしくお願いいたします。", "감사합니다", "مع أطيب التحيات", "בברכה,",
]  # fmt: skip
CARDS = [
    "Acme (Pty) Ltd\nTel: +27 11 000 0000\nwww.acme.example",
    "Managing Director | Acme (Pty) Ltd\nT +27 11 000 0000 | M +27 82 000 0000\nthandi@acme.example",
    "Acme\n12 Long Street, Cape Town, 8001\nP.O. Box 1042\nSel: 082 000 0000\nE-pos: thandi@acme.example",
    "082 000 0000\nhttps://www.acme.example",
]


@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize("card", CARDS)
def test_of_a_signed_card_the_greeting_and_the_name_stay(greeting, card):
    own = f"The site is down again.\n\n{greeting}\n\nThandi Dlamini"

    assert reply_of(f"{own}\n{card}\n") == own
    assert (
        reply_of(
            f"{own}\n\n{card}\n\nFrom: S <s@desk.example>\nSent: 3 March 2026 10:00\nTo: T\nSubject: M\n\nold"
        )
        == own
    )


@pytest.mark.parametrize(
    "text",
    [
        "It fails.\n\nRegards\nThandi\n\nPS: my number is 082 000 0000 and the site is www.acme.example",
        "It fails.\n\nThanks\nThandi\nUsername: acme1\nDomain: www.acme.example",
        "It fails.\n\nThanks\nThandi\n\nCan you call 082 000 0000 or write to x@acme.example?",
        "Thanks for the quick answer\nwww.acme.example works now\nand mail.acme.example too.",
        "It fails.\n\nRegards\nThandi",
        "It fails.\n\nRegards\nThandi\nAcme",
        "Please add these:\nKind regards mailbox\nsipho@acme.example\nlindi@acme.example",
        "Response\n\n10/19/2017 at 9:30\n4th Avenue 1517\n555-421-6780\n\nJohn Doe\nAcme\n555-941-0697",
    ],
)
def test_words_below_a_greeting_are_no_card(text):
    assert reply_of(text) == text


LEGAL = {
    "en": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received this message in error, please notify the sender and delete it.",
    "en, notice": "CONFIDENTIALITY NOTICE: The information in this transmission is privileged. If you are not the intended recipient, any disclosure, copying or distribution is prohibited. Please destroy it.",
    "af": "Hierdie e-pos en enige aanhangsels is vertroulik en slegs vir die geadresseerde bedoel. As u dit per abuis ontvang het, stel asseblief die sender in kennis en verwyder die boodskap.",
    "nl": "Dit e-mailbericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde. Indien u dit bericht ten onrechte ontvangt, verzoeken wij u de afzender te informeren en het te vernietigen.",
    "de": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte den Absender und vernichten Sie diese Mail.",
    "fr": "Ce message est confidentiel et destiné exclusivement à son destinataire. Si vous l'avez reçu par erreur, merci d'en avertir l'expéditeur et de le détruire.",
    "pt": "Esta mensagem é confidencial e destina-se exclusivamente ao destinatário. Se a recebeu por engano, avise o remetente e apague-a imediatamente.",
    "es": "Este mensaje es confidencial y va dirigido exclusivamente a su destinatario. Si lo ha recibido por error, comuníquelo al remitente y elimínelo.",
    "it": "Questo messaggio è riservato ed è destinato esclusivamente al destinatario. Se lo avete ricevuto per errore, avvisate il mittente e cancellatelo.",
    "pl": "Niniejsza wiadomość jest poufna i przeznaczona wyłącznie dla adresata. Jeśli otrzymali ją Państwo omyłkowo, prosimy powiadomić nadawcę i usunąć wiadomość.",
    "sv": "Detta meddelande är konfidentiellt och avsett endast för mottagaren. Om du fått det av misstag, kontakta avsändaren och radera det omedelbart.",
    "ru": "Это сообщение является конфиденциальным и предназначено только для адресата. Если вы получили его по ошибке, сообщите отправителю и удалите его.",
}  # fmt: skip


@pytest.mark.parametrize("language", LEGAL)
def test_the_lawyers_paragraph_goes(language):
    card = "Acme (Pty) Ltd\nTel: +27 11 000 0000\nwww.acme.example"

    assert reply_of(f"{OWN}\n\n{LEGAL[language]}\n") == OWN
    assert reply_of(f"{OWN}\n{card}\n\n{LEGAL[language]}\n\nSent from my iPhone\n") == OWN
    assert reply_of(f"It fails.\n\n{LEGAL[language]}\n") == "It fails."


def test_the_lawyers_paragraph_below_the_quotation_is_no_answer():
    mail = f"{OWN}\n\nOn 3 Mar 2026, at 10:00, S <s@desk.example> wrote:\n> quoted\n\n{LEGAL['en']}\n"

    assert reply_of(mail) == OWN


def test_what_a_gateway_writes_below_every_mail_goes_with_its_heading():
    scanned = (
        "This email has been scanned for viruses and malware, and may have been automatically archived by a "
        "leader in email security. To find out more, visit our website, where the whole range is described."
    )
    foot = f"Disclaimer\n\n{LEGAL['en']}\n\n{scanned}\n"

    assert reply_of(f"{OWN}\n\n{foot}") == OWN
    assert reply_of(f"{OWN}\n\nOn 3 Mar 2026, at 10:00, S <s@desk.example> wrote:\n> quoted\n\n{foot}") == OWN


def test_a_complaint_about_a_confidential_mail_stays():
    text = "Your colleague sent me a confidential mail by mistake, meant for another addressee. Please notify the sender; I did delete it, but this is a liability."

    assert reply_of(f"Hello\n\n{text}") == f"Hello\n\n{text}"
    assert reply_of(text) == text


def test_text_signed_with_pgp_is_read_without_its_envelope():
    mail = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe site is down again.\n\n- -- \nThandi\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=abcd\n-----END PGP SIGNATURE-----\n"
    )

    assert reply_of(mail) == "The site is down again."


@pytest.mark.parametrize(
    "text", ["Thanks!\nThandi", "Thank you", "Ok.", "Dankie\n\nSent from my iPhone", "👍", "Yes\n-- \nThandi"]
)
def test_short_answers_above_a_quotation_are_answers(text):
    old = "From: S <s@desk.example>\nSent: 3 March 2026 10:00\nTo: T\nSubject: M\n\nDoes it work now?"

    assert reply_of(f"{text}\n\n{old}") == text.split("\n\nSent")[0].split("\n-- ")[0]


def test_an_answer_in_another_colour_is_not_lost():
    mail = "Hi, see my answers below in red.\n\nFrom: S <s@desk.example>\nSent: 3 March 2026 10:00\nTo: T\nSubject: M\n\nWhich domain? acme.example"

    assert reply_of(mail) == mail
