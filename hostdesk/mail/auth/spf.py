"""SPF (RFC 7208) by pyspf, whose questions go through our resolver port."""

from __future__ import annotations

import ipaddress
from typing import cast

import spf as pyspf

from hostdesk.mail.auth.resolver import DnsDown, RecordType, Resolver
from hostdesk.mail.auth.shapes import Spf, SpfResult

MAX_SECONDS = 20


class _Query(pyspf.query):  # type: ignore[misc]
    """pyspf's evaluation with the DNS of our choice instead of a module-wide one."""

    def __init__(self, resolver: Resolver, **facts: str) -> None:
        super().__init__(**facts, querytime=MAX_SECONDS)
        self._port = resolver

    def dns(
        self,
        name: str,
        qtype: str,
        cnames: object = None,  # noqa: ARG002  (pyspf's signature; the port follows CNAMEs)
        ignore_void: bool = False,  # noqa: FBT001, FBT002
    ) -> list[object]:
        name = str(name).rstrip(".").lower()
        if not name or any(not 0 < len(label) < 64 for label in name.split(".")):  # noqa: PLR2004
            return []
        key = (name, qtype)
        if key not in self.cache:
            self.cache[key] = self._asked(name, qtype)
        found: list[object] = self.cache[key]
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > pyspf.MAX_VOID_LOOKUPS:
                raise pyspf.PermError(f"Void lookup limit of {pyspf.MAX_VOID_LOOKUPS} exceeded")
        return found

    def _asked(self, name: str, qtype: str) -> list[object]:
        if qtype not in ("A", "AAAA", "MX", "TXT", "PTR"):
            return []
        try:
            answer = self._port.lookup(name, cast("RecordType", qtype))
        except DnsDown as trouble:
            raise pyspf.TempError(f"DNS {trouble}") from trouble
        if qtype == "TXT":
            return [(one,) for one in answer.records]
        return list(answer.records)


def check(*, client_ip: str | None, helo: str, envelope_from: str, resolver: Resolver) -> Spf:
    """The SPF result of one SMTP session; `none` when there was no session (a pipe without an address)."""
    if not client_ip or not _is_address(client_ip):
        return Spf("none", explanation="no client address is known")
    domain = envelope_from.rpartition("@")[2] if envelope_from else helo
    query = _Query(resolver, i=client_ip, s=envelope_from, h=helo or "unknown")
    try:
        result, _, explanation = query.check()
    except pyspf.TempError as trouble:
        return Spf("temperror", domain.lower(), str(trouble)[:300], client_ip)
    except (pyspf.PermError, UnicodeError, ValueError, IndexError, TypeError, KeyError) as trouble:
        # pyspf meets records it did not think of; RFC 7208 calls a record that cannot be read a permanent error.
        return Spf("permerror", domain.lower(), str(trouble)[:300], client_ip)
    return Spf(cast("SpfResult", result), domain.lower().rstrip("."), str(explanation)[:300], client_ip)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
