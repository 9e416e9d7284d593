"""SPF (RFC 7208): whether a server may send for a domain, by the domain's own record."""

from __future__ import annotations

import ipaddress
from typing import cast

from hostdesk.mail.auth import spf_record
from hostdesk.mail.auth.domains import ascii_name
from hostdesk.mail.auth.resolver import DnsDown, Record, RecordType, Resolver
from hostdesk.mail.auth.shapes import Spf, SpfResult
from hostdesk.mail.auth.spf_record import BadRecord, Mechanism

# RFC 7208 4.6.4.
MOST_TERMS = 10
MOST_VOID = 2
MOST_NAMES = 10
_LONGEST_REASON = 300
# What macros are filled with; honest ones are far shorter.
_LONGEST_WORD = 255
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check(*, client_ip: str | None, helo: str, envelope_from: str, resolver: Resolver, now: int) -> Spf:
    """The SPF result of one SMTP session; `none` when there was no session (a pipe without an address).

    Judged is MAIL FROM, or the HELO name when that is empty. Never raises.
    """
    address = _address(client_ip)
    if address is None:
        return Spf("none", explanation="no client address is known")
    local, at, domain = envelope_from.rpartition("@")
    if not envelope_from:
        domain = helo
    name = ascii_name(domain)
    shown = (name or domain.lower())[: spf_record.LONGEST_NAME]
    if name is None or "." not in name:
        return Spf("none", shown, "the domain is no domain of the Internet", str(address))
    session = _Session(
        address,
        local=local[:_LONGEST_WORD] if at and local else "postmaster",
        domain=name,
        helo=helo[:_LONGEST_WORD] or "unknown",
        resolver=resolver,
        now=now,
    )
    result, explanation = session.judged()
    return Spf(result, shown, explanation[:_LONGEST_REASON], str(address))


def _address(text: str | None) -> _Address | None:
    """The client's address; one of IPv4 dressed as IPv6 is undressed."""
    address = _plain_address((text or "").partition("%")[0])
    return getattr(address, "ipv4_mapped", None) or address


def _plain_address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


