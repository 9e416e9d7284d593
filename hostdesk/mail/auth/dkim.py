"""DKIM (RFC 6376, 8301, 8463, 8616): every signature of a mail judged on its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from hostdesk.mail.auth import keys, signature
from hostdesk.mail.auth.canonical import NoMail, SignedMail, head_of
from hostdesk.mail.auth.domains import ascii_name
from hostdesk.mail.auth.resolver import Resolver
from hostdesk.mail.auth.shapes import Dkim, DkimResult

# More signatures than these are not looked at: honest mails carry one to three.
MAX_SIGNATURES = 8
_NEEDED = "v a b bh d h s"


def check(
    raw: bytes,
    *,
    resolver: Resolver,
    now: int,
    comes_first: Callable[[str], bool] = lambda domain: False,  # noqa: ARG005
) -> list[Dkim]:
    """Eight signatures of a mail, from the top; an empty list when it has none.

    `now` in seconds, for signatures that expire. `comes_first` tells which signing domains matter most: theirs are
    looked at before others, so that strangers' slow keys cannot use up the time for them. Never raises; DNS that
    does not answer is `temperror`.
    """
    if not has_field(raw, b"dkim-signature"):
        return []
    try:
        mail = SignedMail(raw)
    except NoMail as problem:
        return [Dkim("", "", "permerror", str(problem))]
    found = mail.values(b"dkim-signature")
    order = sorted(range(len(found)), key=lambda place: (not comes_first(_domain_of(found[place][1])), place))
    judged = {place: _one(mail, found[place], resolver, now) for place in order[:MAX_SIGNATURES]}
    return [judged[place] for place in sorted(judged)]


def _domain_of(value: bytes) -> str:
    try:
        return ascii_name(signature.read(value).get("d", "")) or ""
    except signature.BadSignature:
        return ""


def has_field(raw: bytes, name: bytes) -> bool:
    """Whether the header block holds a field of that lower-case name; cheap, for the many mails without."""
    block = head_of(raw)
    if name not in block.lower():
        return False
    return re.search(rb"(?:^|\n)" + re.escape(name) + rb"[ \t]*:", block, re.IGNORECASE) is not None


def _one(mail: SignedMail, own: tuple[bytes, bytes], resolver: Resolver, now: int) -> Dkim:
    said: dict[str, str] = {}
    result: DkimResult
    try:
        said = signature.read(own[1])
        sig = signature.checked(said, needed=_NEEDED, usual_ways="simple/simple", now=now)
        identity = _identity(sig)
        candidates = keys.keys_of(sig.selector, sig.domain, sig.kind, resolver)
        result, why, counts = _verdict(mail, own, sig, candidates, identity)
    except signature.Expired as problem:
        result, why, counts = "fail", str(problem), True
    except (signature.BadSignature, keys.NoKey) as problem:
        result, why, counts = "permerror", str(problem), True
    except keys.KeyDown as trouble:
        result, why, counts = "temperror", str(trouble), True
    return Dkim(ascii_name(said.get("d", "")) or "", said.get("s", "")[:253], result, why, counts)


def _verdict(
    mail: SignedMail,
    own: tuple[bytes, bytes],
    sig: signature.Signature,
    candidates: list[keys.Key],
    identity: str,
) -> tuple[DkimResult, str, bool]:
    """Result, reason, and whether a pass may speak for the domain."""
    problem = signature.body_problem(mail, sig)
    if problem:
        return "fail", problem, True
    digest = signature.header_digest(mail, sig, own)
    key = next((one for one in candidates if one.verifies(sig.signature, digest)), None)
    if key is None:
        return "fail", "the signature does not match", True
    if key.own_domain_only and identity != sig.domain:
        return "permerror", "the key does not serve subdomains", True
    if key.testing:
        # RFC 6376 3.6.1: such a mail is treated like an unsigned one.
        return "pass", "the key is marked as a test", False
    partly = sig.length is not None and sig.length < mail.body_length(sig.body_way)
    return "pass", "only a part of the body is signed" if partly else "", not partly


def _identity(sig: signature.Signature) -> str:
    """The domain of `i=`; also what RFC 6376 asks of tags that ARC does not have. Raises BadSignature."""
    if sig.said["v"] != "1":
        raise signature.BadSignature("the version is unknown")
    if b"from" not in sig.names:
        raise signature.BadSignature("the From field is not signed")
    if "i" not in sig.said:
        return sig.domain
    _, at, name = sig.said["i"].rpartition("@")
    identity = ascii_name(name)
    if not at or identity is None or not (identity == sig.domain or identity.endswith("." + sig.domain)):
        raise signature.BadSignature("the identity does not belong to the signing domain")
    return identity
