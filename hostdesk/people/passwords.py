"""Passwords: long rather than odd, and hashed with Argon2id in an amount of memory that a small machine has."""

from __future__ import annotations

import string
import unicodedata
from itertools import pairwise

from django.contrib.auth.hashers import Argon2PasswordHasher, make_password, verify_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from hostdesk.kit.refusals import Refused

SHORTEST = 12
LONGEST = 500
_FEWEST_SIGNS = 5
_DIGITS_AND_SIGNS = string.digits + string.punctuation + " "


class HouseArgon2(Argon2PasswordHasher):
    """Argon2id, 32 MiB and three passes: above the OWASP minimum, and four at once still fit beside the desk."""

    time_cost = 3
    memory_cost = 32 * 1024
    parallelism = 1


def fault(password: str, *, email: str = "") -> str | None:
    """Why this password will not do, as a sentence; None when it will. No rules about kinds of characters."""
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if email and password.lower() in (email.lower(), email.lower().partition("@")[0]):
        return "Use something that is not your own address."
    if _is_pattern(password):
        return "This is a row of keys or one piece again and again; choose something that nobody would try."
    if any(_is_common(one) for one in (password.strip(), password.strip(_DIGITS_AND_SIGNS))):
        return "This is one of the passwords that are tried first; choose another one."
    return None


def _is_common(password: str) -> bool:
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        return True
    return False


def _is_pattern(password: str) -> bool:
    """One piece again and again, or letters and digits in their order: long, and tried early all the same (NIST SP 800-63B)."""
    text = unicodedata.normalize("NFC", password).lower()
    letters = "".join(sign for sign in text if sign.isalnum())
    if len(set(text)) < _FEWEST_SIGNS or any(one in f"{one}{one}"[1:-1] for one in (text, letters)):
        return True
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return sum(step in (0, 1, -1) for step in steps) > len(steps) * 2 // 3


def hashed(password: str, *, email: str) -> str:
    """The hash for the table. Refused: what `fault` finds fault with."""
    sentence = fault(password, email=email)
    if sentence is not None:
        raise Refused("", sentence)
    return make_password(_as_kept(password))


def matches(password: str, kept: str) -> bool:
    """Whether it is the password; takes as long when `kept` is empty, so that time tells nothing."""
    password = _as_kept(password)
    if len(password) > LONGEST:
        password = password[:LONGEST] + "\0"
    if not kept:
        make_password(password)
        return False
    return verify_password(password, kept)[0]


def _as_kept(password: str) -> str:
    """One form for letters that keyboards put together in two ways (RFC 8265: OpaqueString wants NFC)."""
    return unicodedata.normalize("NFC", password)
