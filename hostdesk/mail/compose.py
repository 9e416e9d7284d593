"""One outbound row as RFC 5322 bytes, and the rendering of the rooms' mail templates.

The same row gives the same bytes at every try: Message-ID, date and boundary come from the row, so that
a mail delivered twice is recognised as one by whoever receives it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from email import charset as charsets
from email import encoders
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from io import BytesIO

from django.template import Context, engines

from hostdesk.mail import cleaning, ours, reply_tokens
from hostdesk.mail.models import OutboundMail

OWN_MARK = "X-Hostdesk-Mail"
LONGEST_NAME = 120
_LONGEST_FILENAME = 150
_LINES = compat32.clone(linesep="\r\n", max_line_length=76)

# Quoted-printable keeps mails readable in their source and each line short; base64 text looks like spam.
_UTF8 = charsets.Charset("utf-8")
_UTF8.header_encoding = charsets.SHORTEST
_UTF8.body_encoding = charsets.QP


def render(folder: str, context: Mapping[str, object]) -> tuple[str, str, str]:
    """Subject, text and HTML of the mail in a template folder: `subject.txt`, `body.txt`, `body.html`.

    The two texts are not HTML: nothing in them is escaped.
    """
    engine = engines["django"].engine  # type: ignore[attr-defined]  # Django's own engine has one
    given = {"operator_name": ours.signature().removesuffix(" Support"), **context}

    def words(name: str, *, escaped: bool) -> str:
        return str(engine.get_template(f"{folder}/{name}").render(Context(given, autoescape=escaped)))

    subject = cleaning.one_line(words("subject.txt", escaped=False))
    return subject, words("body.txt", escaped=False).strip() + "\n", words("body.html", escaped=True)


def message_id(name: str) -> str:
    """A Message-ID on our domain; `name` makes it unique."""
    return f"<{name}@{ours.mail_domain()}>"


def extra_headers(
    *, automatic: bool, reply_to: str, in_reply_to: str, references: Sequence[str]
) -> dict[str, str]:
    """The headers that an outbound row keeps: threading, where answers go, and the marks of a machine.

    Ids from outside are taken only when well-formed. RFC 3834: an answer by a machine is `auto-replied`,
    a notice of its own accord `auto-generated`; what a person wrote carries neither.
    """
    answered = cleaning.message_ids(in_reply_to)[:1]
    thread = cleaning.message_ids(" ".join([*references, *answered]))
    headers = {}
    if reply_to:
        headers["Reply-To"] = cleaning.one_line(reply_to, longest=320)
    if answered:
        headers["In-Reply-To"] = answered[0]
    if thread:
        headers["References"] = cleaning.references(thread)
    if automatic:
        headers["Auto-Submitted"] = "auto-replied" if answered else "auto-generated"
        headers["X-Auto-Response-Suppress"] = "All"
    return headers


def as_bytes(mail: OutboundMail, *, read_file: Callable[[str], bytes]) -> bytes:
    """The whole mail, ready for DATA: CRLF line ends, ASCII only unless the recipient's own address is not.

    `read_file` gives the content of an attachment by its digest.
    """
    boundary = hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]
    body = _body(mail, boundary)
    message: Message = body
    if mail.files:
        del body["MIME-Version"]
        message = MIMEMultipart("mixed", boundary=f"=_m{boundary}")
        message.attach(body)
        for file in mail.files:
            message.attach(_attachment(file, read_file(file["digest"])))
    del message["MIME-Version"]
    for name, value in _headers(mail):
        message[name] = value  # type: ignore[assignment]  # compat32 takes a Header as it is
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=_LINES).flatten(message)
    return out.getvalue()


def _headers(mail: OutboundMail) -> list[tuple[str, str | Header]]:
    threading = mail.headers
    headers: list[tuple[str, str | Header]] = [
        ("From", _mailbox("From", ours.signature(), ours.support_address())),
        ("To", _mailbox("To", mail.to_name, mail.to_address)),
        ("Subject", _words("Subject", mail.subject)),
        ("Date", format_datetime(mail.queued_at)),
        ("Message-ID", mail.message_id),
    ]
    headers += [
        (
            name,
            Header(threading[name], "us-ascii", header_name=name)
            if name == "References"
            else threading[name],
        )
        for name in ("Reply-To", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress")
        if name in threading
    ]
    # By this we know it again, should a forwarder or another desk bring it back under new ids.
    headers.append((OWN_MARK, reply_tokens.mark_for(mail.pk)))
    return [*headers, ("MIME-Version", "1.0")]


def _words(name: str, text: str) -> str | Header:
    """Free text as a header value.

    Whatever looks like an encoded word is encoded once more: decoded by somebody, it must give these very
    characters and not a line break.
    """
    clean = cleaning.one_line(text)
    if clean.isascii() and "=?" not in clean:
        return Header(clean, "us-ascii", header_name=name)
    return Header(clean, _UTF8, header_name=name)


def _mailbox(header: str, name: str, address: str) -> str:
    """Exactly one mailbox: the name as quoted string or encoded words, the address in angle brackets."""
    clean = cleaning.one_line(name, longest=LONGEST_NAME)
    if not clean:
        return address
    if clean.isascii() and "=?" not in clean:
        quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>' if len(quoted) + len(address) > 60 else f'"{quoted}" <{address}>'  # noqa: PLR2004
    encoded = Header(clean, _UTF8, header_name=header, maxlinelen=70).encode(linesep="\r\n")
    return f"{encoded}\r\n <{address}>"


def _body(mail: OutboundMail, boundary: str) -> Message:
    text = _part(mail.text, "plain")
    if not mail.html:
        return text
    both = MIMEMultipart("alternative", boundary=f"=_a{boundary}")
    both.attach(text)
    both.attach(_part(mail.html, "html"))
    return both


def _part(text: str, subtype: str) -> MIMEText:
    part = MIMEText(text, subtype, _UTF8)  # type: ignore[arg-type]  # a Charset is what it makes of a name
    del part["MIME-Version"]
    return part


def _attachment(file: Mapping[str, str], content: bytes) -> MIMEBase:
    main, _, sub = file["content_type"].partition("/")
    if main in ("text", "message", "multipart") or not _is_token(main) or not _is_token(sub):
        # Text would be re-encoded on its way, and a mail inside a mail re-read: bytes stay bytes.
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(content)
    encoders.encode_base64(part)
    del part["MIME-Version"]
    filename = cleaning.one_line(
        file["filename"].replace("/", "_").replace("\\", "_"), longest=_LONGEST_FILENAME
    )
    charset_name = filename if filename.isascii() else ("utf-8", "", filename)
    part.add_header("Content-Disposition", "attachment", filename=charset_name or "file")
    return part


def _is_token(word: str) -> bool:
    return word.isascii() and 0 < len(word) <= 60 and all(char.isalnum() or char in ".+-_" for char in word)  # noqa: PLR2004
