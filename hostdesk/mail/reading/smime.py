"""S/MIME envelopes: what kind one is, and the mail inside a signature that wraps it.

Only the few outer elements of CMS (RFC 5652) are walked; nothing is verified or decrypted here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["signed", "encrypted"]
_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = {
    bytes.fromhex("2a864886f70d010703"),  # enveloped data
    bytes.fromhex("2a864886f70d0109100117"),  # authenticated enveloped data (RFC 5083)
}
_OID, _OCTETS, _OCTETS_IN_PIECES, _SEQUENCE, _EXPLICIT = 0x06, 0x04, 0x24, 0x30, 0xA0
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class _Element:
    tag: int
    start: int
    stop: int
    after: int


def kind_of(content: bytes) -> Kind | None:
    """Whether an `application/pkcs7-mime` is a signature around a mail, or encrypted; None when it is neither."""
    try:
        outer = _element(content, 0, len(content))
        name = _element(content, outer.start, outer.stop)
    except ValueError:
        return None
    if outer.tag != _SEQUENCE or name.tag != _OID:
        return None
    said = content[name.start : name.stop]
    if said == _SIGNED:
        return "signed"
    return "encrypted" if said in _ENCRYPTED else None


def signed_content(content: bytes) -> bytes | None:
    """The MIME entity that an opaque signature wraps; None when there is none or it is damaged."""
    try:
        outer = _element(content, 0, len(content))
        name = _element(content, outer.start, outer.stop)
        if content[name.start : name.stop] != _SIGNED:
            return None
        explicit = _element(content, name.after, outer.stop)
        signed = _element(content, explicit.start, explicit.stop)
        version = _element(content, signed.start, signed.stop)
        digests = _element(content, version.after, signed.stop)
        wrapped = _element(content, digests.after, signed.stop)
        inner_name = _element(content, wrapped.start, wrapped.stop)
        inner = _element(content, inner_name.after, wrapped.stop)
        octets = _element(content, inner.start, inner.stop)
        if inner.tag != _EXPLICIT or octets.tag not in (_OCTETS, _OCTETS_IN_PIECES):
            return None
        return _joined(content, octets, _DEEPEST)
    except ValueError:
        return None


def _joined(content: bytes, octets: _Element, depth: int) -> bytes:
    """An octet string, which may be written in pieces."""
    if octets.tag == _OCTETS:
        return content[octets.start : octets.stop]
    if depth == 0:
        raise ValueError("octets in too many levels of pieces")
    pieces, at = [], octets.start
    while at < octets.stop:
        piece = _element(content, at, octets.stop)
        if piece.tag not in (_OCTETS, _OCTETS_IN_PIECES):
            raise ValueError("something else among the pieces of an octet string")
        pieces.append(_joined(content, piece, depth - 1))
        at = piece.after
    return b"".join(pieces)


def _element(content: bytes, at: int, limit: int, depth: int = _DEEPEST) -> _Element:
    """The BER element at `at`; ValueError when it does not fit. Lengths may be left open, then its end is looked for."""
    if at + 2 > limit:
        raise ValueError("no element")
    tag, first, at = content[at], content[at + 1], at + 2
    if tag & 0x1F == 0x1F:  # noqa: PLR2004
        raise ValueError("a tag of several bytes")
    if first < 0x80:  # noqa: PLR2004
        size = first
    elif first == 0x80:  # noqa: PLR2004
        return _open_element(content, tag, at, limit, depth)
    else:
        count = first & 0x7F
        if count > 4 or at + count > limit:  # noqa: PLR2004
            raise ValueError("a length beyond reason")
        size, at = int.from_bytes(content[at : at + count]), at + count
    if at + size > limit:
        raise ValueError("an element longer than what holds it")
    return _Element(tag, at, at + size, at + size)


def _open_element(content: bytes, tag: int, start: int, limit: int, depth: int) -> _Element:
    if depth == 0:
        raise ValueError("elements nested too deep")
    at = start
    while content[at : at + 2] != b"\0\0":
        at = _element(content, at, limit, depth - 1).after
    return _Element(tag, start, at, at + 2)
