"""Who wrote what is quoted: the line by which each client says so, in the languages that it ships."""

import pytest

from hostdesk.mail.reading.reply import reply_of

pytestmark = pytest.mark.db_free

OWN = "Dankie, dit werk nou.\n\nGroete\nThandi"
OLD = "Please restart the phone, then try once more.\nWith kind regards\nSupport"
WHO = "Support <support@desk.example>"

ONE_LINE = {
    "gmail en-ZA": f"On Tue, 3 Mar 2026 at 10:00, {WHO} wrote:",
    "gmail en-US": f"On Tue, Mar 3, 2026 at 10:00 AM {WHO} wrote:",
    "gmail en-GB old": f"On 3 March 2026 at 10:00, {WHO} wrote:",
    "gmail af": f"Op Di. 3 Mrt. 2026 om 10:00 het {WHO} geskryf:",
    "gmail nl": f"Op di 3 mrt 2026 om 10:00 schreef {WHO}:",
    "gmail de": f"Am Di., 3. März 2026 um 10:00 Uhr schrieb {WHO}:",
    "gmail de inbox": f"{WHO} schrieb am Di., 3. März 2026, 10:00:",
    "gmail fr": f"Le mar. 3 mars 2026 à 10:00, {WHO} a écrit :",
    "gmail pt-BR": f"Em ter., 3 de mar. de 2026 às 10:00, {WHO} escreveu:",
    "gmail pt-PT": f"{WHO} escreveu (terça, 3/03/2026 à(s) 10:00):",
    "gmail zu": f"NgoLwesibili, 3 Mashi 2026 ngo-10:00, {WHO} ubhale:",
    "gmail es": "El mar, 3 mar 2026 a las 10:00, Support (<support@desk.example>) escribió:",
    "gmail it": f"Il giorno mar 3 mar 2026 alle ore 10:00 {WHO} ha scritto:",
    "gmail pl": f"wt., 3 mar 2026 o 10:00 {WHO} napisał(a):",
    "gmail sv": f"Den tis 3 mars 2026 kl 10:00 skrev {WHO}:",
    "gmail da": f"Den tirs. 3. mar. 2026 kl. 10.00 skrev {WHO}:",
    "gmail nb": f"tir. 3. mars 2026 kl. 10:00 skrev {WHO}:",
    "gmail fi": f"ti 3. maalisk. 2026 klo 10.00 {WHO} kirjoitti:",
    "gmail cs": f"út 3. 3. 2026 v 10:00 odesílatel {WHO} napsal:",
    "gmail hu": f"{WHO} ezt írta (időpont: 2026. márc. 3., K, 10:00):",
    "gmail ro": f"mar., 3 mar. 2026 la 10:00, {WHO} a scris:",
    "gmail ru": f"вт, 3 мар. 2026 г. в 10:00, {WHO}:",
    "gmail uk": f"вт, 3 бер. 2026 р. о 10:00 {WHO} пише:",
    "gmail tr": f"{WHO}, 3 Mar 2026 Sal, 10:00 tarihinde şunu yazdı:",
    "gmail el": f"Στις Τρί 3 Μαρ 2026 στις 10:00 π.μ., ο χρήστης {WHO} έγραψε:",
    "gmail ja": f"2026年3月3日(火) 10:00 {WHO}:",
    "gmail zh-CN": f"{WHO} 于2026年3月3日周二 10:00写道：",
    "gmail zh-TW": f"{WHO} 於 2026年3月3日 週二 上午10:00寫道：",
    "gmail ko": f"2026년 3월 3일 (화) 오전 10:00, {WHO}님이 작성:",
    "gmail ar": f"في الثلاثاء، 3 مارس 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202a{WHO}\u202c\u200f:\u202c",
    "gmail he": "\u202bבתאריך יום ג׳, 3 במרץ 2026 ב-10:00 מאת \u202aSupport\u202c\u200f <\u202asupport@desk.example\u202c\u200f>:\u202c",
    "gmail vi": f"Vào Th 3, 3 thg 3, 2026 vào lúc 10:00 {WHO} đã viết:",
    "apple en": f"On 3 Mar 2026, at 10:00, {WHO} wrote:",
    "apple en-US": f"On Mar 3, 2026, at 10:00 AM, {WHO} wrote:",
    "apple af": f"Op 3 Mrt 2026, om 10:00, het {WHO} geskryf:",
    "apple nl": f"Op 3 mrt 2026, om 10:00 heeft {WHO} het volgende geschreven:",
    "apple nl ios": f"Op 3 mrt 2026 om 10:00 heeft {WHO} het volgende geschreven:",
    "apple de": f"Am 03.03.2026 um 10:00 schrieb {WHO}:",
    "apple fr": f"Le 3 mars 2026 à 10:00, {WHO} a écrit :",
    "apple pt-BR": f"Em 3 de mar. de 2026, à(s) 10:00, {WHO} escreveu:",
    "apple pt-PT": f"No dia 03/03/2026, às 10:00, {WHO} escreveu:",
    "apple es": f"El 3 mar 2026, a las 10:00, {WHO} escribió:",
    "apple it": f"Il giorno 3 mar 2026, alle ore 10:00, {WHO} ha scritto:",
    "apple pl": f"Wiadomość napisana przez {WHO} w dniu 3 mar 2026, o godz. 10:00:",
    "apple sv": f"3 mars 2026 kl. 10:00 skrev {WHO}:",
    "apple da": f"Den 3. mar. 2026 kl. 10.00 skrev {WHO}:",
    "apple fi": f"{WHO} kirjoitti 3.3.2026 kello 10.00:",
    "apple cs": f"3. 3. 2026 v 10:00, {WHO}:",
    "apple hu": f"2026. márc. 3. dátummal, 10:00 időpontban {WHO} írta:",
    "apple ro": f"Pe 3 mar. 2026, la 10:00, {WHO} a scris:",
    "apple ru": f"3 мар. 2026 г., в 10:00, {WHO} написал(а):",
    "apple uk": f"3 бер. 2026 р. о 10:00 {WHO} пише:",
    "apple tr": f"{WHO} şunları yazdı (3 Mar 2026 10:00):",
    "apple el": f"Στις 3 Μαρ 2026, στις 10:00, ο/η {WHO} έγραψε:",
    "apple ja": f"2026/03/03 10:00、{WHO}のメール:",
    "apple zh": f"在 2026年3月3日，10:00，{WHO} 写道：",
    "apple ko": f"2026. 3. 3. 오전 10:00, {WHO} 작성:",
    "thunderbird en": "On 2026/03/03 10:00, Support wrote:",
    "thunderbird en-US": "On 3/3/26 10:00, Support wrote:",
    "thunderbird en, with address": f"On 3/3/26 10:00 AM, {WHO} wrote:",
    "thunderbird via desk": "On 3/3/2026 10:00 AM, Support via Help Desk wrote:",
    "thunderbird af": "Op 2026/03/03 10:00 het Support geskryf:",
    "thunderbird nl": "Op 03-03-2026 om 10:00 schreef Support:",
    "thunderbird de": "Am 03.03.26 um 10:00 schrieb Support:",
    "thunderbird fr": "Le 03/03/2026 à 10:00, Support a écrit :",
    "thunderbird pt-BR": "Em 03/03/2026 10:00, Support escreveu:",
    "thunderbird pt-PT": "Às 10:00 de 03/03/2026, Support escreveu:",
    "thunderbird es": "El 3/3/26 a las 10:00, Support escribió:",
    "thunderbird it": "Il 03/03/2026 10:00, Support ha scritto:",
    "thunderbird pl": "W dniu 3.03.2026 o 10:00, Support pisze:",
    "thunderbird sv": "Den 2026-03-03 kl. 10:00, skrev Support:",
    "thunderbird da": "Den 03.03.2026 kl. 10.00 skrev Support:",
    "thunderbird nb": "Den 03.03.2026 10:00, skrev Support:",
    "thunderbird fi": "Support kirjoitti 3.3.2026 klo 10.00:",
    "thunderbird cs": "Dne 03. 03. 26 v 10:00 Support napsal(a):",
    "thunderbird hu": "2026. 03. 03. 10:00 keltezéssel, Support írta:",
    "thunderbird ro": "Pe 03.03.2026 10:00, Support a scris:",
    "thunderbird ru": "03.03.2026 10:00, Support пишет:",
    "thunderbird uk": "03.03.2026 10:00, Support пише:",
    "thunderbird tr": "On 3.03.2026 10:00, Support wrote:",
    "thunderbird el": "Στις 3/3/26 10:00, ο Support έγραψε:",
    "thunderbird ja": "On 2026/03/03 10:00, Support wrote:",
    "thunderbird zh": "在 2026/3/3 10:00, Support 写道:",
    "outlook app en": 'On Tue, Mar 3, 2026 at 10:00 AM +0200, "Support" <support@desk.example> wrote:',
    "outlook mac": 'On 2026/03/03, 10:00, "Support" <support@desk.example> wrote:',
    "outlook app nl, bold": f"*Op 3 mrt. 2026 10:00 schreef {WHO}:*",
    "yahoo": f"On Tuesday, March 3, 2026 at 10:00:00 AM GMT+2, {WHO} wrote:",
    "yahoo old": "--- On Tue, 3/3/26, Support <support@desk.example> wrote:",
    "yahoo de": f"Am Dienstag, 3. März 2026 um 10:00:00 MEZ hat {WHO} Folgendes geschrieben:",
    "yahoo fr": f"Le mardi 3 mars 2026 à 10:00:00 UTC+1, {WHO} a écrit :",
    "yahoo es": f"El martes, 3 de marzo de 2026, 10:00:00 CET, {WHO} escribió:",
    "yahoo pt": f"Em terça-feira, 3 de março de 2026 10:00:00 BRT, {WHO} escreveu:",
    "yahoo it": f"Il martedì 3 marzo 2026 alle ore 10:00:00 CET, {WHO} ha scritto:",
    "mailbird": f"On 3/3/2026 10:00:00 AM, {WHO} wrote:",
    "spark": f"On 3 Mar 2026 at 10:00 +0200, {WHO}, wrote:",
    "proton": f"On Tuesday, March 3rd, 2026 at 10:00, {WHO} wrote:",
    "proton de": f"Am Dienstag, 3. März 2026 um 10:00 schrieb {WHO}:",
    "tutanota": "3 Mar 2026, 10:00 by support@desk.example:",
    "tutanota de": "3. März 2026, 10:00 von support@desk.example:",
    "fastmail": "On Tue, 3 Mar 2026, at 10:00 AM, Support wrote:",
    "roundcube en": "On 2026-03-03 10:00, Support wrote:",
    "roundcube de": "Am 2026-03-03 10:00, schrieb Support:",
    "roundcube nl": "Support schreef op 2026-03-03 10:00:",
    "roundcube fr": "Le 2026-03-03 10:00, Support a écrit :",
    "roundcube pt": "Em 2026-03-03 10:00, Support escreveu:",
    "roundcube nb": "Support skrev den 2026-03-03 10:00:",
    "roundcube, with a dash": "- On 2026-03-03 10:00, Support wrote:",
    "sogo": f"On Tuesday, March 03, 2026 10:00 SAST, {WHO} wrote:",
    "zimbra": f"On 3 Mar, 2026, at 10:00, {WHO} wrote:",
    "evolution": "On Tue, 2026-03-03 at 10:00 +0200, Support wrote:",
    "kmail": "On Tuesday, 3 March 2026 10:00:00 SAST Support wrote:",
    "mutt": "On Tue, Mar 03, 2026 at 10:00:00AM +0200, Support wrote:",
    "gnus": f"{WHO} writes:",
    "horde": f"Quoting {WHO}:",
    "horde de": f"Zitat von {WHO}:",
    "horde nl": f"Citeren van {WHO}:",
    "windows live mail": f"On 03 March 2026 10:00, {WHO} wrote:",
    "gmail app, gmt": f"2026-03-03 10:00 GMT+02:00 {WHO}:",
    "gmail app, of old": 'On 3 Mar 2026 10:00, "Support" <support@desk.example> wrote:',
    "netease": 'At 2026-03-03 10:00:00, "Support" <support@desk.example> wrote:',
    "mailto in brackets": "On 3 Mar 2026, at 10:00, Support <support@desk.example<mailto:support@desk.example>> wrote:",
    "name with punctuation": "On Tue, 3 Mar 2026 at 10:00, Dr. O'Neill-van der Merwe (Acme, Ltd.) | Support <support@desk.example> wrote:",
    "address as name": 'On 3 Mar 2026, at 10:00, "support@desk.example" <support@desk.example> wrote:',
}  # fmt: skip


