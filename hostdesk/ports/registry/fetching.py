"""Fetching from addresses that strangers may have named: outwards only, small, soon over, few redirects.

A name is looked up once, every address that it has is judged, and the connection goes to an address that was judged, so that
no second look-up can lead inwards. `Reach` says how names are looked up and which servers of this machine may be asked.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

from hostdesk.ports.outcomes import PortDown, PortRefused

LONGEST_ANSWER = 1_000_000
MOST_REDIRECTS = 3
SECONDS = 15.0
_SECONDS_TO_CONNECT = 5.0
_CHUNK = 2**16
_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


@dataclass(frozen=True)
class Reach:
    """How far a fetch may go.

    `resolve` gives all addresses of a host name and raises `PortDown`. `ours` lists `host:port` of servers on this machine
    that a setting names; all other addresses must be public ones. `instead` sends what is meant for a port of a public
    name to a server on this machine, for tests. `seconds` is the time for one fetch with all its redirects.
    """

    resolve: Callable[[str], list[str]]
    ours: frozenset[str] = frozenset()
    instead: Mapping[str, str] = field(default_factory=dict)
    seconds: float = SECONDS


@dataclass(frozen=True)
class Fetched:
    """What came: the address that answered in the end, and its answer."""

    url: str
    status: int
    content_type: str
    body: bytes


def fetch(
    url: str,
    *,
    reach: Reach,
    accept: str,
    schemes: tuple[str, ...] = ("https",),
    within: str = "",
    longest: int = LONGEST_ANSWER,
) -> Fetched:
    """Get one address. `within` names a domain that redirects may not leave; "" lets them go to any public host.

    Raises `PortDown` (silence, time over, a broken line) and `PortRefused` (leads inwards, too long, too many redirects,
    another scheme).
    """
    deadline = time.monotonic() + reach.seconds
    for _ in range(MOST_REDIRECTS + 1):
        answer, leads_to = _once(
            url, reach=reach, accept=accept, schemes=schemes, longest=longest, deadline=deadline
        )
        if leads_to is None:
            return answer
        url = urljoin(url, leads_to)
        if within and not _lies_within(urlsplit(url).hostname or "", within):
            raise PortRefused("It redirects to another domain.")
    raise PortRefused(f"It redirects more than {MOST_REDIRECTS} times.")


def public_addresses(host: str, reach: Reach) -> list[str]:
    """The addresses of a host, all of them public. Raises `PortRefused` when there is none, or one that leads inwards."""
    found = [host] if _is_address(host) else reach.resolve(host)
    if not found:
        raise PortRefused(f"{host} has no address.")
    if not all(is_public(address) for address in found):
        raise PortRefused(f"{host} leads to an address inside a network.")
    return found


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet; also looks at IPv4 addresses that hide in IPv6 ones."""
    try:
        one = ip_address(address)
    except ValueError:
        return False
    if isinstance(one, IPv6Address):
        if one in _NAT64_LOCAL:
            return False
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else None)
        if inner is None and one in _NAT64:
            inner = IPv4Address(int(one) & 0xFFFFFFFF)
        if inner is not None and not is_public(str(inner)):
            return False
    return one.is_global and not one.is_multicast and not one.is_reserved


@contextmanager
def connected(host: str, port: int, *, reach: Reach, deadline: float) -> Iterator[socket.socket]:
    """A line to a public host, or to a server that `reach` names; cut when the time is over, whatever it does."""
    wanted = f"{host}:{port}"
    wanted = reach.instead.get(wanted, wanted)
    if wanted in reach.ours:
        ours, _, number = wanted.rpartition(":")
        targets = [(ours, int(number))]
    else:
        targets = [(address, port) for address in public_addresses(host, reach)]
    line = _first_open(targets, deadline)
    with line, _cut_at(line, deadline):
        yield line


def all_of(line: socket.socket, *, longest: int = LONGEST_ANSWER) -> bytes:
    """Everything until the other side closes. Raises `PortRefused` when it is too long."""
    found = b""
    while piece := line.recv(_CHUNK):
        found += piece
        if len(found) > longest:
            raise PortRefused(f"The answer is longer than {longest} bytes.")
    return found


def _first_open(targets: list[tuple[str, int]], deadline: float) -> socket.socket:
    trouble = "no time is left"
    for target in targets:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection(target, timeout=min(left, _SECONDS_TO_CONNECT))
        except OSError as error:
            trouble = str(error)
    raise PortDown(f"No connection: {trouble}.")


@contextmanager
def _cut_at(line: socket.socket, deadline: float) -> Iterator[None]:
    """Cut the line at the deadline: a server that sends a byte now and then would otherwise hold us for ever."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        with suppress(OSError):
            # Of a copy: wrapping in TLS takes the first socket's place.
            twin.shutdown(socket.SHUT_RDWR)

    twin = line.dup()
    line.settimeout(max(0.1, deadline - time.monotonic()))
    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "it took too long" if is_over.is_set() or isinstance(error, TimeoutError) else str(error)
        raise PortDown(f"The line broke: {why}.") from error
    finally:
        timer.cancel()
        twin.close()
    if is_over.is_set():
        raise PortDown("The line broke: it took too long.")


def _once(
    url: str, *, reach: Reach, accept: str, schemes: tuple[str, ...], longest: int, deadline: float
) -> tuple[Fetched, str | None]:
    scheme, host, port, path = _parts(url)
    is_ours = f"{host}:{port}" in reach.ours
    if scheme not in schemes and not (is_ours and scheme == "http"):
        raise PortRefused(f"Only {' and '.join(schemes)} is asked, not {scheme}.")
    with connected(host, port, reach=reach, deadline=deadline) as line:
        asking = http.client.HTTPConnection(host, port)
        asking.sock = _tls(line, host) if scheme == "https" else line
        headers = {
            "Accept": accept,
            "User-Agent": "hostdesk",
            "Connection": "close",
            "Accept-Encoding": "identity",
        }
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        if answer.status in _REDIRECTS and answer.headers.get("Location"):
            return Fetched(url, answer.status, "", b""), answer.headers["Location"]
        body = b""
        while piece := answer.read1(_CHUNK):
            body += piece
            if len(body) > longest:
                raise PortRefused(f"The answer is longer than {longest} bytes.")
        if answer.length:
            raise PortDown("The line broke: the answer is not whole.")
    kind = answer.headers.get_content_type()
    return Fetched(url, answer.status, kind, body), None


def _tls(line: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(line, server_hostname=host)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise PortRefused("It leads to something that is no address.") from error
    if (
        parts.scheme not in _PORTS
        or not host
        or parts.username is not None
        or not url.isascii()
        or not url.isprintable()
    ):
        raise PortRefused("It leads to something that is no address of the web.")
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    return parts.scheme, host, port or _PORTS[parts.scheme], path.replace(" ", "%20")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _lies_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)
