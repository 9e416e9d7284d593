"""What a named relay of ours says about a mail: the session it saw, and its Authentication-Results (RFC 8601).

Only fields above the first `Received` of anybody else count, because everything below may be forged (T07); a relay
removes results under its own name that it did not write (RFC 8601, 5).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

import msgspec

from hostdesk.mail.auth.resolver import DnsDown, Resolver

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FROM = re.compile(r"\bfrom\s+(\S{1,255})(?:\s+\(([^()]{0,500})\))?", re.IGNORECASE)
_BY = re.compile(r"\bby\s+\[?([\w.:-]{1,255})", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\[(?:IPv6:)?([0-9A-Fa-f.:]{3,45})\]|(?:^|[\s@(])((?:\d{1,3}\.){3}\d{1,3})(?=[\s)]|$)", re.IGNORECASE
)
_ENVELOPE = re.compile(r"envelope-from\s+<?([^<>\s)]{0,320})>?", re.IGNORECASE)
_METHOD = re.compile(r"\A\s*(spf|dkim|dmarc)\s*=\s*([a-z]{3,12})\b", re.IGNORECASE)
_HEADER_FROM = re.compile(r"\bheader\.from\s*=\s*\"?(?:[^\s\";@]{1,64}@)?([\w.-]{1,253})", re.IGNORECASE)


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
    return _read(_fields(raw), names, trusted_client=bool(client_ip))


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


def _fields(raw: bytes) -> list[tuple[str, str]]:
    """Header fields in order, unfolded, as far down as trace fields are looked at."""
    end = _HEADER_END.search(raw)
    block = raw[: end.start()] if end else raw
    text = re.sub(r"\r?\n[ \t]+", " ", block[:100_000].decode("latin-1"))
    out = []
    for line in re.split(r"\r?\n", text):
        name, colon, value = line.partition(":")
        if colon:
            out.append((name.strip().lower(), value.strip()[:4000]))
    return out


def _read(fields: list[tuple[str, str]], names: set[str], *, trusted_client: bool) -> RelayWord | None:
    received: list[str] = []
    results: list[str] = []
    for name, value in fields:
        if name == "received":
            if not _is_by(value, names, trusted_client=trusted_client and not received):
                break
            received.append(value)
        elif name == "authentication-results":
            results.append(value)
    if not received:
        return None
    # A relay that is named by its address signs its results with the name that its own Received line gives.
    names = names | {by[1].lower().rstrip(".") for line in received if (by := _BY.search(line))}
    results = [value for value in results if _server_of(value) in names]
    # The lowest of the relays' own lines tells who handed the mail to the house.
    session = received[-1]
    host, client_ip = _client(session)
    envelope = _ENVELOPE.search(session)
    path = next((value.strip("<> ") for name, value in fields if name == "return-path"), None)
    dmarc, domain = _dmarc(results)
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
    return trusted_client or (by is not None and by[1].lower().rstrip(".") in names)


def _client(received: str) -> tuple[str, str | None]:
    found = _FROM.search(received)
    if found is None:
        return "", None
    for one in _ADDRESS.finditer(found[2] or found[1]):
        try:
            return found[1].strip("[]"), str(ipaddress.ip_address(one[1] or one[2]))
        except ValueError:
            continue
    return found[1].strip("[]"), None


def _server_of(results: str) -> str:
    return re.split(r"[\s;]", results.strip(), maxsplit=1)[0].lower().rstrip(".")


def _dmarc(results: list[str]) -> tuple[str, str]:
    """The topmost DMARC result and the domain it is about."""
    for result in results:
        for piece in result.split(";")[1:]:
            found = _METHOD.match(piece)
            if found and found[1].lower() == "dmarc":
                about = _HEADER_FROM.search(piece)
                return found[2].lower(), about[1].lower().rstrip(".") if about else ""
    return "", ""