@pytest.mark.parametrize("kind", ONE_LINE)
def test_a_marked_quotation_goes_with_its_attribution(kind):
    quoted = "".join(f"> {line}\n" for line in OLD.split("\n"))

    assert reply_of(f"{OWN}\n\n{ONE_LINE[kind]}\n\n{quoted}") == OWN


@pytest.mark.parametrize("kind", ONE_LINE)
def test_an_unmarked_quotation_goes_with_its_attribution(kind):
    assert reply_of(f"{OWN}\n\n{ONE_LINE[kind]}\n\n{OLD}\n") == OWN


@pytest.mark.parametrize("kind", ONE_LINE)
@pytest.mark.parametrize("company", ["IT Possible Support", "Server Page Hosting", "Log Cabin PHP Systems"])
def test_a_company_may_be_named_after_what_it_hosts(company, kind):
    line = ONE_LINE[kind].replace("Support", company, 1)
    quoted = "".join(f"> {line}\n" for line in OLD.split("\n"))

    assert reply_of(f"{OWN}\n\n{line}\n\n{quoted}") == OWN
    assert reply_of(f"{OWN}\n\n{line}\n\n{OLD}\n") == OWN
    assert reply_of(f"{line}\n{quoted}\n{OWN}\n") == OWN


@pytest.mark.parametrize("kind", ONE_LINE)
def test_what_stands_below_a_marked_quotation_is_the_answer(kind):
    quoted = "".join(f"> {line}\n" for line in OLD.split("\n"))

    assert reply_of(f"{ONE_LINE[kind]}\n{quoted}\n{OWN}\n") == OWN


