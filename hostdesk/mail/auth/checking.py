"""Puts the checks of one mail together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hostdesk.mail.auth import arc, dkim, dmarc, relays, spf
from hostdesk.mail.auth.domains import ascii_name
from hostdesk.mail.auth.resolver import Hurried, Resolver
from hostdesk.mail.auth.shapes import AuthResult, Dmarc

# How long DNS may take for each check of one mail (RFC 7208 4.6.4 wants twenty seconds for SPF). Each has time of its
# own: a forger whose own names are slow must not use up the time for the record of the domain that is forged.
SPF_SECONDS, DKIM_SECONDS, DMARC_SECONDS = 20.0, 10.0, 10.0


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
    """SPF of the session, DKIM and ARC of the mail, DMARC of the author's domain.

    `from_domain` is that of the strictly read author; None when there is none, then DMARC is `permerror`.
    Through one of the `trusted_relays` the session is the one that the relay saw, and its own DMARC pass counts.
    `neighbour_ip` is a server of the house that handed the mail over (LMTP): it may be a relay, never the sender.
    `at` is when the mail came in: signatures that expired since are still good.
    Never raises; DNS that does not answer, or not within the seconds above, becomes `temperror`. Touches the network
    through `resolver` only.
    """
    now, for_keys = int(at.timestamp()), Hurried(resolver, seconds=DKIM_SECONDS)
    word = relays.word_of(raw, client_ip=client_ip, relays=trusted_relays, resolver=resolver)
    if word is None and neighbour_ip:
        word = relays.word_of(raw, client_ip=neighbour_ip, relays=trusted_relays, resolver=resolver)
    if word is not None:
        client_ip, helo = word.client_ip, word.helo
        envelope_from = envelope_from if word.envelope_from is None else word.envelope_from
    sender = spf.check(
        client_ip=client_ip,
        helo=helo,
        envelope_from=envelope_from,
        resolver=Hurried(resolver, seconds=SPF_SECONDS),
        now=now,
    )
    author = ascii_name(from_domain or "") or ""
    signatures = dkim.check(
        raw, resolver=for_keys, now=now, comes_first=lambda signer: dmarc.may_align(signer, author)
    )
    if from_domain is None:
        verdict = Dmarc("permerror", why="the mail has no single author")
        aligned: list[str] = []
    else:
        for_policy = Hurried(resolver, seconds=DMARC_SECONDS)
        verdict, aligned = dmarc.check(from_domain, spf=sender, dkim=signatures, resolver=for_policy)
    chain = arc.check(raw, resolver=for_keys, now=now)
    own = AuthResult(spf=sender, dkim=signatures, dmarc=verdict, arc=chain, aligned=aligned)
    return own if word is None else _with_word(own, word, from_domain)


def _with_word(own: AuthResult, word: relays.RelayWord, from_domain: str | None) -> AuthResult:
    """A relay may have changed the mail after it checked it: its pass stands, its silence or failure changes nothing."""
    if own.dmarc.result == "pass" or word.dmarc != "pass" or not from_domain:
        return own
    if word.dmarc_domain != ascii_name(from_domain):
        return own
    verdict = msgspec.structs.replace(
        own.dmarc,
        result="pass",
        disposition="none",
        by=f"relay:{word.relay}",
        why="",
        domain=word.dmarc_domain,
    )
    return msgspec.structs.replace(own, dmarc=verdict, source="relay", aligned=[f"relay:{word.relay}"])
