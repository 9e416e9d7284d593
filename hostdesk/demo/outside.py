"""The world outside the desk: the mailboxes of everybody we write to, and the letters that come from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from hostdesk.demo.company import STRANGE_ADDRESS, Writer
from hostdesk.demo.pictures import MadeFile
from hostdesk.kit import numbers
from hostdesk.kit.addresses import domain_of
from hostdesk.ports.outcomes import PortRefused
from hostdesk.ports.smarthost import Letter


@dataclass(frozen=True)
class Received:
    """A mail of ours as it lies in somebody's mailbox."""

    subject: str
    message_id: str
    references: str
    reply_to: str
    text: str
    date: datetime


@dataclass
class Mailboxes:
    """A smart host that delivers into memory: the newest mail for each person and ticket.

    `full` holds addresses that take nothing more, as happens.
    """

    full: set[str] = field(default_factory=set)
    newest: dict[tuple[str, int], Received] = field(default_factory=dict)
    delivered: int = 0

    def send(self, letter: Letter) -> str:
        """Deliver, or refuse for a full mailbox."""
        if letter.recipient in self.full:
            raise PortRefused(f"552 5.2.2 <{letter.recipient}>: the mailbox is full")
        mail = BytesParser(policy=default).parsebytes(letter.message)
        self.delivered += 1
        body = mail.get_body(preferencelist=("plain",))
        for number in numbers.tags_in(str(mail["Subject"])):
            self.newest[letter.recipient, number] = Received(
                subject=str(mail["Subject"]),
                message_id=str(mail["Message-ID"]),
                references=str(mail["References"] or ""),
                reply_to=str(mail["Reply-To"] or ""),
                text=body.get_content() if body else "",
                date=mail["Date"].datetime,
            )
        return "250 2.0.0 taken"

    def close(self) -> None:
        """Nothing to end."""


@dataclass(frozen=True)
class Posted:
    """A letter on its way to us, with its envelope."""

    raw: bytes
    envelope_from: str
    recipient: str
    client_ip: str
    helo: str


@dataclass(frozen=True)
class Post:
    """Writes letters. `zone` is where everybody's clock stands, `support` our address."""

    zone: ZoneInfo
    support: str
    client_ip: str

    def from_contact(
        self,
        writer: Writer,
        *,
        subject: str,
        words: str,
        key: str,
        at: datetime,
        files: Sequence[MadeFile] = (),
        markup: str = "",
    ) -> Posted:
        """A new letter of a contact, as their program writes it; `key` makes its Message-ID."""
        letter = self._letter(writer.contact.person.name, writer.email, subject, key, at)
        letter["X-Mailer"] = writer.program
        letter.set_content(words)
        if markup:
            letter.add_alternative(markup, subtype="html")
        for file in files:
            main, _, sub = file.content_type.partition("/")
            letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)
        return self._posted(letter, writer.email)

    def reply(
        self,
        writer: Writer,
        received: Received,
        *,
        words: str,
        key: str,
        at: datetime,
        automatic: bool = False,
    ) -> Posted:
        """An answer to a mail of ours, with ours quoted below; an `automatic` one is marked and quotes nothing."""
        subject = f"Automatic reply: {received.subject}" if automatic else f"Re: {received.subject}"
        letter = self._letter(writer.contact.person.name, writer.email, subject, key, at)
        if received.reply_to:
            letter.replace_header("To", received.reply_to)
        letter["In-Reply-To"] = received.message_id
        letter["References"] = f"{received.references} {received.message_id}".strip()
        if automatic:
            letter["Auto-Submitted"] = "auto-replied"
            letter.set_content(words)
        else:
            letter["X-Mailer"] = writer.program
            letter.set_content(f"{words}\n\n{self._quoted(received)}")
        return self._posted(letter, writer.email, to=received.reply_to)

    def from_stranger(
        self, name: str, sender: str, *, subject: str, words: str, key: str, at: datetime, markup: str = ""
    ) -> Posted:
        """A letter from an address that no contact has."""
        letter = self._letter(name, sender, subject, key, at)
        letter.set_content(words)
        if markup:
            letter.add_alternative(markup, subtype="html")
        return self._posted(letter, sender, client_ip=STRANGE_ADDRESS)

    def forged(self, writer: Writer, *, subject: str, words: str, key: str, at: datetime) -> Posted:
        """A letter that only says it comes from a contact."""
        letter = self._letter(writer.contact.person.name, writer.email, subject, key, at)
        letter.set_content(words)
        return self._posted(letter, writer.email, client_ip=STRANGE_ADDRESS)

    def bounce(self, address: str, *, to: str, key: str, at: datetime) -> Posted:
        """What a mail server sends when it cannot deliver a mail of ours after all."""
        host = f"mx.{domain_of(address)}"
        daemon = f"MAILER-DAEMON@{host}"
        report = EmailMessage(policy=SMTP)
        report["From"] = f"Mail Delivery System <{daemon}>"
        report["To"] = to
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report["Date"] = format_datetime(at.astimezone(self.zone))
        report["Message-ID"] = f"<{key}@{host}>"
        report["Auto-Submitted"] = "auto-replied"
        report["MIME-Version"] = "1.0"
        report["Content-Type"] = f'multipart/report; report-type=delivery-status; boundary="={key}"'
        fault = "452 4.2.2 the mailbox is over its quota, delivery given up after 3 days"
        words = f"I could not deliver your message to <{address}>.\r\n\r\n{fault}\r\n"
        status = (
            f"Reporting-MTA: dns; {host}\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: failed\r\n"
            f"Status: 4.2.2\r\nDiagnostic-Code: smtp; {fault}\r\n"
        )
        parts = {"text/plain": words, "message/delivery-status": status}
        body = "".join(f"--={key}\r\nContent-Type: {kind}\r\n\r\n{part}" for kind, part in parts.items())
        raw = report.as_bytes().rstrip(b"\r\n") + f"\r\n\r\n{body}--={key}--\r\n".encode()
        return Posted(raw, "", to, STRANGE_ADDRESS, host)

    def _letter(self, name: str, sender: str, subject: str, key: str, at: datetime) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(name, addr_spec=sender)
        letter["To"] = self.support
        letter["Subject"] = subject
        letter["Date"] = format_datetime(at.astimezone(self.zone))
        letter["Message-ID"] = f"<{key}@{domain_of(sender)}>"
        return letter

    def _posted(self, letter: EmailMessage, sender: str, *, to: str = "", client_ip: str = "") -> Posted:
        helo = f"mail.{domain_of(sender)}"
        return Posted(letter.as_bytes(), sender, to or self.support, client_ip or self.client_ip, helo)

    def _quoted(self, received: Received) -> str:
        day = received.date.astimezone(self.zone)
        lines = "\n".join(f"> {line}".rstrip() for line in received.text.strip().splitlines())
        return f"On {day:%a, %d %b %Y at %H:%M}, {self.support} wrote:\n{lines}"
