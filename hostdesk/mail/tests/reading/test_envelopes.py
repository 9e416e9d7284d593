"""What Outlook, S/MIME, PGP and calendars wrap around a mail: opened where that can be, and said in a sentence."""

import base64
from datetime import UTC, datetime

import pytest

from hostdesk.mail.reading import read, rtf, smime
from hostdesk.mail.tests.reading import outlook
from hostdesk.mail.tests.reading.test_mime import FROM, multipart, plain

pytestmark = pytest.mark.db_free

OID_DATA, OID_SIGNED, OID_ENVELOPED = (bytes.fromhex("2a864886f70d01070" + last) for last in "123")


def notes(mail):
    return [(note.kind, note.words) for note in mail.notes]


def winmail(*attributes, text=b""):
    part = (
        b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    return read(multipart(b"mixed", b"\r\n" + text, part + base64.encodebytes(outlook.stream(*attributes))))


def test_the_html_of_a_winmail_dat_is_read_and_shown():
    mail = winmail(outlook.message((0x1013, 0x102, "<p>Grüße <b>all</b></p>".encode()), (0x3FDE, 3, 65001)))

    assert (mail.text, mail.html_sanitized) == ("Grüße all", "<p>Grüße <b>all</b></p>")
    assert [kind for kind, _ in notes(mail)] == ["outlook"]


@pytest.mark.parametrize("is_plain", [False, True])
def test_the_formatted_text_of_a_winmail_dat_is_read(is_plain):
    rich = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}{\colortbl;\red0;}"
        rb"\f0 Gr\'fc\'dfe\par {\f1\'ef\'f0\'e8\'e2\'e5\'f2}\par \u8364?5 \{ok\}{\*\generator x;}{\pict 00ff}\tab end}"
    )
    mail = winmail(outlook.message((0x1009, 0x102, outlook.packed(rich, plain=is_plain))))

    assert mail.text == "Grüße\nпривет\n€5 {ok}\tend"


def test_html_inside_rich_text_is_taken_out_again():
    rich = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \fbidi {\*\htmltag64 <p>}Hello {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 "
        rb"you{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 5{\*\htmltag72 </p>}}"
    )
    mail = winmail(outlook.message((0x1009, 0x102, outlook.packed(rich))))

    assert (mail.text, mail.html_sanitized) == ("Hello you<5", "<p>Hello <b>you</b>&lt;5</p>")


def test_packed_rich_text_refers_back_to_what_it_said():
    # The example of MS-OXRTFCP 3.1.3.
    raw = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert rtf.unpacked(raw) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_files_of_a_winmail_dat_keep_their_long_names_kinds_and_ids():
    mail = winmail(
        outlook.file(
            b"REPORT~1.PDF", b"%PDF", (0x3707, 0x1F, "Report für März.pdf"), (0x370E, 0x1F, "application/pdf")
        ),
        outlook.file(b"logo.png", b"PNG", (0x3712, 0x1F, "logo@x")),
        outlook.message((0x1013, 0x102, b'<img src="cid:logo@x">Hello')),
        text=b"Hello",
    )

    assert [(one.filename, one.content_type, one.inline, one.content_id) for one in mail.attachments] == [
        ("Report für März.pdf", "application/pdf", False, None),
        ("logo.png", "image/png", True, "logo@x"),
    ]
    assert notes(mail) == [
        ("outlook", "Outlook wrapped this mail in a winmail.dat, which was opened here; 2 files were in it.")
    ]


def test_a_mail_inside_a_winmail_dat_becomes_a_text_of_its_subject():
    inner = outlook.stream(
        outlook.message((0x0037, 0x1F, "Old: matter"), (0x1000, 0x1F, "Old words")),
        outlook.file(b"a.txt", b"A"),
    )
    mail = winmail(
        outlook.file(b"x", None, (0x3701, 0x0D, outlook.MESSAGE_INTERFACE + inner)), text=b"See the old one"
    )

    assert [(one.filename, one.content) for one in mail.attachments] == [
        ("Old_ matter.txt", b"Old words"),
        ("a.txt", b"A"),
    ]


