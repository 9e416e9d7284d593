"""Which passwords will do for an account: those that nobody guesses from what stands in public about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from hostdesk.people import passwords

_NO_SHORT_WORD = 8


def fault(password: str, *, username: str, domains: Iterable[str] = ()) -> str | None:
    """Why this password will not do for an account, as a sentence; None when it will."""
    found = passwords.fault(password)
    if found is not None:
        return found
    if not password.isprintable() or password != password.strip():
        return (
            "Use letters, digits, signs and blanks in between; nothing invisible, and no blank at the ends."
        )
    if username.lower() in password.lower():
        return "Use something that does not hold the name of the account."
    if any(_holds_domain(password.lower(), domain) for domain in domains):
        return "Use something that does not hold a domain of the account."
    return None


def _holds_domain(password: str, domain: str) -> bool:
    """Whether a password is built of a domain, also of its first part where that is no short word of its own."""
    first = domain.partition(".")[0].replace("-", "")
    plain = "".join(sign for sign in password if sign.isalnum())
    return domain in password or (len(first) >= _NO_SHORT_WORD and first in plain)