@pytest.mark.parametrize("kind", ONE_LINE)
def test_answers_between_quotations_stay_without_them(kind):
    mail = f"{ONE_LINE[kind]}\n> Which domain?\n\nacme.example\n\n> Which address?\n\nthandi@acme.example\n"

    assert reply_of(mail).split() == ["acme.example", "thandi@acme.example"]


@pytest.mark.parametrize("kind", ONE_LINE)
def test_apple_puts_the_attribution_inside_the_quotation(kind):
    quoted = f"> {ONE_LINE[kind]}\n> \n> Which domain?\n> Support\n"

    assert reply_of(f"{quoted}\n{OWN}\n") == OWN
    assert reply_of(f"{OWN}\n\n{quoted}") == OWN


def torn(line, width):
    """The line as a client breaks it: between words, and never inside one."""
    lines, current = [], ""
    for word in line.split(" "):
        if current and len(current) + len(word) >= width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return "\n".join([*lines, current])


@pytest.mark.parametrize("width", [78, 72, 66])
@pytest.mark.parametrize("kind", ONE_LINE)
def test_an_attribution_may_be_broken_over_lines(kind, width):
    quoted = "".join(f"> {line}\n" for line in OLD.split("\n"))
    line = torn(ONE_LINE[kind].replace("Support", "Support of the Hosting Company", 1), width)

    assert reply_of(f"{OWN}\n\n{line}\n\n{quoted}") == OWN
    assert reply_of(f"{OWN}\n\n{line}\n\n{OLD}\n") == OWN


