"""What `hostdesk doctor` looks at: every setting and everything outside, each with what to do when it fails."""

from __future__ import annotations

import errno
import shutil
import smtplib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from hostdesk.config import checking_desk, checking_doors, checking_panels, checking_registry
from hostdesk.config.findings import Finding
from hostdesk.config.misspelt import misspelt
from hostdesk.jobs import beats
from hostdesk.jobs.models import Heartbeat, Part
from hostdesk.jobs.tables import first_line, missing_migrations, unknown_migrations
from hostdesk.kit.refusals import Misconfigured
from hostdesk.mail import ours
from hostdesk.mail.auth.resolver import DnsDown, DnsResolver
from hostdesk.policy.queries import newest
from hostdesk.ports import files, smarthost
from hostdesk.ports.outcomes import PortDown

_LITTLE_ROOM = 1_000_000_000
_NO_ROOM = 100_000_000
_SECONDS = 5.0
_CLOCK_OFF = timedelta(seconds=30)
_SMTP_PORT = 25


def look_at_everything(*, at: datetime) -> Iterator[Finding]:
    """All findings, one by one, as they are made; the network is asked, nothing is sent."""
    yield from _names()
    yield from _data_folder()
    yield from _secret_key()
    database_works = True
    for finding in _database():
        database_works = database_works and finding.verdict != "fault"
        yield finding
    checks: list[Callable[[], Iterator[Finding]]] = [
        _address_of_the_desk,
        _storage,
        _dns,
        _smart_host,
        checking_doors.relays,
        checking_doors.scanners,
        checking_registry.registries,
    ]
    if database_works:
        checks += [
            _policy,
            checking_desk.staff,
            lambda: checking_desk.shifts(at),
            _mail_address,
            lambda: _clock(at),
            lambda: _parts(at),
            checking_desk.outbound,
            lambda: checking_desk.automatic_mail(at),
            checking_panels.control_panels,
        ]
        checks.append(lambda: checking_doors.mailboxes(at))
    for check in checks:
        yield from check()


def _names() -> Iterator[Finding]:
    for sentence in misspelt():
        yield Finding("settings", "warning", sentence)


def _data_folder() -> Iterator[Finding]:
    data = Path(settings.DATA)
    if not data.is_dir():
        yield Finding(
            "data folder",
            "fault",
            f"{data} does not exist; start 'hostdesk serve' once or set HOSTDESK_DATA.",
        )
        return
    trial = data / ".doctor"
    try:
        trial.write_bytes(b"x" * 4096)
        trial.unlink()
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        what_to_do = "make room, then work goes on by itself" if full else "give this user the right"
        yield Finding("data folder", "fault", f"{data} cannot be written ({error.strerror}); {what_to_do}.")
        return
    free = shutil.disk_usage(data).free
    said = f"{data}, {free / 1e9:.1f} GB free"
    if free < _NO_ROOM:
        yield Finding("data folder", "fault", f"{said}: make room, mails are turned away when it is full.")
    elif free < _LITTLE_ROOM:
        yield Finding("data folder", "warning", f"{said}: make room soon.")
    else:
        yield Finding("data folder", "ok", f"{said}.")


def _secret_key() -> Iterator[Finding]:
    if settings.ENVIRONMENT.secret_key:
        yield Finding("secret key", "ok", "HOSTDESK_SECRET_KEY is set.")
    elif (Path(settings.DATA) / "secret-key").is_file():
        sentence = "kept in the data folder"
        if connection.vendor == "postgresql":
            sentence += "; with several machines set the same HOSTDESK_SECRET_KEY on each"
        yield Finding("secret key", "ok", f"{sentence}.")
    else:
        yield Finding(
            "secret key", "fault", "there is none; start 'hostdesk serve' once or set HOSTDESK_SECRET_KEY."
        )


def _database() -> Iterator[Finding]:
    kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite in the data folder"
    try:
        missing, unknown = missing_migrations(), unknown_migrations()
    except DatabaseError as error:
        yield Finding("database", "fault", f"{kind} does not answer ({first_line(error)}); see DATABASE_URL.")
        return
    yield Finding("database", "ok", f"{kind} answers.")
    if missing:
        yield Finding("tables", "fault", f"{len(missing)} changes are missing; start 'hostdesk serve' once.")
    elif unknown:
        yield Finding("tables", "warning", "prepared by a newer hostdesk; bring this machine up to date.")
    else:
        yield Finding("tables", "ok", "up to date.")


def _address_of_the_desk() -> Iterator[Finding]:
    url = str(settings.HOSTDESK_URL)
    host = url.partition("://")[2].rpartition(":")[0] or url.partition("://")[2]
    if host in ("127.0.0.1", "localhost", "[::1]"):
        yield Finding(
            "address", "warning", f"{url}: only this machine can open links in mails; set HOSTDESK_URL."
        )
    elif url.startswith("http://"):
        yield Finding(
            "address",
            "warning",
            f"{url} is not encrypted; put TLS in front and set an https:// HOSTDESK_URL.",
        )
    else:
        yield Finding("address", "ok", url)


