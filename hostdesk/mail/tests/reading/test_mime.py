"""Bodies, charsets, files and headers as clients really write them."""

import base64
import struct

import pytest

from hostdesk.mail.reading import Address, read

pytestmark = pytest.mark.db_free

FROM = b"From: a@acme.example\r\n"


def plain(body, head=b"Content-Type: text/plain; charset=utf-8"):
    return FROM + head + b"\r\n\r\n" + body


def multipart(kind, *parts, boundary=b"b"):
    out = FROM + b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n'
    for part in parts:
        out += b"--" + boundary + b"\r\n" + part + b"\r\n"
    return out + b"--" + boundary + b"--\r\n"


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        (b"utf-8", "grüße".encode(), "grüße"),
        (b"iso-8859-1", b"gr\xfc\xdfe \x80 5", "grüße € 5"),
        (b"us-ascii", "grüße".encode(), "grüße"),
        (b"us-ascii", b"gr\xfc\xdfe", "grüße"),
        (b"utf-8", b"gr\xfc\xdfe", "grüße"),
        (b"x-nonsense", "grüße".encode(), "grüße"),
        (b"iso-8859-1", "grüße".encode(), "grüße"),
        (b"shift_jis", "サーバー".encode("cp932"), "サーバー"),
        (b"iso-2022-jp", "サーバー".encode("iso2022_jp"), "サーバー"),
        (b"iso-2022-jp", "サーバー".encode("cp932"), "サーバー"),
        (b"gb2312", "服务器".encode("gb18030"), "服务器"),
        (b"koi8-r", "сервер".encode("koi8-r"), "сервер"),
        (b"windows-1251", "сервер".encode("cp1251"), "сервер"),
        (b"utf-16", "\ufeffserver".encode("utf-16-le"), "server"),
        (b"utf-7", b"+AOk-t+AOk-", "été"),
        (b"utf-7", b"+2AA-server", "\ufffdserver"),
        (b"rot13", b"server", "server"),
        (b"idna", b"server", "server"),
        (b"base64", b"server", "server"),
        (b"utf-8", b"\xef\xbb\xbfserver", "server"),
    ],
)
def test_charsets_declared_rightly_wrongly_and_not_at_all(charset, body, text):
    assert read(plain(body, b"Content-Type: text/plain; charset=" + charset)).text == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?= Wien", "Grüße aus Wien"),
        (b"=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"),
        (b'"=?utf-8?B?R3LDvMOfZQ==?="', '"Grüße"'),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),
        (b"=?iso-8859-1?Q?Gr=FC=DFe aus?=", "Grüße aus"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("Grüße".encode(), "Grüße"),
        (b"Gr\xfc\xdfe", "Grüße"),
        (b"=?nonsense?Q?abc?=", "abc"),
        (b"=?utf-8?B?not base64 at all!?=", None),
        (b"=?utf-8?Q?a=0D=0ABcc:_b?=", "a Bcc: b"),
        (b"a =?utf-8?Q?b", "a =?utf-8?Q?b"),
        ("a\u2028b".encode(), "a b"),
    ],
)
def test_subjects_are_decoded_and_stay_on_one_line(raw, text):
    subject = read(b"Subject: " + raw + b"\r\n" + FROM + b"\r\nx").subject

    assert (subject if text is not None else None, "\n" in subject) == (text, False)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b'filename="a.pdf"', "a.pdf"),
        (b"filename=a b.pdf", "a b.pdf"),
        (b"filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*0=long; filename*1=name.pdf", "longname.pdf"),
        (b"filename*0*=utf-8''Gr%C3%BC; filename*1=\"e.pdf\"", "Grüe.pdf"),
        (b"filename*1*=e.pdf; filename*0*=iso-8859-1''Gr%FC%DF", "Grüße.pdf"),
        (b'filename="=?utf-8?B?R3LDvMOfZS5wZGY=?="', "Grüße.pdf"),
        (b'filename="=?utf-8?Q?Gr=C3?=\r\n =?utf-8?Q?=BC.pdf?="', "Grü.pdf"),
        (b'filename="../../etc/passwd"', "passwd"),
        (b'filename="C:\\\\temp\\\\a.pdf"', "a.pdf"),
        (b'filename="a;b.pdf"', "a;b.pdf"),
        ('filename="Grüße.pdf"'.encode(), "Grüße.pdf"),
        ('filename="gp\u202efdp.exe"'.encode(), "gpfdp.exe"),
        (b"", "file.pdf"),
    ],
)  # fmt: skip
def test_names_of_files_in_all_the_ways_clients_write_them(field, name):
    part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; " + field + b"\r\n\r\nx"
    mail = read(multipart(b"mixed", b"\r\nHello", part))

    assert [(one.filename, one.content_type, one.size) for one in mail.attachments] == [
        (name, "application/pdf", 1)
    ]


