"""What a recovery looks at outside: the registry of a domain, and the proof that its owner places in DNS or on its web."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings

from hostdesk.mail.auth.domains import registrable
from hostdesk.mail.auth.resolver import DnsDown, DnsResolver, Resolver
from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.registry.fetching import Reach, fetch
from hostdesk.ports.registry.looking import IANA_LIST, IANA_WHOIS, Record, Registry
from hostdesk.requests.recovery import DNS_LABEL, FILE_PATH

_LONGEST_FILE = 10_000


@dataclass(frozen=True)
class Outside:
    """The ways out, each made from the settings, or by a test. `resolver` makes one that remembers nothing of yesterday."""

    registry: Registry
    resolver: Callable[[], Resolver]
    reach: Reach

    def look_up(self, domain: str, *, at: datetime) -> list[Record]:
        """What registries answer about the registrable domain above a name. Raises `PortDown` and `PortRefused`."""
        return self.registry.look_up(registrable(domain) or domain, at=at)

    def proof_of(self, domain: str, token: str) -> Literal["dns", "file", ""]:
        """Where the token can be seen now: in a TXT record, in a file of the web site, or nowhere."""
        if self._in_dns(domain, token):
            return "dns"
        return "file" if any(self._in_file(scheme, domain, token) for scheme in ("https", "http")) else ""

    def _in_dns(self, domain: str, token: str) -> bool:
        try:
            found = self.resolver().lookup(f"{DNS_LABEL}.{domain}", "TXT").records
        except DnsDown:
            return False
        return any(record.strip() == token.encode() for record in found if isinstance(record, bytes))

    def _in_file(self, scheme: str, domain: str, token: str) -> bool:
        try:
            got = fetch(
                f"{scheme}://{domain}{FILE_PATH}",
                reach=self.reach,
                accept="text/plain",
                schemes=("https", "http"),
                within=domain,
                longest=_LONGEST_FILE,
            )
        except (PortDown, PortRefused):
            return False
        return got.status == 200 and got.body.strip() == token.encode()  # noqa: PLR2004


def outside() -> Outside:
    """The ways out of this installation; one memory of IANA's list a process."""
    global _outside  # noqa: PLW0603
    with _lock:
        if _outside is None:
            _outside = _made()
        return _outside


def _made() -> Outside:
    environment = settings.ENVIRONMENT
    bootstrap, whois = environment.rdap_list or IANA_LIST, environment.whois or IANA_WHOIS

    def resolver() -> Resolver:
        return DnsResolver(environment.dns or None)

    reach = Reach(resolve=lambda host: _addresses(host, resolver()), ours=_ours(bootstrap, whois))
    return Outside(Registry(reach, bootstrap=bootstrap, whois=whois), resolver, reach)


def _ours(bootstrap: str, whois: str) -> frozenset[str]:
    """Servers of this machine that the settings name; only they are asked inwards."""
    parts = urlsplit(bootstrap)
    named = {f"{parts.hostname}:{parts.port}", whois}
    return frozenset(one for one in named if one.startswith("127."))


def _addresses(host: str, resolver: Resolver) -> list[str]:
    try:
        answers = [resolver.lookup(host, "A"), resolver.lookup(host, "AAAA")]
    except DnsDown as error:
        raise PortDown(f"{host} cannot be looked up now.") from error
    return [record for answer in answers for record in answer.records if isinstance(record, str)]


_lock = threading.Lock()
_outside: Outside | None = None