def test_a_meeting_of_outlook_is_a_sentence():
    ticks = (
        int((datetime(2026, 3, 3, 8, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7
    )
    mail = winmail(
        outlook.kind(b"IPM.Microsoft Schedule.MtgReq"),
        outlook.message(
            (0x0037, 0x1F, "Budget"),
            (0x0042, 0x1F, "Thandi"),
            ((outlook.APPOINTMENT, 0x820D), 0x40, ticks),
            ((outlook.APPOINTMENT, 0x820E), 0x40, ticks + 36_000_000_000),
            ((outlook.APPOINTMENT, 0x8208), 0x1F, "Room 4"),
        ),
    )
    sentence = "Invitation: “Budget”, on Tuesday 3 March 2026 from 08:00 to 09:00 (UTC), at Room 4. Organised by Thandi."

    assert (mail.text, notes(mail)[1:]) == (sentence, [("invitation", sentence)])


@pytest.mark.parametrize("at", range(0, 300, 7))
def test_a_damaged_winmail_dat_gives_what_stands_before_the_damage(at):
    whole = outlook.stream(outlook.message((0x1000, 0x1F, "Words")), outlook.file(b"a.pdf", b"%PDF" * 40))
    part = b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    mail = read(multipart(b"mixed", b"\r\nHello", part + base64.encodebytes(whole[:at])))

    assert (mail.text, mail.error) == ("Hello", None)


def calendar(*lines, method="REQUEST", zone=";TZID=Africa/Johannesburg"):
    said = lines or (f"DTSTART{zone}:20260303T100000", f"DTEND{zone}:20260303T110000")
    return "\r\n".join(
        ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VTIMEZONE", "BEGIN:STANDARD", "DTSTART:16010101T000000",
         "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", "SUMMARY:Budget\\, again", *said,
         "BEGIN:VALARM", "DURATION:PT5M", "END:VALARM", "END:VEVENT", "END:VCALENDAR", ""]
    )  # fmt: skip


def invited(text, head=b"Content-Type: text/calendar; charset=utf-8; method=REQUEST"):
    return read(multipart(b"alternative", b"\r\nMeeting", head + b"\r\n\r\n" + text.encode()))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (calendar(), "Invitation: “Budget, again”, on Tuesday 3 March 2026 from 10:00 to 11:00 (Africa/Johannesburg)."),
        (calendar("DTSTART:20260303T080000Z", "DURATION:PT90M", "LOCATION:Room 4", 'ORGANIZER;CN="Dlamini, T":mailto:t@a.example'),
         "Invitation: “Budget, again”, on Tuesday 3 March 2026 from 08:00 to 09:30 (UTC), at Room 4. Organised by Dlamini, T <t@a.example>."),
        (calendar("DTSTART;VALUE=DATE:20260303", "DTEND;VALUE=DATE:20260306"), "Invitation: “Budget, again”, from Tuesday 3 March 2026 to Thursday 5 March 2026."),
        (calendar("DTSTART;VALUE=DATE:20260303"), "Invitation: “Budget, again”, on Tuesday 3 March 2026, all day."),
        (calendar(method="CANCEL"), "Cancelled appointment: “Budget, again”, on Tuesday 3 March 2026 from 10:00 to 11:00 (Africa/Johannesburg)."),
        (calendar("DTSTART:20260303T100000", "ATTENDEE;CN=Sam;PARTSTAT=DECLINED:mailto:s@a.example", method="REPLY"),
         "Answer to an invitation: Sam <s@a.example> declines “Budget, again”, on Tuesday 3 March 2026 at 10:00 (no time zone given)."),
        (calendar("DTSTART:20260303T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20260630T000000Z"),
         "Invitation: “Budget, again”, on Tuesday 3 March 2026 at 10:00 (UTC), every week on Monday and Wednesday until Tuesday 30 June 2026."),
        (calendar("DTSTART:20260303T100000Z", "RRULE:FREQ=MONTHLY;INTERVAL=2;COUNT=6;BYDAY=1TU"),
         "Invitation: “Budget, again”, on Tuesday 3 March 2026 at 10:00 (UTC), every 2 months by a rule of its own, 6 times."),
        (calendar("DTSTART:99999999T999999", "DTEND:x"), "Invitation: “Budget, again”."),
        (calendar('DTSTART;TZID="(UTC+02:00) Harare,\r\n  Pretoria":20260303T100000'),
         "Invitation: “Budget, again”, on Tuesday 3 March 2026 at 10:00 ((UTC+02:00) Harare, Pretoria)."),
    ],
)  # fmt: skip
def test_an_invitation_is_a_sentence(text, sentence):
    assert notes(invited(text)) == [("invitation", sentence)]


