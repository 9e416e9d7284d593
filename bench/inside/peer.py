"""What Python's own `email` does with a mail: the measure beside which reading and sorting are held."""

from __future__ import annotations

import email.policy
from email import message_from_bytes


def read_fully(raw):
    """Parse one mail with `email.policy.default`: all headers, all bodies, all attachments. How many bytes came out.

    Where the library itself breaks on a malformed piece, that piece is left at that, as its users have to do.
    """
    message = message_from_bytes(raw, policy=email.policy.default)
    size = 0
    for part in message.walk():
        try:
            size += sum(len(name) + len(str(value)) for name, value in part.items())
        except Exception:  # noqa: BLE001 - whatever the library raises on malformed headers
            size += 1
        if part.is_multipart():
            continue
        try:
            size += len(part.get_content())
        except Exception:  # noqa: BLE001 - unknown charsets, broken encodings
            size += len(part.get_payload(decode=True) or b"")
    return size