def test_of_alternatives_the_plain_one_is_read_and_the_rich_one_shown():
    mail = read(
        multipart(
            b"alternative",
            b"Content-Type: text/plain\r\n\r\nplain",
            b"Content-Type: text/html\r\n\r\n<b>rich</b>",
        )
    )

    assert (mail.text, mail.html_sanitized, mail.attachments) == ("plain", "<b>rich</b>", [])


def test_an_inline_picture_is_found_by_its_id():
    related = multipart(
        b"related",
        b'Content-Type: text/html\r\n\r\n<p>See <img src="cid:logo@x" alt="our logo"></p>',
        b"Content-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"PNG"),
    )
    mail = read(related)

    assert (mail.text, mail.html_sanitized) == (
        "See [our logo]",
        '<p>See <img src="cid:logo@x" alt="our logo"></p>',
    )
    assert [(one.content_id, one.inline, one.content) for one in mail.attachments] == [
        ("logo@x", True, b"PNG")
    ]


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        (b"base64", b"SGVsbG8=", b"Hello"),
        (b"base64", b"SGVs\r\n!!bG8", b"Hello"),
        (b"BASE64 ", b"SGVsbG8=SGVsbG8=", b"HelloHello"),
        (b"base64", b"SGVsbG8x=", b"Hello1"),
        (b"quoted-printable", b"He=6Clo=\r\n!=", b"Hello!"),
        (b"quoted-printable", b"a=ZZb", b"a=ZZb"),
        (b"x-uuencode", b"begin 644 a\n%2&5L;&\\\n`\nend", b"Hello"),
        (b"nonsense", b"Hello", b"Hello"),
    ],
)
def test_transfer_encodings_give_what_can_be_saved(encoding, body, content):
    part = b"Content-Type: application/x\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body

    assert read(multipart(b"mixed", b"\r\nx", part)).attachments[0].content == content


@pytest.mark.parametrize(
    "raw",
    [
        multipart(b"mixed", b"\r\nHello").replace(b"--b--", b""),
        multipart(b"mixed", b"\r\nHello").replace(b'"b"', b'"other"').replace(b"--b\r\n\r\n", b"--b\r\nContent-Type: text/plain\r\n\r\n"),
        multipart(b"mixed", b"\r\nHello").replace(b"\r\n", b"\n"),
        multipart(b"mixed", b"\r\nHello").replace(b"\r\n", b"\r"),
        FROM + b"Content-Type: multipart/mixed; boundary=x\r\n\r\nHello",
        FROM + b"Content-Type: nonsense\r\n\r\nHello",
        FROM + b"Content-Type: text\r\n\r\nHello",
        FROM + b"\r\nHello",
        b"From mbox line\n" + FROM + b"\r\nHello",
        FROM + b"Subject: x\r\nHello",
    ],
)  # fmt: skip
def test_broken_structures_still_show_their_text(raw):
    assert read(raw).text.strip() == "Hello"


def test_flowed_text_is_joined():
    body = b"One line that \r\nwas cut.\r\n> quoted line \r\n> too\r\n-- \r\nme\r\n"
    mail = read(plain(body, b"Content-Type: text/plain; format=flowed"))

    assert mail.text.rstrip("\n") == "One line that was cut.\n> quoted line too\n-- \nme"


