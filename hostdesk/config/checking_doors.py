"""What `hostdesk doctor` looks at on the way of inbound mail: mailboxes elsewhere, scanners."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from hostdesk.config.findings import Finding
from hostdesk.mail import queries
from hostdesk.mail.fetching.tokens import Key
from hostdesk.ports.imap import ImapFolder
from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.scanner import ClamAV, Rspamd, Scanner, Specimen


def scanners() -> Iterator[Finding]:
    """Each scanner that is set is given a harmless mail."""
    environment = settings.ENVIRONMENT
    chosen: list[tuple[str, Scanner]] = []
    if environment.clamav:
        chosen.append(("HOSTDESK_CLAMAV", ClamAV(environment.clamav)))
    if environment.rspamd:
        chosen.append(("HOSTDESK_RSPAMD", Rspamd(environment.rspamd)))
    for name, scanner in chosen:
        try:
            version = scanner.check()
            says = scanner.scan(
                Specimen(b"Subject: hostdesk doctor was here\r\n\r\nA harmless mail.\r\n")
            ).says
        except (PortDown, PortRefused) as error:
            yield Finding(
                name,
                "fault",
                f"{error.answer}; mails wait, are then held in the mailroom, and go on once it is back.",
            )
        else:
            yield Finding(name, "ok", f"{version} looked into a harmless mail: {says}.")


def relays() -> Iterator[Finding]:
    """Whether a mail server in front, which LMTP speaks of, is believed about whom it had the mail from."""
    if settings.ENVIRONMENT.lmtp and not settings.ENVIRONMENT.trusted_relays:
        sentence = (
            "HOSTDESK_TRUSTED_RELAYS is not set, so of mails that come by LMTP nothing is known of who brought them: SPF counts as none, "
            "and contacts whose domain relies on it are held as forged. Name the mail server in front."
        )
        yield Finding("LMTP", "warning", sentence)


def mailboxes(at: datetime) -> Iterator[Finding]:
    """Each mailbox that is fetched from is opened, and left as it was."""
    states = {state.name: state for state in queries.mailboxes(at=at)}
    for remote in settings.ENVIRONMENT.mailboxes:
        name = f"mailbox {remote.name}"
        try:
            folder = ImapFolder(Key(remote).access(), remote.folder)
            how = "IDLE" if folder.can_idle else f"asking every {remote.poll_seconds} s"
            waiting = len(folder.uids())
            folder.close()
        except (PortDown, PortRefused) as error:
            yield Finding(name, "fault", f"{error.answer}; nothing is fetched from it.")
            continue
        state = states[remote.name]
        if state.unread_since is not None:
            yield Finding(
                name,
                "fault",
                f"opens from here, but was not read since {state.unread_since:%H:%M} UTC ({state.trouble}).",
            )
        elif state.trouble:
            yield Finding(name, "warning", state.trouble)
        elif state.not_fetched:
            yield Finding(name, "warning", f"its server does not hand out {state.not_fetched} of its mails.")
        else:
            yield Finding(name, "ok", f"opens; {waiting} mails lie there; news by {how}.")
