"""The port to DNS: one question, one answer; an adapter for real servers and a twin that holds a zone in memory."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Literal, Protocol

RecordType = Literal["A", "AAAA", "MX", "TXT", "PTR"]
Record = str | bytes | tuple[int, str]
_LARGEST_PORT = 65535


class DnsDown(Exception):  # noqa: N818
    """No answer now: the same question may be answered later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Records of one name and type: addresses and names as str, TXT joined as bytes, MX as (preference, name).

    `exists` is false when the name itself does not exist (NXDOMAIN). `ttl` is in seconds.
    """

    records: tuple[Record, ...]
    exists: bool
    ttl: int = 300


class Resolver(Protocol):
    """Where names are looked up. Implementations may be used from several threads."""

    def lookup(self, name: str, kind: RecordType) -> Answer:
        """Answer for `name` (no final dot, A-labels); CNAMEs are followed. Raises DnsDown."""
        ...


class Hurried:
    """Another resolver with a limit on the time that all its questions together may take.

    A question that is under way is waited for; after the limit everything new is DnsDown at once.
    """

    def __init__(self, inner: Resolver, *, seconds: float) -> None:
        self._inner, self._left = inner, seconds

    def lookup(self, name: str, kind: RecordType) -> Answer:
        """Answer as the inner resolver does, while there is time."""
        if self._left <= 0:
            raise DnsDown(f"{kind} {name}: no time is left for this mail")
        start = time.monotonic()
        try:
            return self._inner.lookup(name, kind)
        finally:
            self._left -= time.monotonic() - start


class DnsResolver:
    """Asks real servers through dnspython and remembers answers for their time to live, within bounds.

    `server` is `host:port` or `host` of one resolver (`[addr]:port` for IPv6); None takes the system's.
    """

    LEAST_TTL, LONGEST_TTL, FAILURE_TTL, MOST_ENTRIES = 5, 3600, 10, 20_000

    def __init__(self, server: str | None = None, *, timeout: float = 3.0, lifetime: float = 6.0) -> None:
        import dns.resolver

        if server is None:
            self._resolver = dns.resolver.Resolver(configure=True)
        else:
            host, port = split_server(server)
            self._resolver = dns.resolver.Resolver(configure=False)
            self._resolver.nameservers = [_address_of(host)]
            self._resolver.port = port
        self._resolver.timeout, self._resolver.lifetime = timeout, lifetime
        self._remembered: dict[tuple[str, str], tuple[float, Answer | None]] = {}
        self._lock = threading.Lock()

    def lookup(self, name: str, kind: RecordType) -> Answer:
        """Answer from memory, else from the server."""
        key = (name.lower().rstrip("."), kind)
        known = self._remembered.get(key)
        if known is not None and known[0] > time.monotonic():
            if known[1] is None:
                raise DnsDown(f"{kind} {key[0]}")
            return known[1]
        try:
            answer = self._ask(*key)
        except DnsDown:
            self._remember(key, None, self.FAILURE_TTL)
            raise
        self._remember(key, answer, min(max(answer.ttl, self.LEAST_TTL), self.LONGEST_TTL))
        return answer

    def _remember(self, key: tuple[str, str], answer: Answer | None, seconds: int) -> None:
        with self._lock:
            if len(self._remembered) >= self.MOST_ENTRIES:
                now = time.monotonic()
                self._remembered = {k: v for k, v in self._remembered.items() if v[0] > now}
                if len(self._remembered) >= self.MOST_ENTRIES:
                    self._remembered.clear()
            self._remembered[key] = (time.monotonic() + seconds, answer)

    def _ask(self, name: str, kind: str) -> Answer:
        import dns.exception
        import dns.name
        import dns.resolver

        try:
            found = self._resolver.resolve(name + ".", kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as nothing:
            return Answer((), exists=False, ttl=_negative_ttl(nothing))
        except (
            dns.name.LabelTooLong,
            dns.name.NameTooLong,
            dns.name.EmptyLabel,
            dns.name.BadEscape,
            UnicodeError,
        ):
            return Answer((), exists=False)
        except (dns.exception.DNSException, OSError) as trouble:
            raise DnsDown(f"{kind} {name}: {type(trouble).__name__}") from trouble
        if found.rrset is None:
            return Answer((), exists=True, ttl=self.LEAST_TTL * 12)
        return Answer(tuple(_record(one, kind) for one in found.rrset), exists=True, ttl=int(found.rrset.ttl))


def split_server(server: str) -> tuple[str, int]:
    """`host:port`, `host`, `[v6]:port` or a bare IPv6 address as host and port (53 when unsaid). Raises ValueError."""
    if server.startswith("["):
        host, end, rest = server[1:].partition("]")
        if not end:
            raise ValueError("the bracket of an address is not closed")
        return host, int(rest.removeprefix(":") or 53)
    if server.count(":") > 1:
        return server, 53
    host, _, port = server.partition(":")
    if not host:
        raise ValueError("a name server needs a host")
    return host, int(port or 53)


def found_server(server: str) -> str:
    """A server as `split_server` reads it, as `address:port` with the address that its name has now.

    Raises ValueError for what is neither an address nor the name of a host that can be found.
    """
    host, port = split_server(server)
    if not 0 < port <= _LARGEST_PORT:
        raise ValueError(f"there is no port {port}")
    address = _address_of(host)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _address_of(host: str) -> str:
    import socket

    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])
    except (OSError, UnicodeError) as trouble:
        raise ValueError(f"the name server {host} has no address") from trouble


def _negative_ttl(nothing: object) -> int:
    """How long "no such name" holds, by the SOA in the answer (RFC 2308); a minute when it does not say."""
    for response in getattr(nothing, "kwargs", {}).get("responses", {}).values():
        for rrset in response.authority:
            if rrset.rdtype == 6:  # noqa: PLR2004  (SOA)
                return int(min(rrset.ttl, rrset[0].minimum))
    return 60


def _record(rdata: object, kind: str) -> Record:
    if kind == "TXT":
        return b"".join(rdata.strings)  # type: ignore[attr-defined]
    if kind == "MX":
        return (rdata.preference, rdata.exchange.to_text(True))  # type: ignore[attr-defined]
    if kind == "PTR":
        return str(rdata.target.to_text(True))  # type: ignore[attr-defined]
    return str(rdata.address)  # type: ignore[attr-defined]


class ZoneResolver:
    """A zone in memory: `{"example.com": [["TXT", "..."], ["MX", [10, "mx.example"]], ["*", "TIMEOUT"]]}`.

    Names in lower case without final dot; a value `TIMEOUT` is DNS that does not answer. `asked` counts questions.
    """

    MOST_CNAMES = 10

    def __init__(self, zone: dict[str, list[list[object]]]) -> None:
        self._zone = {name.lower().rstrip("."): records for name, records in zone.items()}
        self._parents = {name.split(".", n)[n] for name in self._zone for n in range(1, name.count(".") + 1)}
        self.asked = 0

    def lookup(self, name: str, kind: RecordType) -> Answer:
        """Answer from the zone."""
        self.asked += 1
        name = name.lower().rstrip(".")
        for _ in range(self.MOST_CNAMES):
            records = self._zone.get(name)
            if records is None:
                return Answer((), exists=name in self._parents)
            if any(value == "TIMEOUT" and said in (kind, "*") for said, value in records):
                raise DnsDown(f"{kind} {name}")
            values = [value for said, value in records if said == kind]
            target = next((str(value) for said, value in records if said == "CNAME"), None)
            if values or target is None:
                return Answer(tuple(_zone_record(value, kind) for value in values), exists=True)
            name = target.lower().rstrip(".")
        return Answer((), exists=True)


def _zone_record(value: object, kind: str) -> Record:
    if kind == "TXT":
        pieces = value if isinstance(value, list | tuple) else [value]
        return b"".join(_bytes(piece) for piece in pieces)
    if kind == "MX" and isinstance(value, list | tuple):
        return (int(value[0]), str(value[1]).rstrip("."))
    return str(value)


def _bytes(piece: object) -> bytes:
    if isinstance(piece, bytes):
        return piece
    text = str(piece)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
