"""What can be known of the envelope of a mail that lay in a mailbox. Pure.

The session is gone: who brought the mail is believed from a named relay's topmost lines only, here as in `mail.auth`.
The recipients are those of our own addresses that the mail names; they decide the route and carry reply tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hostdesk.mail.auth.relays import trace_fields, word_of
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.door.recipients import OurAddresses, Way

UNKNOWN = "unknown"
"""The sender of an envelope that nobody told us; nothing at all would mean a bounce."""
_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to")
_ADDRESSED = ("to", "cc", "resent-to", "resent-cc")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,253}", re.ASCII)
_MOST = 100
_LONGEST = 320


@dataclass(frozen=True)
class Envelope:
    """Sender and recipients as far as they can be told."""

    sender: str
    recipients: tuple[str, ...]
    route: Way


def envelope_of(
    raw: bytes, *, ours: OurAddresses, relays: Sequence[str], mailbox: str, route: Way | None
) -> Envelope:
    """The envelope of one mail. `mailbox` is whose mailbox it lay in; `route` the one that its setting orders."""
    fields = trace_fields(raw)
    delivered = _addresses(fields, _DELIVERED)
    named = [*delivered, *_addresses(fields, _ADDRESSED)]
    recipients = list(dict.fromkeys(one for one in named if ours.way_of(one)))[:_MOST]
    if not recipients:
        recipients = delivered[:1] or [mailbox]
    # Without the sender's server only names are compared, so nobody is asked.
    word = word_of(raw, client_ip=None, relays=relays, resolver=ZoneResolver({}))
    sender = word.envelope_from if word else None
    return Envelope(
        sender=UNKNOWN if sender is None else sender.replace("\x00", "")[:_LONGEST],
        recipients=tuple(recipients),
        route=route or ours.way_of_mail(recipients),
    )


def _addresses(fields: list[tuple[str, str]], names: tuple[str, ...]) -> list[str]:
    """Whatever looks like an address there. Ours are plain: no full parser, which a mail could lead astray, is needed."""
    return [found for name, value in fields if name in names for found in _ADDRESS.findall(value)]
