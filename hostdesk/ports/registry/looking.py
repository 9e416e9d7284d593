"""Looking a domain up: RDAP through IANA's list of servers, over HTTPS; WHOIS through IANA's referral where that fails."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from hostdesk.ports.outcomes import PortDown, PortRefused
from hostdesk.ports.registry import reading
from hostdesk.ports.registry.fetching import Reach, all_of, connected, fetch
from hostdesk.ports.registry.reading import Registration

IANA_LIST = "https://data.iana.org/rdap/dns.json"
IANA_WHOIS = "whois.iana.org:43"
_LIST_LIVES_SECONDS = 86_400.0
_ACCEPT = "application/rdap+json, application/json"
_RDAP_TYPES = ("application/rdap+json", "application/json")
_WHOIS_PORT = 43
_MOST_REFERRALS = 3


@dataclass(frozen=True)
class Record:
    """One answer as it came: by which way, from where, its bytes and their SHA-256, and what it says."""

    via: Literal["rdap", "whois"]
    source: str
    body: bytes
    registration: Registration

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes, by which they are known again."""
        return sha256(self.body).hexdigest()


@dataclass
class Registry:
    """Where registration data is looked up; may be used from several threads. Keeps IANA's list for a day."""

    reach: Reach
    bootstrap: str = IANA_LIST
    whois: str = IANA_WHOIS
    _list: dict[str, list[str]] = field(default_factory=dict)
    _list_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look_up(self, domain: str, *, at: datetime) -> list[Record]:
        """All answers about a registrable domain (A-labels), the registry's first.

        RDAP, and WHOIS only when RDAP told nothing. Raises `PortDown` or `PortRefused` when neither did.
        """
        try:
            return self._rdap(domain, at)
        except (PortDown, PortRefused) as error:
            first = error
        try:
            return self._whois(domain, at)
        except (PortDown, PortRefused) as second:
            kind = PortDown if PortDown in (type(first), type(second)) else PortRefused
            raise kind(f"RDAP: {first.answer} WHOIS: {second.answer}") from second

    def endings(self) -> int:
        """How many endings the list of RDAP servers has. Raises `PortDown` and `PortRefused`."""
        return len(self._listed())

    def whois_name(self) -> str:
        """The first WHOIS server, when it tells of an ending. Raises `PortDown` and `PortRefused`."""
        if not self._ask_whois(self.whois, "com").strip():
            raise PortRefused("It says nothing.")
        return self.whois

    def _rdap(self, domain: str, at: datetime) -> list[Record]:
        servers = self._servers(domain)
        if not servers:
            raise PortRefused("IANA lists no server for this ending.")
        record = self._ask_rdap(f"{servers[0].rstrip('/')}/domain/{domain}", domain, at)
        further = reading.related(record.body)
        if not further:
            return [record]
        try:
            return [record, self._ask_rdap(further, domain, at)]
        except (PortDown, PortRefused):
            return [record]

    def _ask_rdap(self, url: str, domain: str, at: datetime) -> Record:
        got = fetch(url, reach=self.reach, accept=_ACCEPT)
        if got.status == 404:  # noqa: PLR2004
            raise PortRefused("There is no such domain.")
        if got.status != 200:  # noqa: PLR2004
            raise PortDown(f"The server answered {got.status}.")
        if got.content_type not in _RDAP_TYPES:
            raise PortRefused(f"The answer is {got.content_type} and not RDAP.")
        return Record("rdap", got.url, got.body, reading.from_rdap(got.body, domain=domain, at=at))

    def _servers(self, domain: str) -> list[str]:
        """The RDAP servers of the longest ending that IANA lists, those by HTTPS, or of this machine where it is named."""
        known = self._listed()
        labels = domain.split(".")
        for start in range(1, len(labels)):
            found = known.get(".".join(labels[start:]))
            if found:
                return found
        return []

    def _listed(self) -> dict[str, list[str]]:
        with self._lock:
            if self._list_until > time.monotonic():
                return self._list
            try:
                self._list = self._fetched_list()
                self._list_until = time.monotonic() + _LIST_LIVES_SECONDS
            except (PortDown, PortRefused):
                if not self._list:
                    raise
                # Yesterday's list is better than none: endings rarely move.
            return self._list

    def _fetched_list(self) -> dict[str, list[str]]:
        got = fetch(self.bootstrap, reach=self.reach, accept="application/json")
        if got.status != 200:  # noqa: PLR2004
            raise PortDown(f"IANA's list: the server answered {got.status}.")
        return _services(got.body, self._may_be_asked)

    def _may_be_asked(self, url: str) -> bool:
        return url.startswith("https://") or any(
            url.startswith(f"http://{ours}/") for ours in self.reach.ours
        )

    def _whois(self, domain: str, at: datetime) -> list[Record]:
        asked, server, found = set(), self.whois, []
        for _ in range(_MOST_REFERRALS):
            if server in asked:
                break
            asked.add(server)
            body = self._ask_whois(server, domain)
            text = body.decode("utf-8", errors="replace")
            if len(asked) > 1:
                try:
                    read = reading.from_whois(text, domain=domain, at=at)
                    found.append(Record("whois", f"whois://{server}", body, read))
                except PortRefused:
                    if not found:
                        raise
                    break
            leads_to = reading.referral(text)
            if not leads_to:
                break
            server = leads_to if ":" in leads_to else f"{leads_to}:{_WHOIS_PORT}"
        if not found:
            raise PortRefused("No server tells of this domain.")
        return found

    def _ask_whois(self, server: str, domain: str) -> bytes:
        host, _, port = server.rpartition(":")
        if server not in self.reach.ours and port != str(_WHOIS_PORT):
            raise PortRefused("It refers to a port that is not WHOIS's.")
        deadline = time.monotonic() + self.reach.seconds
        with connected(host, int(port), reach=self.reach, deadline=deadline) as line:
            line.sendall(f"{domain}\r\n".encode("ascii"))
            return all_of(line)


def _services(body: bytes, may_be_asked: Callable[[str], bool]) -> dict[str, list[str]]:
    """IANA's list (RFC 9224) by ending; entries that make no sense are left out."""
    try:
        told = json.loads(body)
        services = [(list(one[0]), list(one[1])) for one in told["services"]]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise PortRefused("IANA's list is not what it should be.") from error
    return {
        str(ending).lower(): [str(url) for url in urls if may_be_asked(str(url))]
        for endings, urls in services
        for ending in endings
    }
