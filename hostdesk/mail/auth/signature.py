"""One signature field, of DKIM (RFC 6376) or of an ARC set (RFC 8617): what it says, checked word by word."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import cast

from hostdesk.mail.auth import canonical, tags
from hostdesk.mail.auth.canonical import SignedMail, Way
from hostdesk.mail.auth.domains import ascii_name

# Clocks are wrong by hours more often than signatures are forged by a minute.
CLOCK_SLACK_SECONDS = 10 * 3600
_WAYS = ("simple", "relaxed")
_DIGITS = re.compile(r"[0-9]{1,76}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_DOMAIN = re.compile(r"[^\s()<>\[\]:;@\\,]+")


class BadSignature(Exception):  # noqa: N818
    """The field breaks the standard; the message says how."""


class Expired(BadSignature):
    """The signature was good until a time that has passed."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature field says. `names` are those of `h=`; `length` is `l=`, None when the whole body is signed."""

    said: dict[str, str]
    kind: str
    domain: str
    selector: str
    signature: bytes
    header_way: Way
    body_way: Way
    names: tuple[bytes, ...]
    body_hash: bytes
    length: int | None


def read(value: bytes) -> dict[str, str]:
    """The tags of a signature field. Raises BadSignature."""
    try:
        return tags.parse(value)
    except tags.BadTags as problem:
        raise BadSignature(str(problem)) from problem


def checked(said: dict[str, str], *, needed: str, usual_ways: str, now: int) -> Signature:
    """The signature that these tags describe, all of them checked. Raises BadSignature.

    `needed` lists the tags that must be there, `usual_ways` is what an absent `c=` means, `now` is in seconds.
    """
    for name in needed.split():
        if name not in said:
            raise BadSignature(f"the tag {name} is missing")
    kind, _, digest = said["a"].lower().partition("-")
    if digest == "sha1":
        raise BadSignature("signed with SHA-1, which RFC 8301 forbids")
    if kind not in ("rsa", "ed25519") or digest != "sha256":
        raise BadSignature("the algorithm is unknown")
    if "q" in said and "dns/txt" not in [one.strip().lower() for one in said["q"].split(":")]:
        raise BadSignature("the key cannot be asked for in DNS")
    _check_times(said, now)
    header_way, body_way = _ways(said.get("c", usual_ways).lower())
    if "l" in said and _DIGITS.fullmatch(said["l"]) is None:
        raise BadSignature("the length is no number")
    return Signature(
        said=said,
        kind=kind,
        domain=_domain(said["d"]),
        selector=said["s"],
        signature=_octets(said["b"], "the signature"),
        header_way=header_way,
        body_way=body_way,
        names=tuple(one.strip(" \t\r\n").lower().encode() for one in said.get("h", "").split(":")),
        body_hash=_octets(said["bh"], "the body hash") if "bh" in needed.split() else b"",
        length=int(said["l"]) if "l" in said else None,
    )


def _ways(text: str) -> tuple[Way, Way]:
    header, slash, body = text.partition("/")
    body = body if slash else "simple"
    if header not in _WAYS or body not in _WAYS:
        raise BadSignature("the canonical form is unknown")
    return cast("Way", header), cast("Way", body)


def _domain(text: str) -> str:
    domain = ascii_name(text) if _DOMAIN.fullmatch(text) else None
    if domain is None:
        raise BadSignature("the signing domain is no domain")
    return domain


def _octets(text: str, what: str) -> bytes:
    packed = tags.no_blanks(text)
    try:
        if _BASE64.fullmatch(packed) is None:
            raise BadSignature(f"{what} is not base64")
        return base64.b64decode(packed, validate=True)
    except binascii.Error as problem:
        raise BadSignature(f"{what} is not base64") from problem


def _check_times(said: dict[str, str], now: int) -> None:
    times = {}
    for name in ("t", "x"):
        if name in said:
            if _DIGITS.fullmatch(said[name]) is None:
                raise BadSignature(f"the time {name} is no number")
            times[name] = int(said[name])
    if times.get("t", 0) > now + CLOCK_SLACK_SECONDS:
        raise BadSignature("signed in the future")
    if "x" in times:
        if times["x"] <= times.get("t", -1):
            raise BadSignature("it expires before it was signed")
        if times["x"] < now - CLOCK_SLACK_SECONDS:
            raise Expired("the signature has expired")


def body_problem(mail: SignedMail, sig: Signature) -> str:
    """Why the body is not the one that was signed; "" when it is."""
    if sig.length is not None and sig.length > mail.body_length(sig.body_way):
        return "more of a body was signed than there is"
    if mail.body_hash(sig.body_way, sig.length) != sig.body_hash:
        return "the body is not the one that was signed"
    return ""


def header_digest(mail: SignedMail, sig: Signature, own: tuple[bytes, bytes]) -> bytes:
    """SHA-256 of the named fields and of the signature field itself with its `b=` emptied."""
    names = list(sig.names)
    if b"from" in names:
        # A second From field that was not signed must not hide behind the signed one.
        names.append(b"from")
    return digest(mail.selected(names), own, sig.header_way)


def digest(fields: list[tuple[bytes, bytes]], own: tuple[bytes, bytes], way: Way) -> bytes:
    """SHA-256 of fields in this order and of the signature field, which comes last and without its line end."""
    hasher = hashlib.sha256()
    for name, value in fields:
        hasher.update(canonical.field(way, name, value) + b"\r\n")
    hasher.update(canonical.field(way, own[0], tags.without_b(own[1])))
    return hasher.digest()
