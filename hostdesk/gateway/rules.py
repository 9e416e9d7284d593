"""Judgements about what a mail says of itself; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hostdesk.policy.registry import rule

_WORD = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.ASCII)
_LOOKED_AT = 20_000


@rule("contact.identify")
def account_named(words: str, accounts: Mapping[str, Sequence[str]]) -> str | None:
    """Which account a mail is about: the one username that stands in its words, else the one with a domain that does.

    `accounts` maps usernames to the domains hosted there. None when no account or more than one is named: then the
    sender is asked. Clause: contact.identify.
    """
    said = set(_WORD.findall(words[:_LOOKED_AT].lower()))
    by_username = [username for username in accounts if username.lower() in said]
    if by_username:
        return by_username[0] if len(by_username) == 1 else None
    by_domain = [username for username, domains in accounts.items() if said.intersection(domains)]
    return by_domain[0] if len(by_domain) == 1 else None
