"""ARC (RFC 8617): whether the chain of forwarders' seals is whole. Information for people; it never raises trust."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hostdesk.mail.auth import keys, signature
from hostdesk.mail.auth.canonical import NoMail, SignedMail
from hostdesk.mail.auth.dkim import has_field
from hostdesk.mail.auth.resolver import Resolver
from hostdesk.mail.auth.shapes import ArcResult

MAX_SETS = 50
_RESULTS, _MESSAGE, _SEAL = b"arc-authentication-results", b"arc-message-signature", b"arc-seal"
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,2})[ \t\r\n]*;")
_Field = tuple[bytes, bytes]


class _Broken(Exception):  # noqa: N818
    """The chain is not whole."""


@dataclass(slots=True)
class _Set:
    """The three fields that one forwarder added."""

    fields: dict[bytes, _Field] = field(default_factory=dict)

    def in_order(self) -> list[_Field]:
        return [self.fields[name] for name in (_RESULTS, _MESSAGE, _SEAL)]


def check(raw: bytes, *, resolver: Resolver, now: int) -> ArcResult:
    """The state of the chain. Never raises; a key that cannot be fetched is a chain that cannot be shown whole."""
    if not any(has_field(raw, name) for name in (_RESULTS, _MESSAGE, _SEAL)):
        return "none"
    try:
        mail = SignedMail(raw)
        sets = _sets(mail)
        seals = [_seal(one, number, now) for number, one in enumerate(sets, 1)]
        messages = [_message(one, now) for one in sets]
        _check_message(mail, sets[-1], messages[-1], resolver)
        for number in range(len(sets), 0, -1):
            _check_seal(sets[:number], seals[number - 1], resolver)
    except (NoMail, _Broken, signature.BadSignature, keys.NoKey, keys.KeyDown):
        return "fail"
    return "pass"


def _sets(mail: SignedMail) -> list[_Set]:
    """The sets from the first forwarder on: none missing, each whole, nothing twice."""
    sets: dict[int, _Set] = {}
    for name in (_RESULTS, _MESSAGE, _SEAL):
        for own in mail.values(name):
            one = sets.setdefault(_instance(name, own[1]), _Set())
            if name in one.fields:
                raise _Broken("a part of a set stands twice")
            one.fields[name] = own
    if sorted(sets) != list(range(1, len(sets) + 1)) or len(sets) > MAX_SETS:
        raise _Broken("the sets are not numbered from one on")
    if any(len(one.fields) != 3 for one in sets.values()):  # noqa: PLR2004  (results, message, seal)
        raise _Broken("a set is not whole")
    return [sets[number] for number in sorted(sets)]


def _instance(name: bytes, value: bytes) -> int:
    if name == _RESULTS:
        found = _INSTANCE.match(value)
        number = found[1].decode() if found else ""
    else:
        number = signature.read(value).get("i", "")
    if re.fullmatch(r"[0-9]{1,2}", number) is None:
        raise _Broken("a part of a set has no number")
    return int(number)


def _seal(one: _Set, number: int, now: int) -> signature.Signature:
    said = signature.read(one.fields[_SEAL][1])
    if "h" in said:
        raise _Broken("a seal names fields")
    if said.get("cv") != ("none" if number == 1 else "pass"):
        raise _Broken("a forwarder found the chain broken")
    return signature.checked(said, needed="i a b cv d s", usual_ways="relaxed/relaxed", now=now)


def _message(one: _Set, now: int) -> signature.Signature:
    said = signature.read(one.fields[_MESSAGE][1])
    sig = signature.checked(said, needed="i a b bh d h s", usual_ways="relaxed/relaxed", now=now)
    if _SEAL in sig.names:
        raise _Broken("a message signature covers a seal")
    return sig


def _check_message(mail: SignedMail, one: _Set, sig: signature.Signature, resolver: Resolver) -> None:
    """Only the last forwarder's signature of the message must still hold: later ones may have changed it."""
    problem = signature.body_problem(mail, sig)
    if problem:
        raise _Broken(problem)
    _verify(sig, signature.header_digest(mail, sig, one.fields[_MESSAGE]), resolver)


def _check_seal(sets: list[_Set], sig: signature.Signature, resolver: Resolver) -> None:
    """A seal covers every set up to its own, in their order, whatever their places in the header."""
    *fields, own = [part for one in sets for part in one.in_order()]
    _verify(sig, signature.digest(fields, own, "relaxed"), resolver)


def _verify(sig: signature.Signature, digest: bytes, resolver: Resolver) -> None:
    candidates = keys.keys_of(sig.selector, sig.domain, sig.kind, resolver)
    if not any(one.verifies(sig.signature, digest) for one in candidates):
        raise _Broken("a signature does not match")