@pytest.mark.parametrize(
    "line",
    [
        "On Tue, 3 Mar 2026 at 10:00, Support <\nsupport@desk.example> wrote:",
        "On Tue, 3 Mar 2026 at 10:00, Support <support@desk.example>\nwrote:",
        "On Tue, 3 Mar 2026 at 10:00, Support\n<support@desk.example>\nwrote:",
        "On Tue, 3 Mar 2026\nat 10:00, Support of the Hosting Company\n<support@desk.example>\nwrote:",
        "Am Di., 3. März 2026 um 10:00 Uhr schrieb Support <support@desk.example\n>:",
        "Le mar. 3 mars 2026 à 10:00, Support\n<support@desk.example> a\nécrit :",
        "Op di 3 mrt 2026 om 10:00 schreef Support\n<support@desk.example>:",
        "Em ter., 3 de mar. de 2026 às 10:00, Support <support@desk.example>\nescreveu:",
        "Support <support@desk.example> ezt írta (időpont: 2026. márc.\n3., K, 10:00):",
        "Support <support@desk.example>, 3 Mar 2026 Sal, 10:00\ntarihinde şunu yazdı:",
        "2026年3月3日(火) 10:00 Support\n<support@desk.example>:",
    ],
)
def test_an_attribution_broken_where_real_clients_break_it(line):
    assert reply_of(f"{OWN}\n\n{line}\n\n> quoted\n") == OWN
    assert reply_of(f"{OWN}\n\n{line}\n\nquoted\n") == OWN
    assert reply_of(f"{OWN}\n{line}\n\nquoted\n") == OWN


