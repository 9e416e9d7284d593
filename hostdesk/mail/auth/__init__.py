"""Checks who sent a mail: SPF, DKIM, DMARC (RFC 9989), ARC; and how far that is believed.

`check(raw, ...)` asks DNS through a `Resolver`; `believe(result, ...)` is pure.
Its `sentences` say what each check found; `sentences_of(decision.facts)` says it again from a recorded Decision.
Clause: contact.listed_sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hostdesk.mail.auth.belief import Belief, Trust, believe
from hostdesk.mail.auth.resolver import Answer, DnsDown, DnsResolver, Resolver, ZoneResolver
from hostdesk.mail.auth.sentences import facts_of, sentences_of
from hostdesk.mail.auth.shapes import AuthResult, Dkim, Dmarc, Spf

__all__ = [
    "Answer",
    "AuthResult",
    "Belief",
    "Dkim",
    "Dmarc",
    "DnsDown",
    "DnsResolver",
    "Resolver",
    "Spf",
    "Trust",
    "ZoneResolver",
    "believe",
    "check",
    "facts_of",
    "sentences_of",
]


def check(
    raw: bytes,
    *,
    client_ip: str | None,
    helo: str,
    envelope_from: str,
    from_domain: str | None,
    resolver: Resolver,
    at: datetime,
    trusted_relays: Sequence[str] = (),
    neighbour_ip: str | None = None,
) -> AuthResult:
    """Check one mail; see `hostdesk.mail.auth.checking.check`, which comes in with the first: pages only know the shapes."""
    from hostdesk.mail.auth import checking

    return checking.check(
        raw,
        client_ip=client_ip,
        helo=helo,
        envelope_from=envelope_from,
        from_domain=from_domain,
        resolver=resolver,
        at=at,
        trusted_relays=trusted_relays,
        neighbour_ip=neighbour_ip,
    )
