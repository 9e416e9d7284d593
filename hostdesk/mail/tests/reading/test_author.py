"""Who wrote a mail is read strictly: one From field, one mailbox, no defect, or a sentence that says what is wrong."""

import pytest

from hostdesk.mail.reading import author

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.listed_sender")]


def mail(*lines: bytes) -> bytes:
    return b"\r\n".join([*lines, b"To: support@desk.example", b"Subject: x", b"", b"Hello", b""])


@pytest.mark.parametrize(
    ("line", "address", "name"),
    [
        (b"From: alice@acme.example", "alice@acme.example", ""),
        (b"From: <alice@acme.example>", "alice@acme.example", ""),
        (b"FROM:Alice <alice@acme.example>", "alice@acme.example", "Alice"),
        (b"From: Alice Ann Dlamini <Alice.Ann@ACME.example>", "Alice.Ann@acme.example", "Alice Ann Dlamini"),
        (b'From: "Dlamini, Alice (IT)" <alice@acme.example>', "alice@acme.example", "Dlamini, Alice (IT)"),
        (b'From: "alice@home.example" <alice@acme.example>', "alice@acme.example", "alice@home.example"),
        (b'From: "a \\"b\\" c" <alice@acme.example>', "alice@acme.example", 'a "b" c'),
        (b"From: =?utf-8?B?SsO8cmdlbg==?= <alice@acme.example>", "alice@acme.example", "Jürgen"),
        (b"From: =?iso-8859-1?Q?J=FCrgen?= K <alice@acme.example>", "alice@acme.example", "Jürgen K"),
        ("From: Jürgen <alice@acme.example>".encode(), "alice@acme.example", "Jürgen"),
        (b"From: J. R. Smith <j.r+tag@acme.example>", "j.r+tag@acme.example", "J. R. Smith"),
        (b"From: Alice\r\n <alice@acme.example>", "alice@acme.example", "Alice"),
        ("From: a@bücher.example".encode(), "a@bücher.example", ""),
        (b"From: a@sub_domain.acme.example", "a@sub_domain.acme.example", ""),
    ],
)
def test_one_plain_mailbox_is_read(line, address, name):
    assert author.read(mail(line)) == author.Author(address=address, name=name, problem=None)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([b"Sender: alice@acme.example"], "The mail has no From field."),
        ([b"From:"], "The From field is empty."),
        ([b"From: a@acme.example", b"From: b@evil.example"], "The mail has more than one From field."),
        ([b"From: a@acme.example", b"X: y", b"fRoM: a@acme.example"], "The mail has more than one From field."),
        ([b"From : a@acme.example"], "A blank stands between From and its colon."),
        ([b"From\t: a@acme.example"], "A blank stands between From and its colon."),
        ([b"X: y\rFrom: b@evil.example", b"From: a@acme.example"],
         "A second From field hides behind a bare carriage return."),
        ([b"\xa0From: b@evil.example", b"From: a@acme.example"], "A From field is disguised by odd bytes."),
        ([b"\x00From: b@evil.example", b"From: a@acme.example"], "A From field is disguised by odd bytes."),
        ([b"From: a@acme.example, b@evil.example"], "The From field names more than one mailbox or a group."),
        ([b"From: A <a@acme.example>, B <b@evil.example>"],
         "The From field has more than one address in angle brackets."),
        ([b"From: a@acme.example; b@evil.example"], "The From field names more than one mailbox or a group."),
        ([b"From: staff: a@acme.example;"], "The From field names more than one mailbox or a group."),
        ([b"From: undisclosed:;"], "The From field names more than one mailbox or a group."),
        ([b"From: a@acme.example (Alice)"], "The From field contains a comment."),
        ([b"From: Alice (boss) <a@acme.example>"], "The From field contains a comment."),
        ([b"From: a(x)@acme.example"], "The From field contains a comment."),
        ([b"From: <@relay.example:a@acme.example>"],
         "The address in the From field has a route or belongs to a group."),
        ([b"From: alice@acme.example <x@evil.example>"], "An address stands unquoted in the name of the From field."),
        ([b"From: alice@acme <x@evil.example>"], "An address stands unquoted in the name of the From field."),
        ([b"From: <aaa@acme.example>ccc@evil.example"], "Something stands after the address in the From field."),
        ([b"From: <a@acme.example> <b@evil.example>"],
         "The From field has more than one address in angle brackets."),
        ([b'From: "a b"@acme.example'], "The address in the From field has a quoted local part."),
        ([b"From: =?utf-8?B?YUBhY21lLmV4YW1wbGU=?="],
         "The address in the From field is encoded, which no standard allows."),
        ([b"From: Alice <=?utf-8?Q?a?=@acme.example>"],
         "The address in the From field is encoded, which no standard allows."),
        ([b"From: =?utf-8?B?QWxpY2UKRXZpbDogeA==?= <a@acme.example>"],
         "The name in the From field hides a control character or line break."),
        ([b"From: =?utf-8?Q?Alice=0D=0ABcc:_x?= <a@acme.example>"],
         "The name in the From field hides a control character or line break."),
        ([b"From: =?utf-8?Z?QQ==?= <a@acme.example>"], "The name in the From field is encoded wrongly."),
        ([b"From: a@acme.example\x00@evil.example"], "The From field contains a NUL byte."),
        ([b"From: J\xfcrgen <a@acme.example>"], "The From field contains bytes that are not UTF-8."),
        ([b"From: a@acme.example\rX: y"], "The From field contains a bare line break."),
        (["From: a@ac\u200bme.example".encode()], "The From field contains invisible or control characters."),
        (["From: \u202egro <a@acme.example>".encode()], "The From field contains invisible or control characters."),
        ([b"From: a@b@acme.example"], "The From field has no single plain address."),
        ([b"From: Alice"], "The From field has no single plain address."),
        ([b"From: a..b@acme.example"],
         "The local part of the address in the From field is not written by the rules."),
        ([b"From: .a@acme.example"], "The local part of the address in the From field is not written by the rules."),
        ([b"From: a@localhost"], "The domain of the address in the From field is not written by the rules."),
        ([b"From: a@[192.0.2.1]"], "The domain of the address in the From field is not written by the rules."),
        ([b"From: a@acme.example."], "The domain of the address in the From field is not written by the rules."),
        ([b"From: a @acme.example"],
         "The local part of the address in the From field is not written by the rules."),
        ([b"From: " + b"a" * 3000 + b"@acme.example"], "The From field is longer than any honest one."),
        ([b"no field here", b"From: a@acme.example"], "The header contains a line that is no header field."),
        ([b"X: y", b"no field here", b"From: a@acme.example"],
         "The header contains a line that is no header field."),
    ],
)  # fmt: skip
def test_anything_else_is_held_with_a_sentence(lines, problem):
    found = author.read(mail(*lines))

    assert (found.address, found.problem) == (None, problem)


def test_lookalike_letters_are_not_folded_into_ascii():
    kelvin, dotless = (
        author.read(mail("From: a@\u212aacme.example".encode())),
        author.read(mail("From: a@acm\u0131.example".encode())),
    )

    assert [kelvin.address, dotless.address] == ["a@\u212aacme.example", "a@acm\u0131.example"]


def test_a_from_field_in_the_body_is_no_author():
    raw = b"Subject: x\r\n\r\nFrom: a@acme.example\r\n"

    assert author.read(raw).problem == "The mail has no From field."
