"""Keys: random signs that stand in links of ours and act for whoever holds them. Made so that one is known when it comes back.

A key is a mark, 214 random bits and a check of both, in letters and digits alone: whatever writes addresses in its own way
(percent signs, quoted-printable, programs that guard links) leaves them as they are. What has the mark and the check is a
key of a hostdesk; which one it is, and whether it still works, only the tables know.
"""

from __future__ import annotations

import secrets
import string
import zlib
from typing import Final

MARK: Final = "hd"
LENGTH: Final = 43
BYTES: Final = 27
_SIGNS = string.digits + string.ascii_letters
_CHECK_SIGNS = 5
_RANDOM_SIGNS = LENGTH - len(MARK) - _CHECK_SIGNS


def new_key() -> str:
    """A secret of 214 bits that may stand in an address."""
    return key_of(secrets.token_bytes(BYTES))


def key_of(secret: bytes) -> str:
    """The key that stands for `BYTES` secret bytes, always the same for the same."""
    begun = MARK + _written(int.from_bytes(secret[:BYTES]), _RANDOM_SIGNS)
    return begun + _check(begun)


def is_key(signs: str) -> bool:
    """Whether these signs were made here, by whichever desk; not whether they open anything."""
    return (
        len(signs) == LENGTH
        and signs.startswith(MARK)
        and _check(signs[:-_CHECK_SIGNS]) == signs[-_CHECK_SIGNS:]
    )


def _check(begun: str) -> str:
    return _written(zlib.crc32(begun.encode("utf-8", "replace")), _CHECK_SIGNS)


def _written(number: int, length: int) -> str:
    """The last `length` digits of a number to the base of 62."""
    signs = []
    for _ in range(length):
        number, digit = divmod(number, len(_SIGNS))
        signs.append(_SIGNS[digit])
    return "".join(signs)
