"""Signed addresses: `reply+TOKEN@` says which ticket and which person, `bounce+TOKEN@` which mail of ours.

A token is lower-case base32 of a few numbers and 128 bits of HMAC-SHA256 over them. The key is derived
from SECRET_KEY, one per purpose; keys in HOSTDESK_SECRET_KEY_FALLBACKS are still believed, never used to
sign. A token alone proves only that we once wrote it: who answers is judged by the gateway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from hostdesk.mail import ours

Purpose = Literal["reply", "bounce"]

_MAC_BYTES = 16
_LARGEST = 2**63 - 1
# Local parts end at 64 characters (RFC 5321, 4.5.3.1.1): 57 remain behind `bounce+`; the shortest token
# is one byte a number and the MAC.
_LOCAL = re.compile(r"(reply|bounce)\+([a-z2-7]{27,57})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What a genuine reply address says.

    `generation` is compared with the ticket's own: raising that one makes all older addresses worthless.
    """

    ticket_number: int
    person_id: int
    generation: int


def address_for(ticket_number: int, person_id: int, generation: int) -> str:
    """The address at which this person answers to this ticket."""
    return ours.address(f"reply+{_sign('reply', (ticket_number, person_id, generation))}")


def read(local_or_address: str) -> ReplyToken | None:
    """What a reply address of ours says; None for anything that we did not sign, whatever its domain."""
    numbers = _numbers("reply", local_or_address)
    return ReplyToken(*numbers) if numbers is not None and len(numbers) == 3 else None  # noqa: PLR2004


def bounce_address_for(outbound_id: int) -> str:
    """The envelope sender of one outbound mail: what comes back to it is about that mail and no other."""
    return ours.address(f"bounce+{_sign('bounce', (outbound_id,))}")


def read_bounce(local_or_address: str) -> int | None:
    """The key of the outbound mail that a bounce address of ours stands for; None when we did not sign it."""
    numbers = _numbers("bounce", local_or_address)
    return numbers[0] if numbers is not None and len(numbers) == 1 else None


def mark_for(outbound_id: int) -> str:
    """What a mail of ours carries in a header of its own, so that we know it again wherever it went."""
    return _sign("bounce", (outbound_id,))


def is_mark(text: str) -> bool:
    """Whether a header's value is a mark that we signed."""
    return read_bounce(f"bounce+{text.strip()}") is not None


def is_return_address(local_or_address: str) -> bool:
    """Whether an address has the shape of a return address of ours, whoever signed it."""
    found = _LOCAL.fullmatch(local_or_address.strip().rpartition("@")[0] or local_or_address.strip())
    return found is not None and found[1].lower() == "bounce"


def is_well_formed(local: str) -> bool:
    """Whether a local part has the shape of a signed address.

    The door asks no more: an address signed with a key that is gone must lead to a mail that a person
    can look at, not to "unknown recipient".
    """
    return _LOCAL.fullmatch(local) is not None


def _sign(purpose: Purpose, numbers: tuple[int, ...]) -> str:
    payload = b"".join(_short(number) for number in numbers)
    token = payload + _mac(settings.SECRET_KEY, purpose, payload)
    return base64.b32encode(token).decode("ascii").rstrip("=").lower()


def _numbers(purpose: Purpose, local_or_address: str) -> list[int] | None:
    """The signed numbers, when the signature is ours and the spelling is the only one that we write."""
    found = _LOCAL.fullmatch(local_or_address.strip().rpartition("@")[0] or local_or_address.strip())
    if found is None or found[1].lower() != purpose:
        return None
    spelled = found[2].upper()
    try:
        token = base64.b32decode(spelled + "=" * (-len(spelled) % 8))
    except binascii.Error:
        return None
    # The last character carries spare bits: two spellings of one token would be two addresses.
    if base64.b32encode(token).decode("ascii").rstrip("=") != spelled:
        return None
    payload, mac = token[:-_MAC_BYTES], token[-_MAC_BYTES:]
    genuine = [
        hmac.compare_digest(mac, _mac(secret, purpose, payload))
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
    return _read_shorts(payload) if any(genuine) else None


def _mac(secret: str, purpose: Purpose, payload: bytes) -> bytes:
    key = hmac.digest(secret.encode(), b"hostdesk.mail.reply_tokens/1/" + purpose.encode(), hashlib.sha256)
    return hmac.digest(key, payload, hashlib.sha256)[:_MAC_BYTES]


def _short(number: int) -> bytes:
    """A number in seven-bit groups, lowest first; the high bit says that more follow."""
    assert 0 <= number <= _LARGEST, "a token carries keys of rows"
    groups = bytearray()
    while number > 0x7F:  # noqa: PLR2004
        groups.append(0x80 | (number & 0x7F))
        number >>= 7
    groups.append(number)
    return bytes(groups)


def _read_shorts(payload: bytes) -> list[int] | None:
    numbers, value, shift = [], 0, 0
    for group in payload:
        value |= (group & 0x7F) << shift
        if group & 0x80:
            shift += 7
            continue
        numbers.append(value)
        value, shift = 0, 0
    return numbers if shift == 0 else None
