"""What `hostdesk doctor` looks at on the way of inbound mail: scanners."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from hostdesk.config.findings import Finding
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
            yield Finding(name, "fault", f"{error.answer}; mails wait, and are then held for a person.")
        else:
            yield Finding(name, "ok", f"{version} looked into a harmless mail: {says}.")