def _storage() -> Iterator[Finding]:
    if not Path(settings.DATA).is_dir():
        return
    try:
        digest = files.put(b"hostdesk doctor was here\n")
        files.read(digest)
    except PortDown as error:
        yield Finding("attachments", "fault", f"{error.answer}; see HOSTDESK_ATTACHMENTS_URL.")
    else:
        where = (
            "S3-compatible storage"
            if settings.ENVIRONMENT.attachments_url.startswith("s3")
            else "the data folder"
        )
        yield Finding("attachments", "ok", f"written to and read from {where}.")


def _resolver() -> DnsResolver:
    return DnsResolver(settings.ENVIRONMENT.dns or None)


def _dns() -> Iterator[Finding]:
    began = datetime.now(UTC)
    try:
        _resolver().lookup("example.com", "A")
    except (DnsDown, OSError, ValueError) as error:
        why = f"does not answer ({error}); senders cannot be judged. Set HOSTDESK_DNS."
        yield Finding("DNS", "fault", why)
    else:
        took = (datetime.now(UTC) - began).total_seconds() * 1000
        yield Finding("DNS", "ok", f"answers in {took:.0f} ms.")


def _smart_host() -> Iterator[Finding]:
    host = smarthost.in_use()
    if host is None:
        yield Finding(
            "SMTP_URL", "warning", "is not set: mail waits and can be read in the mailroom, nothing leaves."
        )
        return
    if not isinstance(host, smarthost.SmtpSmarthost):
        yield Finding("SMTP_URL", "warning", "is a twin for development: nothing leaves.")
        return
    try:
        name = host.check()
    except PortDown as error:
        yield Finding("SMTP_URL", "fault", f"the smart host cannot be used: {error.answer}.")
    else:
        took = "the connection and the sign-in" if host.signs_in else "the connection"
        yield Finding("SMTP_URL", "ok", f"{name or 'the smart host'} took {took}.")


def _policy() -> Iterator[Finding]:
    try:
        versions = newest()
        operator = ours.signature()
    except Misconfigured as error:
        yield Finding("policy", "fault", f"{error}.")
        return
    if not versions:
        yield Finding("policy", "fault", "none is published; run 'hostdesk policy publish'.")
        return
    yield Finding(
        "policy", "ok", f"{', '.join(version.label for version in versions)} in force, signed {operator}."
    )
    if not settings.ENVIRONMENT.policy.is_dir():
        yield Finding(
            "policy folder", "fault", f"{settings.ENVIRONMENT.policy} is gone; see HOSTDESK_POLICY."
        )


def _mail_address() -> Iterator[Finding]:
    """The way of a customer's mail: MX records of our domain, and whether port 25 answers there."""
    domain = ours.mail_domain()
    try:
        answer = _resolver().lookup(domain, "MX")
    except (DnsDown, OSError, ValueError) as error:
        yield Finding("mail domain", "warning", f"the MX of {domain} could not be looked up ({error}).")
        return
    hosts = [record[1].rstrip(".") for record in sorted(answer.records) if isinstance(record, tuple)]
    if not hosts:
        yield Finding(
            "mail domain", "fault", f"{domain} has no MX record: no mail arrives. Point one at the mail door."
        )
        return
    yield Finding("mail domain", "ok", f"mail for {domain} goes to {', '.join(hosts)}.")
    yield from _port_25(hosts[0])


def _port_25(host: str) -> Iterator[Finding]:
    try:
        with smtplib.SMTP(host, _SMTP_PORT, timeout=_SECONDS) as line:
            line.ehlo()
    except (OSError, smtplib.SMTPException) as error:
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        why = f"{host} does not answer on port 25 from here ({said})"
        yield Finding(
            "port 25", "warning", f"{why}; open it, or put your mail server's LMTP or pipe in front."
        )
    else:
        yield Finding("port 25", "ok", f"{host} answers.")


def _parts(at: datetime) -> Iterator[Finding]:
    living = beats.living_parts(at=at)
    for row in beats.silent(at=at):
        since = f"{row.seen_at:%Y-%m-%d %H:%M} UTC"
        yield Finding(
            "parts", "warning", f"the {row.get_part_display().lower()} on {row.host} is silent since {since}."
        )
    missing = [part.label.lower() for part in Part if part not in living]
    if len(missing) == len(Part):
        yield Finding("parts", "warning", "nothing runs; start 'hostdesk serve'.")
    elif missing:
        yield Finding(
            "parts", "fault", f"not running: {', '.join(missing)}; start 'hostdesk serve' or the part alone."
        )
    else:
        yield Finding("parts", "ok", "web, mail door, worker and monitor give signs of life.")


def _clock(at: datetime) -> Iterator[Finding]:
    """Our clock against the database's, or (SQLite) against what was written last: time must not run back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            off = abs(cursor.fetchone()[0] - at)
    else:
        newest_beat = Heartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
        off = max((newest_beat or at) - at, timedelta(0))
    if off > _CLOCK_OFF:
        sentence = f"is {off.total_seconds():.0f} s away from the others'; keep it right with NTP, deadlines hang on it."
        yield Finding("clock", "fault", sentence)
    else:
        yield Finding("clock", "ok", f"{at:%Y-%m-%d %H:%M:%S} UTC, shown in {settings.TIME_ZONE}.")