def test_a_mail_inside_a_mail_is_one_file():
    inner = b"From: x@b.example\r\nSubject: Old mail\r\n\r\nold text"
    mail = read(multipart(b"mixed", b"\r\nHello", b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert (mail.text, [(one.filename, one.content) for one in mail.attachments]) == (
        "Hello",
        [("Old mail.eml", inner)],
    )


@pytest.mark.parametrize(
    ("kind", "sealed"),
    [
        (b'signed; protocol="application/pkcs7-signature"', "smime-signed"),
        (b'signed; protocol="application/pgp-signature"', "pgp-signed"),
        (b'encrypted; protocol="application/pgp-encrypted"', "pgp-encrypted"),
    ],
)
def test_sealed_mails_are_shown_as_such(kind, sealed):
    mail = read(multipart(kind, b"\r\nHello", b"Content-Type: application/pgp-signature\r\n\r\nx"))

    assert (mail.sealed, [note.kind for note in mail.notes]) == (sealed, [sealed.split("-")[1]])


def test_a_calendar_invitation_is_a_file():
    calendar = b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
    mail = read(multipart(b"alternative", b"\r\nMeeting", calendar))

    assert (mail.text, [one.content_type for one in mail.attachments]) == ("Meeting", ["text/calendar"])


def tnef(name, content):
    """A winmail.dat with one file, written by hand (MS-OXTNEF 2.1)."""

    def attribute(level, kind, value):
        return struct.pack("<BII", level, kind, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
        + attribute(2, 0x00069002, b"\x01\x00" + b"\xff\xff\xff\xff" + b"\0" * 8)
        + attribute(2, 0x00018010, name + b"\0")
        + attribute(2, 0x0006800F, content)
    )


def test_a_winmail_dat_is_opened():
    part = (
        b'Content-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    )
    mail = read(multipart(b"mixed", b"\r\nHello", part + base64.b64encode(tnef(b"report.pdf", b"%PDF"))))

    assert [(one.filename, one.content_type, one.content) for one in mail.attachments] == [
        ("report.pdf", "application/pdf", b"%PDF")
    ]


def test_a_winmail_dat_that_is_none_stays_a_file():
    part = b'Content-Type: application/ms-tnef; name="winmail.dat"\r\n\r\nnonsense'
    mail = read(multipart(b"mixed", b"\r\nHello", part))

    assert ([one.filename for one in mail.attachments], mail.defects) == (
        ["winmail.dat"],
        ["a winmail.dat that cannot be opened"],
    )


def test_addresses_for_showing_are_read_leniently():
    raw = (
        b'To: "Dlamini, T" <t@acme.example>, =?utf-8?Q?J=C3=BCrgen?= <j@ACME.example>; friends: x@b.example, y@b.example;\r\n'
        b"Cc: (comment) z@b.example (Zed)\r\nReply-To: <mailto:r@b.example>\r\n" + FROM + b"\r\nx"
    )
    mail = read(raw)

    assert (mail.to, mail.cc, mail.reply_to) == (
        [
            Address("t@acme.example", "Dlamini, T"),
            Address("j@acme.example", "Jürgen"),
            Address("x@b.example"),
            Address("y@b.example"),
        ],
        [Address("z@b.example", "comment")],
        [Address("r@b.example")],
    )


def test_ids_and_dates_are_read_and_may_be_missing():
    mail = read(
        b"Message-ID: <1@acme.example>\r\nIn-Reply-To: <0@desk.example>\r\nReferences: <a@desk.example>\r\n"
        b"\t<0@desk.example>\r\nDate: Tue, 03 Mar 2026 10:00:00 +0200 (SAST)\r\n" + FROM + b"\r\nx"
    )
    bare = read(FROM + b"Date: yesterday\r\n\r\nx")

    assert (mail.message_id, mail.in_reply_to, mail.references, mail.date.isoformat()) == (
        "<1@acme.example>", "<0@desk.example>", ["<a@desk.example>", "<0@desk.example>"], "2026-03-03T08:00:00+00:00",
    )  # fmt: skip
    assert (bare.message_id, bare.in_reply_to, bare.references, bare.date) == (None, None, [], None)