@pytest.mark.parametrize(
    ("shared", "own"),
    [
        ("It works. On Tue, Mar 3, 2026 at 10:00 AM, support@desk.example wrote:", "It works."),
        ("it works--- On Tue, Mar 3, 2026 at 10:00 AM, Support <support@desk.example> wrote:", "it works"),
        ("Dit werk. Op 3 mrt 2026 om 10:00 schreef Support <support@desk.example>:", "Dit werk."),
        ("Es geht. Am 03.03.2026 um 10:00 schrieb Support:", "Es geht."),
    ],
)
def test_words_on_the_same_line_above_an_attribution_are_not_lost(shared, own):
    assert reply_of(f"Hello\n{shared}\n> quoted") == f"Hello\n{own}"


@pytest.mark.parametrize(
    "text",
    [
        "On 3 March you wrote:\nplease restart the phone.\n\nI did, and nothing changed.",
        "As I wrote:\nthe site is down.\n\nIt still is.",
        "On 3 March 2026 I called and your colleague wrote:\nit will be done by Friday.\n\nIt was not.",
        "Op 3 Maart het u geskryf:\ndit is reg.\n\nDit is nie.",
        "Am 3. März schrieben Sie:\nes ist erledigt.\n\nIst es nicht.",
        "Le 3 mars vous avez écrit :\nc'est fait.\n\nMais non.",
        "The boss wrote:\nwe need this today.\n\nCan you help?",
        "2026-03-03 10:00:12 1abc-2def-00 ** info@acme.example R=dnslookup T=remote_smtp:\n550 5.1.1 unknown\n\nWhy?",
        "Mar  3 10:00:01 mail postfix/smtp[123]: 4AB: to=<x@acme.example>, status=bounced (host mx said:\n550 no)\n\nWhy?",
        "On 3 March 2026 at 10:00 it wrote:\nno space left\n\nPlease look.",
        "On 3 March 2026 at 10:00 the Apache log said:\nno space left\n\nPlease look.",
        "Am 3. März 2026 um 10:00 schrieb der Server:\nkein Platz\n\nBitte prüfen.",
        "[2026-03-03 10:00:00] server wrote:\nfatal error\n\nPlease look.",
        "My question of 3 March 2026, 10:00, for support@desk.example and for anybody else who can help us with the mailbox:\nwhy is it full?",
        "Please call me on 3 March at 10:00:\n012 345 6789",
        "Die Rechnung vom 3. März 2026:\nBetrag 100 EUR\n\nBitte prüfen.",
        "Opening hours from 3 March 2026:\n08:00 to 17:00",
    ],
)
def test_prose_and_logs_that_look_a_little_like_it_are_kept(text):
    assert reply_of(f"Hello\n\n{text}") == f"Hello\n\n{text}"


@pytest.mark.parametrize("who", ["You", "Support", "Support <support@desk.example>", "Jan van der Merwe"])
def test_short_attributions_count_when_a_marked_quotation_follows(who):
    assert reply_of(f"{OWN}\n\n{who} wrote:\n> quoted\n> more\n") == OWN
