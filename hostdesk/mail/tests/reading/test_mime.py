"""Bodies, charsets, files and headers as clients really write them."""

import base64
import struct

import pytest

from hostdesk.mail.reading import read

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
        (b"utf-16", "server down".encode("utf-16-le"), "server down"),
        (b"utf-16", "server down".encode("utf-16-be"), "server down"),
        (b"utf-16", b"server down", "server down"),
        (b"utf-16", "gr\u00fc\u00dfe aus".encode("cp1252"), "gr\u00fc\u00dfe aus"),
        (
            b"utf-8",
            "gr\u00fc\u00dfe und viele Gr\u00fc\u00dfe aus ".encode() + b"M\xfcnchen",
            "gr\u00fc\u00dfe und viele Gr\u00fc\u00dfe aus M\u00fcnchen",
        ),
        (b"utf-8", "gr\u00fc\u00dfe und \u00e9".encode()[:-1], "gr\u00fc\u00dfe und \ufffd"),
        (
            b"windows-1251",
            "\u0441\u0435\u0440\u0432\u0435\u0440 \u0431\u043e\u043b\u044c\u0448\u043e\u0439".encode(),
            "\u0441\u0435\u0440\u0432\u0435\u0440 \u0431\u043e\u043b\u044c\u0448\u043e\u0439",
        ),
        (b"big5", "\u4f3a\u670d\u5668".encode("big5"), "\u4f3a\u670d\u5668"),
        (b"gbk", "\u670d\u52a1\u5668\u6545\u969c".encode(), "\u670d\u52a1\u5668\u6545\u969c"),
        (b"euc-kr", "\uc11c\ubc84".encode("euc-kr"), "\uc11c\ubc84"),
        (b"ks_c_5601-1987", "\uc11c\ubc84".encode("cp949"), "\uc11c\ubc84"),
        (b"euc-jp", "\u30b5\u30fc\u30d0\u30fc".encode("euc_jp"), "\u30b5\u30fc\u30d0\u30fc"),
        (b"iso-2022-kr", "\uc11c\ubc84".encode("iso2022_kr"), "\uc11c\ubc84"),
        (b"hz-gb-2312", b"~{VPND~}", "\u4e2d\u6587"),
        (
            b"koi8-u",
            "\u0441\u0435\u0440\u0432\u0435\u0440".encode("koi8-u"),
            "\u0441\u0435\u0440\u0432\u0435\u0440",
        ),
        (b"unicode-1-1-utf-7", b"gr+APw-n", "gr\u00fcn"),
        (b'"windows-1252"', b"\x8012", "\u20ac12"),
        (b"x-unknown", b"gr\xfc\xdfe", "gr\u00fc\u00dfe"),
        (b"unknown-8bit", "gr\u00fc\u00dfe".encode(), "gr\u00fc\u00dfe"),
        (b"iso-8859-8-i", "\u05e9\u05e8\u05ea".encode("iso8859_8"), "\u05e9\u05e8\u05ea"),
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
        (b"=?UTF-8?q?Gr=C3=BC=C3=9Fe?==?utf-8?b?IGF1cw==?=", "Gr\u00fc\u00dfe aus"),
        (b"=?utf-8?B?Gr=C3=BC=C3=9Fe?=", "Gr\u00fc\u00dfe"),
        (b"=?iso-2022-jp?B?GyRCJTUhPCVQITwbKEI=?=", "\u30b5\u30fc\u30d0\u30fc"),
        (b"=?gb2312?B?t/7O8cb3?=", "\u670d\u52a1\u5668"),
        (b"=?utf-8?Q?a?=\r\n\t=?utf-8?Q?b?= c =?utf-8?Q?d?=", "ab c d"),
        (b"=?x-unknown?Q?Gr=FC=DFe?=", "Gr\u00fc\u00dfe"),
        (b"=?unicode-1-1-utf-7?Q?gr+APw-n?=", "gr\u00fcn"),
        (b"=?utf-8?Q??=", ""),
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
        (b'filename=""', "file.pdf"),
        (b'filename=".."', "file.pdf"),
        (b'filename="C:a.pdf"', "a.pdf"),
        (b'filename="a\x01\tb.pdf"', "a b.pdf"),
        (b'filename="Gr%C3%BC%C3%9Fe.pdf"', "Gr\u00fc\u00dfe.pdf"),
        (b'filename="100%20%25.pdf"', "100%20%25.pdf"),
        (b"filename*=Gr%C3%BC%C3%9Fe.pdf", "Gr\u00fc\u00dfe.pdf"),
        (b"filename*0*=utf-8''Gr%C3; filename*1*=%BC.pdf", "Gr\u00fc.pdf"),
        (b"filename*1=b.pdf; filename*2=c", "b.pdfc"),
        (b"filename*=utf-8''=?utf-8?B?R3LDvMOfZS5wZGY=?=", "Gr\u00fc\u00dfe.pdf"),
        (b'filename="' + b"a" * 400 + b'.pdf"', "a" * 146 + ".pdf"),
        ('filename="a\u200bb\u2066.pdf"'.encode(), "ab.pdf"),
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
        (b"base64 (MIME)", b"SGVsbG8=", b"Hello"),
        (b'"base64";', b"SGVsbG8=", b"Hello"),
        (b"b64", b"SGVsbG8", b"Hello"),
        (b"base64", b"ab=c", b"i\xb7"),
        (b"quoted_printable", b"He=6Clo", b"Hello"),
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
        (FROM + b"\r\nHello").replace(b"\r\n", b"\r\r\n"),
        b"\xef\xbb\xbf" + FROM + b"\r\nHello",
        ("\ufeff" + (FROM + b"\r\nHello").decode()).encode("utf-16-le"),
        FROM + b"no field here\r\nSubject: x\r\n\r\nHello",
        FROM + b"Subject:\r\n \r\n\r\nHello",
        b"Hello",
        FROM + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHello\r\n--b--',
        FROM + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hello\r\n--b--",
        FROM + b'Content-Type: multipart/related; boundary=b; start="<r>"\r\n\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <r>\r\n\r\n<p>Hello\r\n--b--',
        FROM + b"Content-Type: text/enriched\r\n\r\n<bold>Hello</bold>",
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


def test_a_text_that_only_says_it_is_base64_stays_as_it_is():
    mail = read(plain(b"The site is down.\r\nPlease help!", b"Content-Transfer-Encoding: base64"))

    assert mail.text == "The site is down.\nPlease help!"


def test_a_text_below_base64_is_shown_as_it_stands():
    mail = read(
        plain(
            b"SGVsbG8gd29ybGQ=\r\n_______\r\nYou get this as a member", b"Content-Transfer-Encoding: base64"
        )
    )

    assert mail.text == "Hello world\n_______\nYou get this as a member"


def test_files_of_one_name_are_told_apart():
    part = b"Content-Type: application/pdf; name=a.pdf\r\n\r\nx"

    assert [one.filename for one in read(multipart(b"mixed", part, part, part)).attachments] == [
        "a.pdf",
        "a (2).pdf",
        "a (3).pdf",
    ]


def test_uuencoded_files_are_files_and_no_new_words():
    mail = read(plain(b"Hello\n\nbegin 644 a.txt\n%2&5L;&\\\n`\nend\n"))

    assert (mail.reply_text, [(one.filename, one.content) for one in mail.attachments]) == (
        "Hello",
        [("a.txt", b"Hello")],
    )
