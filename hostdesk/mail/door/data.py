"""The DATA phase: bytes off the line until the lone dot. Pure but for the reader it is given."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

# A lone dot between line ends of which one is not CRLF: what one server reads as text, another could read
# as the end of the mail and the rest as commands (SMTP smuggling).
_SMUGGLED = re.compile(rb"\r\n\.(?:\n|\r(?!\n))|(?<!\r)\n\.(?:\r\n|\n|\r)|\r(?!\n)\.(?:\r|\n)")
_END = b"\r\n.\r\n"

Fault = Literal["too_large", "no_room", "smuggling"]


class Room:
    """The bytes of mails under way that the whole door may hold in memory at one time."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.under_way = 0

    @contextmanager
    def one_mail(self) -> Iterator[Hold]:
        """Room for one mail, from its first byte until it is answered for."""
        hold = Hold(self)
        self.under_way += 1
        try:
            yield hold
        finally:
            self.under_way -= 1
            self.left += hold.taken


class Hold:
    """What one mail has reserved of the room."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.taken = 0

    def take(self, size: int) -> bool:
        """Reserve more; False when there is not that much left."""
        if size > self._room.left:
            return False
        self._room.left -= size
        self.taken += size
        return True


@dataclass(frozen=True)
class Taken:
    """What DATA brought: the mail with the dots undone, or a fault; `size` counts all bytes either way."""

    content: bytes
    size: int
    fault: Fault | None = None


async def read_data(reader: asyncio.StreamReader, *, largest: int, hold: Hold) -> Taken:
    """Read to the end of the mail, holding no more than `largest` bytes and what `hold` can get.

    Only CRLF dot CRLF ends a mail. A mail that is too large is read to its end and thrown away, so that
    the sender hears the reason (RFC 5321, 4.5.3.1.9). Lines may have any length.
    """
    held: list[bytes] = []
    size = 0
    end = b"\r\n"  # the line end of the DATA command counts as the one before the first line
    fault: Fault | None = None
    while end != _END:
        piece = await _next_piece(reader)
        size += len(piece)
        end = (end + piece)[-len(_END) :]
        if fault is None and size > largest + len(b".\r\n"):
            fault = "too_large"
        if fault is None and not hold.take(len(piece)):
            fault = "no_room"
        if fault is None:
            held.append(piece)
        else:
            held.clear()
    size -= len(b".\r\n")
    if fault is not None:
        return Taken(b"", size, fault)
    content = b"".join(held)[: -len(b".\r\n")]
    if _has_bare_line_ends(content) and _SMUGGLED.search(b"\r\n" + content + b"\r\n"):
        return Taken(b"", size, "smuggling")
    content = _without_extra_dots(content)
    return Taken(content, len(content))


async def _next_piece(reader: asyncio.StreamReader) -> bytes:
    """Bytes up to the next dot before a line end, or as many as the reader likes to hold without one."""
    try:
        return await reader.readuntil(b".\r\n")
    except asyncio.LimitOverrunError as full:
        return await reader.read(full.consumed)


def _has_bare_line_ends(content: bytes) -> bool:
    pairs = content.count(b"\r\n")
    return content.count(b"\n") != pairs or content.count(b"\r") != pairs


def _without_extra_dots(content: bytes) -> bytes:
    """The mail as it was before the sender doubled the dots at line beginnings (RFC 5321, 4.5.2)."""
    if content.startswith(b"."):
        content = content[1:]
    return content.replace(b"\r\n.", b"\r\n") if b"\r\n." in content else content
