"""Where a mailbox lives: on our own servers, or elsewhere. Asks DNS, so never inside a transaction."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

from hostdesk.hosting.models import Domain
from hostdesk.hosting.queries import servers
from hostdesk.kit.addresses import domain_of, lies_within
from hostdesk.mail.auth.resolver import Answer, DnsDown, DnsResolver, Hurried, RecordType, Resolver

_MOST_EXCHANGES = 10
_MAPPED_PREFIX = 96
_PATIENCE_SECONDS = 10.0
_PATIENCE_FOR_MANY_SECONDS = 60.0
_AT_A_TIME = 16
_lock = threading.Lock()
_resolver: Resolver | None = None


def home_of(address: str, *, resolver: Resolver | None = None) -> str | None:
    """The hosted domain or server of ours on which a normalised address lives; None when it lives elsewhere.

    By our own tables first: they answer even when our name servers do not. Then by where the domain has its mail
    brought. DNS that gives no answer changes nothing. Clause: contact.off_server.
    """
    return sure_home_of(address, resolver=_Forgiving(resolver or _own_resolver()))


def sure_home_of(address: str, *, resolver: Resolver | None = None) -> str | None:
    """`home_of`, for who must know: raises DnsDown where DNS was needed and gave no answer."""
    domain = domain_of(address)
    hosted = Domain.objects.filter(name__in=_above(domain), account__closed_at=None)
    name = hosted.values_list("name", flat=True).first()
    if name is not None:
        return name
    return _by_servers(domain, _our_places(), Hurried(resolver or _own_resolver(), seconds=_PATIENCE_SECONDS))


def homes_of(
    mailboxes: Iterable[str], *, hosted: Collection[str], resolver: Resolver | None = None
) -> dict[str, str | None]:
    """`home_of` for many normalised addresses at once; "" for those elsewhere, None where DNS gave no answer in a minute.

    `hosted` are the names of all domains that are, or are about to be, hosted here.
    """
    domains = sorted({domain_of(one) for one in mailboxes})
    here = {domain: next((name for name in _above(domain) if name in hosted), "") for domain in domains}
    places, dns, until = (
        _our_places(),
        resolver or _own_resolver(),
        time.monotonic() + _PATIENCE_FOR_MANY_SECONDS,
    )

    def ask(domain: str) -> str | None:
        left = min(_PATIENCE_SECONDS, until - time.monotonic())
        try:
            return _by_servers(domain, places, Hurried(dns, seconds=left)) or ""
        except DnsDown:
            return None

    unknown = [domain for domain, name in here.items() if not name]
    with ThreadPoolExecutor(_AT_A_TIME) as together:
        found: dict[str, str | None] = {**here, **dict(zip(unknown, together.map(ask, unknown), strict=True))}
    return {mailbox: found[domain_of(mailbox)] for mailbox in mailboxes}


def _above(domain: str) -> list[str]:
    """A name and all above it, but for the top level."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


class _Forgiving:
    """A resolver that takes silence for "nothing there"."""

    def __init__(self, inner: Resolver) -> None:
        self._inner = inner

    def lookup(self, name: str, kind: RecordType) -> Answer:
        """The answer, or an empty one."""
        try:
            return self._inner.lookup(name, kind)
        except DnsDown:
            return Answer((), exists=False)


@dataclass(frozen=True, slots=True)
class _Places:
    """Names and networks of our servers, each with the server's name."""

    hostnames: list[tuple[str, str]]
    networks: list[tuple[IPv4Network | IPv6Network, str]]


def _our_places() -> _Places:
    ours = servers()
    return _Places(
        [(hostname, server.name) for server in ours for hostname in server.hostnames],
        [(_plain_network(network), server.name) for server in ours for network in server.networks],
    )


def _by_servers(domain: str, ours: _Places, resolver: Resolver) -> str | None:
    hostnames, networks = ours.hostnames, ours.networks
    if not hostnames and not networks:
        return None
    found = _by_name(domain, hostnames)
    if found is not None:
        return found
    places = _exchanges(domain, resolver)
    # All names before any address: one host that does not answer hides no other that is ours by name.
    by_name = next((found for place in places if (found := _by_name(place, hostnames))), None)
    if by_name is not None:
        return by_name
    for place in places[:_MOST_EXCHANGES]:
        here = [_plain(address) for address in _addresses(place, resolver)] if networks else []
        by_address = next((server for network, server in networks if any(a in network for a in here)), None)
        if by_address is not None:
            return by_address
    return None


def _by_name(place: str, hostnames: list[tuple[str, str]]) -> str | None:
    return next((server for hostname, server in hostnames if lies_within(place, hostname)), None)


def _exchanges(domain: str, resolver: Resolver) -> list[str]:
    """Hosts that take a domain's mail, best first; without any MX that is the domain itself (RFC 5321 5.1)."""
    named = sorted(one for one in resolver.lookup(domain, "MX").records if isinstance(one, tuple))
    if not named:
        return [domain]
    return [name.lower().rstrip(".") for _, name in named if name.strip(".")]


def _addresses(host: str, resolver: Resolver) -> list[str]:
    if _is_address(host.strip("[]")):
        return [host.strip("[]")]
    answers = [resolver.lookup(host, "A"), resolver.lookup(host, "AAAA")]
    return [record for answer in answers for record in answer.records if isinstance(record, str)]


def _plain_network(text: str) -> IPv4Network | IPv6Network:
    """A network as addresses are compared with it: one of IPv4 that is written as IPv6 counts as what it is."""
    network = ip_network(text)
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is None or network.prefixlen < _MAPPED_PREFIX:
        return network
    return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _plain(address: str) -> IPv4Address | IPv6Address:
    """An address as networks hold it: one of IPv4 that is written as IPv6 counts as what it is."""
    read = ip_address(address)
    return read.ipv4_mapped or read if isinstance(read, IPv6Address) else read


def _own_resolver() -> Resolver:
    global _resolver  # noqa: PLW0603  (one memory of answers a process)
    with _lock:
        if _resolver is None:
            _resolver = DnsResolver(settings.ENVIRONMENT.dns or None)
        return _resolver
