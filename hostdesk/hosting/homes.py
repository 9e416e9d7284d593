"""Where a mailbox lives: on our own servers, or elsewhere. Asks DNS, so never inside a transaction."""

from __future__ import annotations

import threading
from ipaddress import ip_address, ip_network

from django.conf import settings

from hostdesk.hosting.models import Domain
from hostdesk.hosting.queries import servers
from hostdesk.kit.addresses import domain_of, lies_within
from hostdesk.mail.auth.resolver import DnsDown, DnsResolver, Resolver

_MOST_EXCHANGES = 5
_lock = threading.Lock()
_resolver: DnsResolver | None = None


def home_of(address: str, *, resolver: Resolver | None = None) -> str | None:
    """The hosted domain or server of ours on which a normalised address lives; None when it lives elsewhere.

    By our own tables first: they answer even when our name servers do not. Then by where the domain has its mail
    brought (MX). DNS that gives no answer changes nothing. Clause: contact.off_server.
    """
    domain = domain_of(address)
    labels = domain.split(".")
    above = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    hosted = Domain.objects.filter(name__in=above, account__closed_at=None)
    name = hosted.values_list("name", flat=True).first()
    return name or _by_servers(domain, resolver or _own_resolver())


def _by_servers(domain: str, resolver: Resolver) -> str | None:
    ours = servers()
    hostnames = [(hostname, server.name) for server in ours for hostname in server.hostnames]
    networks = [(ip_network(network), server.name) for server in ours for network in server.networks]
    for place in (domain, *_exchanges(domain, resolver)) if ours else ():
        by_name = next((server for hostname, server in hostnames if lies_within(place, hostname)), None)
        if by_name is not None:
            return by_name
        found = [ip_address(address) for address in _addresses(place, resolver)] if place != domain else []
        by_address = next((server for network, server in networks if any(a in network for a in found)), None)
        if by_address is not None:
            return by_address
    return None


def _exchanges(domain: str, resolver: Resolver) -> list[str]:
    try:
        records = resolver.lookup(domain, "MX").records
    except DnsDown:
        return []
    named = sorted(record for record in records if isinstance(record, tuple))
    return [name.lower().rstrip(".") for _, name in named[:_MOST_EXCHANGES] if name.strip(".")]


def _addresses(host: str, resolver: Resolver) -> list[str]:
    try:
        answers = [resolver.lookup(host, "A"), resolver.lookup(host, "AAAA")]
    except DnsDown:
        return []
    return [record for answer in answers for record in answer.records if isinstance(record, str)]


def _own_resolver() -> DnsResolver:
    global _resolver  # noqa: PLW0603  (one memory of answers a process)
    with _lock:
        if _resolver is None:
            server = settings.ENVIRONMENT.dns
            _resolver = DnsResolver(f"{server[0]}:{server[1]}" if server else None)
        return _resolver
