"""Where a mailbox lives: on our own servers, or elsewhere. Asks DNS, so never inside a transaction."""

from __future__ import annotations

import threading
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

from hostdesk.hosting.models import Domain
from hostdesk.hosting.queries import servers
from hostdesk.kit.addresses import domain_of, lies_within
from hostdesk.mail.auth.resolver import Answer, DnsDown, DnsResolver, Hurried, RecordType, Resolver

_MOST_EXCHANGES = 10
_MAPPED_PREFIX = 96
_PATIENCE_SECONDS = 10.0
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
    labels = domain.split(".")
    above = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    hosted = Domain.objects.filter(name__in=above, account__closed_at=None)
    name = hosted.values_list("name", flat=True).first()
    if name is not None:
        return name
    return _by_servers(domain, Hurried(resolver or _own_resolver(), seconds=_PATIENCE_SECONDS))


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


def _by_servers(domain: str, resolver: Resolver) -> str | None:
    ours = servers()
    if not ours:
        return None
    hostnames = [(hostname, server.name) for server in ours for hostname in server.hostnames]
    networks = [(_plain_network(network), server.name) for server in ours for network in server.networks]
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
