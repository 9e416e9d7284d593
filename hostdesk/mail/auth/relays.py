"""What a named relay of ours says about a mail: the session it saw, and its Authentication-Results (RFC 8601).

Only fields above the first `Received` of anybody else count, because everything below may be forged (T07), also a
line with a relay's name in it: below the line in which a relay took the mail from outside, nothing is read. A relay
removes results under its own name that it did not write (RFC 8601, 5).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence

import msgspec

from hostdesk.mail.auth import canonical, results
from hostdesk.mail.auth.resolver import DnsDown, Resolver

_FROM = re.compile(r"\bfrom\s+(\S{1,255})(?:\s+\(([^()]{0,500})\))?", re.IGNORECASE)
_BY = re.compile(r"\bby\s+\[?([\w.:-]{1,255})", re.IGNORECASE)
_BRACKETED = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{3,45})\]", re.IGNORECASE)
_HELO = re.compile(r"\bhelo=\S*", re.IGNORECASE)
_ENVELOPE = re.compile(r"envelope-from\s+<?([^<>\s)]{0,320})>?", re.IGNORECASE)
_PRIVATE = tuple(
    ipaddress.ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)


class RelayWord(msgspec.Struct, frozen=True):
    """What one named relay tells. Fields are empty where it is silent.

    `dmarc_domain` is the author's domain that the relay's `dmarc` result is about.
    """

    relay: str
    client_ip: str | None = None
    helo: str = ""
    envelope_from: str | None = None
    dmarc: str = ""
    dmarc_domain: str = ""


def word_of(
    raw: bytes, *, client_ip: str | None, relays: Sequence[str], resolver: Resolver
) -> RelayWord | None:
    """The word of a named relay, or None when the mail did not come through one.

    With a `client_ip` that is not a relay's nothing in the header is believed. `relays` are host names or addresses.
    """
    if not relays:
        return None
    names = {one.lower().rstrip(".") for one in relays}
    if client_ip and not _is_relay(client_ip, names, resolver):
        return None
    return _read(
        trace_fields(raw),
        names,
        trusted_client=bool(client_ip),
        is_inside=lambda one: _is_at_home(one) or _is_relay(one, names, resolver),
    )


def _is_at_home(client_ip: str) -> bool:
    """Whether an address that a relay of ours wrote down is one of a private network, where mail moves within the house."""
    address = ipaddress.ip_address(client_ip)
    return address.is_loopback or any(
        address.version == network.version and address in network for network in _PRIVATE
    )


def _is_relay(client_ip: str, names: set[str], resolver: Resolver) -> bool:
    try:
        address = ipaddress.ip_address(client_ip)
    except ValueError:
        return False
    for name in names:
        try:
            if address in ipaddress.ip_network(name, strict=False):
                return True
            continue
        except ValueError:
            pass
        kind = "A" if address.version == 4 else "AAAA"  # noqa: PLR2004
        try:
            if any(str(one) == str(address) for one in resolver.lookup(name, kind).records):  # type: ignore[arg-type]
                return True
        except DnsDown:
            continue
    return False


def trace_fields(raw: bytes) -> list[tuple[str, str]]:
    """Header fields in order, unfolded, as far down as trace fields are looked at."""
    text = re.sub(r"\r?\n[ \t]+", " ", canonical.head_of(raw)[:100_000].decode("latin-1"))
    out = []
    for line in re.split(r"\r?\n", text):
        name, colon, value = line.partition(":")
        if colon:
            out.append((name.strip().lower(), value.strip()[:4000]))
    return out


def _read(
    fields: list[tuple[str, str]], names: set[str], *, trusted_client: bool, is_inside: Callable[[str], bool]
) -> RelayWord | None:
    received: list[str] = []
    written: list[tuple[str, list[results.Result]]] = []
    for name, value in fields:
        if name == "received":
            if received and not _came_from_inside(received[-1], is_inside):
                break
            if not _is_by(value, names, trusted_client=trusted_client and not received):
                break
            received.append(value)
        elif name == "authentication-results":
            written.append(results.read(value))
    if not received:
        return None
    # A relay that is named by its address signs its results with the name that its own Received line gives.
    names = names | {by[1].lower().rstrip(".") for line in received if (by := _BY.search(line))}
    said = [found for server, found in written if server in names]
    # The lowest of the relays' own lines tells who handed the mail to the house.
    session = received[-1]
    host, client_ip = _client(session)
    envelope = _ENVELOPE.search(session)
    path = next((value.strip("<> ") for name, value in fields if name == "return-path"), None)
    dmarc, domain = _dmarc(said)
    by = _BY.search(session)
    return RelayWord(
        relay=by[1].lower() if by else "",
        client_ip=client_ip,
        helo=host,
        envelope_from=envelope[1] if envelope else path,
        dmarc=dmarc,
        dmarc_domain=domain,
    )


def _is_by(received: str, names: set[str], *, trusted_client: bool) -> bool:
    """Whether a relay of ours wrote this line; the topmost one of a trusted client always is its own."""
    by = _BY.search(received)
    return trusted_client or (by is not None and _is_named(by[1].lower().rstrip("."), names))


def _is_named(host: str, names: set[str]) -> bool:
    """Whether a host or address is among the relays; `*.example.com` stands for all names below it."""
    if host in names or any(one.startswith("*.") and host.endswith(one[1:]) for one in names):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(
        address in network
        for one in names
        if (network := _network(one)) and network.version == address.version
    )


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None


def _came_from_inside(received: str, is_inside: Callable[[str], bool]) -> bool:
    """Whether a relay's line tells of a step within the house: it names no client at all, or one of ours."""
    if not received.lower().startswith("from "):
        return True
    client_ip = _client(received)[1]
    return client_ip is not None and is_inside(client_ip)


def _client(received: str) -> tuple[str, str | None]:
    """What the client of a line called itself, and its address as the relay saw it.

    Postfix writes `from HELO (name [address])`, Exim `from [address] (helo=HELO)`: what the client said of itself
    may look like an address too, and is never taken for it.
    """
    found = _FROM.search(received)
    if found is None:
        return "", None
    seen = _HELO.sub("", found[2] or "").strip()
    called = found[1].strip("[]")
    for one in [*_BRACKETED.findall(seen), *re.split(r"[\s@,;]+", seen)]:
        if address := _ip(one):
            return called, address
    return called, None if "[" in seen else _ip(called)


def _ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _dmarc(said: list[list[results.Result]]) -> tuple[str, str]:
    """The topmost DMARC result and the domain it is about; two in one field contradict each other and count as none."""
    for one in said:
        found = [result for result in one if result.method == "dmarc"]
        if len(found) == 1:
            about = found[0].properties.get("header.from", "").rpartition("@")[2].rstrip(".")
            return found[0].result, about
        if found:
            break
    return "", ""
