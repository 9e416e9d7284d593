"""Puts the checks of one mail together."""

from __future__ import annotations

from hostdesk.mail.auth import dkim, dmarc, spf
from hostdesk.mail.auth.resolver import Resolver
from hostdesk.mail.auth.shapes import AuthResult, Dmarc


def check(
    raw: bytes,
    *,
    client_ip: str | None,
    helo: str,
    envelope_from: str,
    from_domain: str | None,
    resolver: Resolver,
) -> AuthResult:
    """SPF of the session, DKIM and ARC of the mail, DMARC of the author's domain.

    `from_domain` is that of the strictly read author; None when there is none, then DMARC is `permerror`.
    Never raises; DNS that does not answer becomes `temperror`. Touches the network through `resolver` only.
    """
    sender = spf.check(client_ip=client_ip, helo=helo, envelope_from=envelope_from, resolver=resolver)
    signatures = dkim.check(raw, resolver=resolver)
    if from_domain is None:
        verdict, aligned = Dmarc("permerror", why="the mail has no single author"), []
    else:
        verdict, aligned = dmarc.check(from_domain, spf=sender, dkim=signatures, resolver=resolver)
    return AuthResult(
        spf=sender, dkim=signatures, dmarc=verdict, arc=dkim.arc(raw, resolver=resolver), aligned=aligned
    )
