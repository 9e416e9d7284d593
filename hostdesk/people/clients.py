"""From which address of the network a request comes, and what of it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from hostdesk.kit.refusals import Misconfigured

_NOWHERE = ip_address("0.0.0.0")  # noqa: S104  (stands for "not known", nothing listens on it)
_FORWARDING_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")
_NETWORK_BITS = {4: 32, 6: 64}


@dataclass(frozen=True, slots=True)
class Client:
    """The other end: its address, and whether nothing between it and us could be hiding another one."""

    address: IPv4Address | IPv6Address
    direct: bool

    @property
    def on_this_machine(self) -> bool:
        """Whether the browser surely runs on this machine; a proxy that we were not told of makes it unsure."""
        return self.address.is_loopback and self.direct

    @property
    def network(self) -> str:
        """What is counted as one client: an IPv4 address, or the /64 that every IPv6 household has."""
        return str(ip_network((self.address, _NETWORK_BITS[self.address.version]), strict=False))


def client_of(request: HttpRequest) -> Client:
    """The client of a request: the peer, or what a proxy named in HOSTDESK_TRUSTED_PROXIES says about it.

    Of `X-Forwarded-For` only the part that trusted proxies wrote is read, from the right; any client may write the rest.
    """
    peer = _plain(request.META.get("REMOTE_ADDR", ""))
    trusted = _networks(tuple(settings.HOSTDESK_TRUSTED_PROXIES))
    forwarded = request.headers.get("X-Forwarded-For", "")
    if not any(peer in network for network in trusted):
        direct = not any(name in request.headers for name in _FORWARDING_HEADERS)
        return Client(peer, direct)
    for hop in reversed(forwarded.split(",") if forwarded else []):
        peer = _plain(hop.strip())
        if not any(peer in network for network in trusted):
            break
    return Client(peer, direct=True)


def check_trusted_proxies(values: tuple[str, ...]) -> None:
    """Raise `Misconfigured` unless every value is an address or a network."""
    _networks(values)


@lru_cache(maxsize=8)
def _networks(values: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(value) for value in values)
    except ValueError as wrong:
        raise Misconfigured("HOSTDESK_TRUSTED_PROXIES", f"lists addresses and networks ({wrong})") from wrong


def _plain(text: str) -> IPv4Address | IPv6Address:
    """The address; IPv4 in IPv6 as IPv4; 0.0.0.0 for what is none (a Unix socket has no address)."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return _NOWHERE
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
