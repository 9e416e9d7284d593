"""DKIM (RFC 6376, 8301, 8463) and ARC (RFC 8617) by dkimpy, with keys fetched through our resolver port."""

from __future__ import annotations

import base64
import binascii
import logging
import re

import dkim as dkimpy
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dkim.util import InvalidTagValueList, parse_tag_value

from hostdesk.mail.auth.resolver import DnsDown, Resolver
from hostdesk.mail.auth.shapes import ArcResult, Dkim

MAX_SIGNATURES = 8
MAX_ARC_SETS = 50
LEAST_RSA_BITS = 1024
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_SILENT = logging.getLogger("hostdesk.mail.auth.dkimpy")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL)
# What dkimpy can raise on hostile fields besides its own exceptions.
_TROUBLE = (dkimpy.DKIMException, ValueError, TypeError, KeyError, IndexError, binascii.Error, AttributeError)


class _KeyDown(Exception):  # noqa: N818
    """The key could not be fetched now."""


class _Refused(Exception):  # noqa: N818
    """The signature may verify, but by the standards it must not count."""


class _Ed25519:
    """A key with the one method that dkimpy calls, on cryptography instead of PyNaCl."""

    def __init__(self, encoded: bytes) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded))
        self.valid = False

    def verify(self, digest: bytes, signature: bytes) -> None:
        try:
            self._key.verify(signature, digest)
            self.valid = True
        except InvalidSignature:
            self.valid = False


class _OwnKeys:
    """Replaces dkimpy's key look-up in both its classes."""

    resolver: Resolver

    def verify_sig(
        self, sig: dict[bytes, bytes], include: list[bytes], header: object, dnsfunc: object
    ) -> bool:
        name = b"%s._domainkey.%s" % (sig[b"s"], sig[b"d"])
        tags = _key_tags(self.resolver, name.decode("ascii", "replace"))
        algorithm = sig[b"a"].partition(b"-")[0].lower()
        kind = tags.get(b"k", b"rsa").strip().lower()
        if algorithm != kind:
            raise _Refused("the key is of another kind than the signature")
        _check_key(tags, sig)
        if kind == b"ed25519":
            key = _Ed25519(tags[b"p"])
            self.pk, self.keysize, self.ktag, self.seqtlsrpt = key, 256, b"ed25519", False
            return bool(self.verify_sig_process(sig, include, header, dnsfunc)) and key.valid  # type: ignore[attr-defined]
        record = b"; ".join(b"%s=%s" % pair for pair in tags.items())
        self.pk, self.keysize, self.ktag, self.seqtlsrpt = dkimpy.evaluate_pk(name.decode("ascii"), record)
        return bool(self.verify_sig_process(sig, include, header, dnsfunc))  # type: ignore[attr-defined]


def _key_tags(resolver: Resolver, name: str) -> dict[bytes, bytes]:
    try:
        records = resolver.lookup(name, "TXT").records
    except DnsDown as trouble:
        raise _KeyDown(str(trouble)) from trouble
    for record in records:
        if isinstance(record, bytes):
            try:
                tags: dict[bytes, bytes] = parse_tag_value(record)
            except InvalidTagValueList:
                continue
            if b"p" in tags:
                return tags
    raise _Refused("there is no key for this signature")


def _check_key(tags: dict[bytes, bytes], sig: dict[bytes, bytes]) -> None:
    """RFC 6376 3.6.1: revoked keys, hashes and identities that a key allows."""
    if not tags[b"p"].strip():
        raise _Refused("the key has been revoked")
    hashes = tags.get(b"h")
    if hashes and sig[b"a"].partition(b"-")[2].lower() not in [
        one.strip().lower() for one in hashes.split(b":")
    ]:
        raise _Refused("the key does not allow this hash")
    flags = [one.strip().lower() for one in tags.get(b"t", b"").split(b":")]
    identity = sig.get(b"i", b"").rpartition(b"@")[2].strip().lower()
    if b"s" in flags and identity and identity != sig[b"d"].strip().lower():
        raise _Refused("the key does not serve subdomains")
    if b"y" in flags:
        raise _Refused("the key is marked as a test")


class _Message(_OwnKeys, dkimpy.DKIM):  # type: ignore[misc]
    pass


class _Chain(_OwnKeys, dkimpy.ARC):  # type: ignore[misc]
    pass


def has_field(raw: bytes, name: bytes) -> bool:
    """Whether the header block holds a field of that lower-case name; cheap, for the many mails without."""
    end = _HEADER_END.search(raw)
    block = raw[: end.start()] if end else raw
    return re.search(rb"(?:^|\n)" + re.escape(name) + rb"[ \t]*:", block, re.IGNORECASE) is not None


def check(raw: bytes, *, resolver: Resolver) -> list[Dkim]:
    """All signatures of a mail (the first eight), each judged on its own; an empty list when it has none."""
    if not has_field(raw, b"dkim-signature"):
        return []
    try:
        message = _Message(raw, logger=_SILENT, minkey=LEAST_RSA_BITS)
    except _TROUBLE as trouble:
        return [Dkim("", "", "permerror", _reason(trouble))]
    message.resolver = resolver
    count = sum(1 for name, _ in message.headers if name.lower() == b"dkim-signature")
    return [_one(message, index) for index in range(min(count, MAX_SIGNATURES))]


def _one(message: _Message, index: int) -> Dkim:
    message.domain, message.selector, message.signature_fields = None, None, {}
    result, why = "fail", "the signature does not match"
    try:
        if message.verify(idx=index):
            result, why = "pass", ""
            _check_signature(message)
    except _KeyDown as trouble:
        result, why = "temperror", str(trouble)
    except _Refused as refusal:
        result, why = "fail" if result == "fail" else "neutral", str(refusal)
    except dkimpy.ValidationError as trouble:
        result, why = "fail", _reason(trouble)
    except _TROUBLE as trouble:
        result, why = "permerror", _reason(trouble)
    sig = message.signature_fields
    domain, selector = sig.get(b"d", b"").strip().lower(), sig.get(b"s", b"").strip()
    return Dkim(domain.decode("ascii", "replace"), selector.decode("ascii", "replace"), result, why)  # type: ignore[arg-type]


def _check_signature(message: _Message) -> None:
    """A signature that verifies may still promise too little: SHA-1 (RFC 8301), or only the head of the body."""
    sig = message.signature_fields
    if sig[b"a"].lower().endswith(b"sha1"):
        raise _Refused("signed with SHA-1, which RFC 8301 forbids")
    if b"l" in sig:
        raise _Refused("only a part of the body is signed (l=)")


def _reason(trouble: Exception) -> str:
    return str(trouble)[:200] or type(trouble).__name__


def arc(raw: bytes, *, resolver: Resolver) -> ArcResult:
    """The state of the ARC chain; information for people, it never raises trust."""
    if not (has_field(raw, b"arc-seal") or has_field(raw, b"arc-message-signature")
            or has_field(raw, b"arc-authentication-results")):  # fmt: skip
        return "none"
    try:
        chain = _Chain(raw, logger=_SILENT, minkey=LEAST_RSA_BITS)
        chain.resolver = resolver
        highest, _ = chain.sorted_arc_headers()
        if highest > MAX_ARC_SETS:
            return "fail"
        verdict = chain.verify()[0]
    except (_KeyDown, _Refused, *_TROUBLE):
        return "fail"
    return {dkimpy.CV_Pass: "pass", dkimpy.CV_None: "none"}.get(verdict, "fail")  # type: ignore[return-value]