class _Session:
    """One evaluation, with what it has used up of its limits."""

    def __init__(
        self, address: _Address, *, local: str, domain: str, helo: str, resolver: Resolver, now: int
    ) -> None:
        self._address, self._local, self._domain, self._helo = address, local, domain, helo
        self._resolver, self._now = resolver, now
        self._terms = self._void = 0
        self._names: list[str] | None = None

    def judged(self) -> tuple[SpfResult, str]:
        """The result, and the owner's explanation of a `fail` or the reason of an error."""
        try:
            result, exp, domain = self._host(self._domain)
        except DnsDown as trouble:
            return "temperror", str(trouble)
        except BadRecord as problem:
            return "permerror", str(problem)
        return result, self._explanation(exp, domain) if result == "fail" and exp else ""

    def _host(self, domain: str) -> tuple[SpfResult, str | None, str]:
        """check_host() of the standard: the result, and whose `exp=` would explain it."""
        records = [one for one in self._lookup(domain, "TXT") if isinstance(one, bytes)]
        records = [one for one in records if spf_record.is_record(one)]
        if not records:
            return "none", None, domain
        if len(records) > 1:
            raise BadRecord(f"{domain} has several records")
        record = spf_record.parse(records[0])
        for one in record.mechanisms:
            if self._matches(one, domain):
                return cast("SpfResult", one.result), record.exp, domain
        if record.redirect is None:
            return "neutral", None, domain
        self._count_term()
        target = self._name(record.redirect, domain)
        result, exp, domain = self._host(target)
        if result == "none":
            raise BadRecord(f"{target[:80]}, where the record leads, has none")
        return result, exp, domain

    def _matches(self, one: Mechanism, domain: str) -> bool:
        if one.name == "all":
            return True
        if one.network is not None:
            return self._address in one.network
        self._count_term()
        target = domain if one.spec is None else self._name(one.spec, domain)
        if one.name == "include":
            return self._includes(target)
        if one.name == "exists":
            return bool(self._lookup(target, "A"))
        if one.name == "ptr":
            return any(_belongs(name, target) for name in self._own_names())
        return any(self._is_near(host, one) for host in self._hosts(one.name, target))

    def _includes(self, target: str) -> bool:
        result, _, _ = self._host(target)
        if result == "none":
            raise BadRecord(f"{target[:80]}, which is included, has no record")
        return result == "pass"

    def _hosts(self, name: str, target: str) -> list[str]:
        if name == "a":
            return [target]
        found = [one for one in self._lookup(target, "MX") if isinstance(one, tuple)]
        if len(found) > MOST_NAMES:
            raise BadRecord(f"{target[:80]} has too many mail servers")
        return [host for _, host in sorted(found)]

    def _is_near(self, host: str, one: Mechanism) -> bool:
        """Whether the client is in a network of the mechanism's length around an address of the host."""
        bits = one.bits4 if self._address.version == 4 else one.bits6  # noqa: PLR2004
        return any(
            self._address in ipaddress.ip_network((found, bits), strict=False)
            for found in self._addresses(host)
        )

    def _addresses(self, host: str) -> list[_Address]:
        """The host's addresses of the client's family."""
        kind: RecordType = "A" if self._address.version == 4 else "AAAA"  # noqa: PLR2004
        found = [_plain_address(str(one)) for one in self._lookup(host, kind)]
        return [one for one in found if one is not None and one.version == self._address.version]

    def _own_names(self) -> list[str]:
        """Names that the client's address leads to and that lead back to it; DNS trouble leaves them out."""
        if self._names is None:
            self._names = []
            try:
                found = self._lookup(self._address.reverse_pointer, "PTR")
            except DnsDown:
                found = ()
            for name in [str(one).rstrip(".").lower() for one in found][:MOST_NAMES]:
                try:
                    if self._address in self._addresses(name):
                        self._names.append(name)
                except DnsDown:
                    continue
        return self._names

    def _lookup(self, name: str, kind: RecordType) -> tuple[Record, ...]:
        """Records of a name; one that cannot be a name has none. Empty answers are counted (RFC 7208 4.6.4)."""
        known = ascii_name(name)
        if known is None:
            return ()
        found = self._resolver.lookup(known, kind).records
        if not found:
            self._void += 1
            if self._void > MOST_VOID:
                raise BadRecord("too many names do not exist")
        return found

    def _count_term(self) -> None:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise BadRecord("the record asks too many questions")

    def _name(self, spec: str, domain: str) -> str:
        return spf_record.expand_domain(spec, lambda letter: self._value(letter, domain))

    def _explanation(self, spec: str, domain: str) -> str:
        """The owner's words; nothing about them can change the result."""
        try:
            found = self._resolver.lookup(ascii_name(self._name(spec, domain)) or "", "TXT").records
            if len(found) == 1 and isinstance(found[0], bytes):
                return spf_record.expand_explanation(found[0], lambda letter: self._value(letter, domain))
        except (DnsDown, BadRecord):
            pass
        return ""

    def _value(self, letter: str, domain: str) -> str:
        """What a macro letter stands for (RFC 7208 7.2)."""
        if letter == "p":
            names = self._own_names()
            return next(
                (name for name in names if name == domain),
                next((name for name in names if _belongs(name, domain)), names[0] if names else "unknown"),
            )
        dotted = self._address.version == 4  # noqa: PLR2004
        values = {
            "s": f"{self._local}@{self._domain}",
            "l": self._local,
            "o": self._domain,
            "d": domain,
            "i": str(self._address) if dotted else ".".join(self._address.exploded.replace(":", "")),
            "v": "in-addr" if dotted else "ip6",
            "h": self._helo,
            "c": str(self._address),
            "r": "unknown",
            "t": str(self._now),
        }
        return values[letter]


def _belongs(name: str, target: str) -> bool:
    target = target.lower()
    return name == target or name.endswith("." + target)