def test_an_invitation_alone_is_the_text_of_its_mail():
    mail = read(plain(calendar().encode(), b"Content-Type: text/calendar; method=REQUEST"))

    assert mail.text.startswith("Invitation: “Budget, again”")


def tlv(tag, *inner, is_open=False):
    body = b"".join(inner)
    if is_open:
        return bytes([tag, 0x80]) + body + b"\0\0"
    size = len(body)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)
    return bytes([tag]) + head + body


def signed(content, *, is_open=False):
    octets = (
        tlv(0x24, tlv(0x04, content[:9]), tlv(0x04, content[9:]), is_open=True)
        if is_open
        else tlv(0x04, content)
    )
    wrapped = tlv(0x30, tlv(0x06, OID_DATA), tlv(0xA0, octets, is_open=is_open), is_open=is_open)
    data = tlv(0x30, tlv(0x02, b"\1"), tlv(0x31), wrapped, tlv(0x31), is_open=is_open)
    return tlv(0x30, tlv(0x06, OID_SIGNED), tlv(0xA0, data, is_open=is_open), is_open=is_open)


def smime_mail(content, said=b""):
    head = (
        b"Content-Type: application/pkcs7-mime; name=smime.p7m"
        + said
        + b"\r\nContent-Transfer-Encoding: base64"
    )
    return read(plain(base64.encodebytes(content), head))


@pytest.mark.parametrize("is_open", [False, True])
def test_a_mail_inside_an_smime_signature_is_read(is_open):
    inner = multipart(
        b"mixed", b"\r\nHello from inside", b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF"
    )
    mail = smime_mail(signed(inner, is_open=is_open), b"; smime-type=signed-data")

    assert (mail.text, mail.sealed, [one.filename for one in mail.attachments]) == (
        "Hello from inside",
        "smime-signed",
        ["a.pdf", "smime.p7m"],
    )
    assert [kind for kind, _ in notes(mail)] == ["signed"]


def test_an_encrypted_mail_says_so_in_its_text():
    mail = smime_mail(tlv(0x30, tlv(0x06, OID_ENVELOPED), tlv(0xA0, b"\x30\0")), b"; smime-type=signed-data")
    words = "This mail is encrypted with S/MIME and cannot be read here; ask the sender to write without encryption."

    assert (mail.text, mail.sealed, notes(mail)) == (f"[{words}]", "smime-encrypted", [("encrypted", words)])


@pytest.mark.parametrize(
    "raw", [b"", b"\x30", b"\x30\x80" * 40, b"\x30\x84\xff\xff\xff\xff", signed(b"x" * 40)[:30]]
)
def test_damaged_signatures_stay_files(raw):
    assert (smime.signed_content(raw), [one.size for one in smime_mail(raw).attachments]) == (
        None,
        [len(raw)],
    )


def test_pgp_in_letters_is_recognised_and_left_out_of_what_is_new():
    armour = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQEz\n=abcd\n-----END PGP SIGNATURE-----\n"
    )
    mail = read(plain(armour.encode()))
    closed = read(plain(b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n"))

    assert (mail.sealed, mail.reply_text, closed.sealed) == ("pgp-signed", "Hello", "pgp-encrypted")


def test_pgp_mime_says_that_it_cannot_be_read():
    mail = read(
        multipart(
            b'encrypted; protocol="application/pgp-encrypted"',
            b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
            b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----",
        )
    )

    assert (mail.sealed, mail.text[:36]) == ("pgp-encrypted", "[This mail is encrypted with PGP and")


def test_a_detached_signature_is_named_and_said():
    mail = read(
        multipart(
            b'signed; protocol="application/pkcs7-signature"',
            b"\r\nHello",
            b"Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB",
        )
    )

    assert (mail.text, [one.filename for one in mail.attachments], [kind for kind, _ in notes(mail)]) == (
        "Hello", ["smime.p7s"], ["signed"],
    )  # fmt: skip


def test_a_mail_that_only_passes_another_on_says_so():
    inner = b"From: x@b.example\r\nSubject: Old\r\n\r\nold words"
    mail = read(multipart(b"mixed", b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert (mail.text, [kind for kind, _ in notes(mail)]) == ("old words", ["forwarded"])
    assert FROM not in mail.text.encode()
