"""`winmail.dat` (MS-OXTNEF): the envelope in which Outlook hides a mail's files, formatted text and appointments.

Read here in one bounded pass: the stream is written by whoever sent the mail.
"""

from __future__ import annotations

import mimetypes
import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hostdesk.mail.reading import appointments, charsets, rtf
from hostdesk.mail.reading.appointments import Appointment, Moment

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_TNEF = 30_000_000
_MOST_ATTRIBUTES, _MOST_PROPERTIES, _MOST_FILES, _DEEPEST = 20_000, 20_000, 300, 4

# Attributes of the stream.
_BODY, _SUBJECT, _CLASS, _CODE_PAGE, _MESSAGE_PROPERTIES = 0x800C, 0x8004, 0x8008, 0x9007, 0x9003
_FILE_BEGINS, _FILE_TITLE, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# MAPI properties.
_TEXT, _RTF, _HTML, _INTERNET_PAGE, _MAPI_SUBJECT, _MAPI_CLASS = (
    0x1000,
    0x1009,
    0x1013,
    0x3FDE,
    0x0037,
    0x001A,
)
_CONTENT, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _KIND, _CONTENT_ID = (
    0x3701,
    0x3707,
    0x3704,
    0x3001,
    0x370E,
    0x3712,
)
_SENDER_NAME, _SENDER_ADDRESS = 0x0042, 0x0065
# Named ones: (set, number).
_APPOINTMENT = bytes.fromhex("0220060000000000c000000000000046")
_BEGINS, _ENDS, _PLACE, _ZONE = 0x820D, 0x820E, 0x8208, 0x8234
_MESSAGE_INTERFACE = bytes.fromhex("0703020000000000c000000000000046")

_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE, _BINARY, _OBJECT, _TIME = 0x1E, 0x1F, 0x102, 0x0D, 0x40
_SEVERAL, _MOST_VALUES = 0x1000, 4_000
_NUMBERS = (0x03, _TIME)

Value = bytes | str | int
Properties = dict[int | tuple[bytes, int], Value]


@dataclass(slots=True)
class File:
    """One file of the stream."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""


@dataclass(slots=True)
class Opened:
    """What was inside."""

    files: list[File] = field(default_factory=list)
    text: str = ""
    html: str = ""
    subject: str = ""
    appointment: Appointment | None = None
    rich: int = 0


@dataclass(slots=True)
class _Room:
    """What a stream, and the streams inside of it, may still cost."""

    rich: int
    properties: int = _MOST_PROPERTIES


def opened(content: bytes, *, most_rich: int = rtf.MAX_RTF) -> Opened | None:
    """The files and texts of a TNEF stream; None when it is none. Of a damaged one, what stands before the damage.

    Rich text is read up to `most_rich` bytes; `rich` says how many there were.
    """
    if len(content) > MAX_TNEF or content[:4] != SIGNATURE:
        return None
    room = _Room(most_rich)
    out = _Stream(content, room, depth=0).read()
    out.rich = most_rich - room.rich
    return out


def type_of(name: str) -> str:
    """A content type by the file's name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


class _Stream:
    def __init__(self, content: bytes, room: _Room, *, depth: int) -> None:
        self.content, self.room, self.depth = content, room, depth
        self.page = "cp1252"
        self.out = Opened()
        self.kind = ""
        self.properties: Properties = {}
        self.file: File | None = None

    def read(self) -> Opened:
        at = 6
        for _ in range(_MOST_ATTRIBUTES):
            if at + 11 > len(self.content):
                break
            (name, _, size) = struct.unpack_from("<HHI", self.content, at + 1)
            start, at = at + 9, at + 9 + size + 2
            if start + size > len(self.content):
                break
            self._attribute(name, self.content[start : start + size])
        self._finish()
        return self.out

    def _attribute(self, name: int, value: bytes) -> None:
        if name == _CODE_PAGE and len(value) >= 4:  # noqa: PLR2004
            self.page = charsets.codec_for(f"cp{int.from_bytes(value[:4], 'little')}") or "cp1252"
        elif name == _MESSAGE_PROPERTIES:
            self.properties = {**_properties(value, self.page, self.room), **self.properties}
        elif name == _BODY:
            self.out.text = self._decoded(value)
        elif name == _SUBJECT:
            self.out.subject = self._decoded(value)
        elif name == _CLASS:
            self.kind = self._decoded(value)
        elif name == _FILE_BEGINS and len(self.out.files) < _MOST_FILES:
            self.file = File()
            self.out.files.append(self.file)
        elif self.file is not None:
            self._of_file(self.file, name, value)

    def _of_file(self, file: File, name: int, value: bytes) -> None:
        if name == _FILE_TITLE:
            file.name = file.name or self._decoded(value)
        elif name == _FILE_DATA:
            file.content = value
        elif name == _FILE_PROPERTIES:
            found = _properties(value, self.page, self.room)
            names = (_string(found, one) for one in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
            file.name = next((one for one in names if one), file.name)
            file.content_type = _string(found, _KIND).lower()
            file.content_id = _string(found, _CONTENT_ID).strip("<> ")
            inside = found.get(_CONTENT)
            if isinstance(inside, bytes) and not file.content:
                file.content = inside.removeprefix(_MESSAGE_INTERFACE)
            if file.content[:4] == SIGNATURE and self.depth < _DEEPEST:
                self._inner_mail(file)

    def _inner_mail(self, file: File) -> None:
        """A mail attached to the mail: its words become a text file of its name, its files stand beside it."""
        inner = _Stream(file.content, self.room, depth=self.depth + 1).read()
        stem = re.sub(r"[^\w .-]+", "_", inner.subject or file.name).strip(". _")[:80] or "message"
        if inner.html and not inner.text:
            file.name, file.content, file.content_type = f"{stem}.html", inner.html.encode(), "text/html"
        else:
            file.name, file.content, file.content_type = f"{stem}.txt", inner.text.encode(), "text/plain"
        self.out.files.extend(inner.files[: max(0, _MOST_FILES - len(self.out.files))])

    def _finish(self) -> None:
        found, out = self.properties, self.out
        page = found.get(_INTERNET_PAGE)
        codec = charsets.codec_for(f"cp{page}") if isinstance(page, int) else None
        out.subject = _string(found, _MAPI_SUBJECT) or out.subject
        out.text = _string(found, _TEXT) or out.text
        markup = found.get(_HTML)
        if isinstance(markup, bytes):
            out.html = charsets.decode(markup.rstrip(b"\0"), codec)
        elif isinstance(markup, str):
            out.html = markup
        packed = found.get(_RTF)
        if isinstance(packed, bytes) and not out.html:
            raw = rtf.unpacked(packed, self.room.rich)
            self.room.rich -= len(raw or b"")
            rich = rtf.read(raw) if raw else rtf.Rich()
            out.html, out.text = rich.html, out.text or rich.text
        out.appointment = self._appointment()

    def _appointment(self) -> Appointment | None:
        kind = (_string(self.properties, _MAPI_CLASS) or self.kind).lower()
        if "schedule" not in kind and "appointment" not in kind:
            return None
        said = self.properties
        begins, ends = (_moment(said.get((_APPOINTMENT, one))) for one in (_BEGINS, _ENDS))
        place = said.get((_APPOINTMENT, _PLACE))
        sender = _string(said, _SENDER_NAME) or _string(said, _SENDER_ADDRESS)
        answer = next((word for mark, word in _ANSWERS if mark in kind), "")
        is_cancelled = "cncl" in kind or "cancel" in kind
        return Appointment(
            method="CANCEL" if is_cancelled else "REPLY" if answer else "REQUEST",
            title=self.out.subject[: appointments.LONGEST],
            begins=begins,
            ends=ends,
            place=place[: appointments.LONGEST] if isinstance(place, str) else "",
            organiser="" if answer else sender,
            answers=[(sender or "the sender", answer)] if answer else [],
        )

    def _decoded(self, value: bytes) -> str:
        return value.rstrip(b"\0").decode(self.page, "replace")


_ANSWERS = (
    ("mtgrespp", "accepts"), ("resp.pos", "accepts"), ("mtgrespn", "declines"), ("resp.neg", "declines"),
    ("mtgrespa", "may come to"), ("resp.tent", "may come to"),
)  # fmt: skip


def _moment(ticks: Value | None) -> Moment | None:
    """A FILETIME: tenths of microseconds since 1601, in UTC."""
    if not isinstance(ticks, int):
        return None
    try:
        at = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None
    return Moment(at.replace(tzinfo=None), "UTC")


def _string(found: Properties, name: int) -> str:
    value = found.get(name)
    return value.strip("\0 ") if isinstance(value, str) else ""


def _properties(data: bytes, page: str, room: _Room) -> Properties:
    """The MAPI properties of a block (MS-OXTNEF 2.1.3.4), up to where it is damaged; the first value of several."""
    out: Properties = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, room.properties)):
            room.properties -= 1
            kind, name = struct.unpack_from("<HH", data, at)
            at += 4
            key: int | tuple[bytes, int] = name
            if name >= 0x8000:  # noqa: PLR2004
                key, at = _name_of(data, at)
            value, at = _value_at(data, at, kind, page)
            if value is not None:
                out.setdefault(key, value)
    except (struct.error, ValueError):
        pass
    return out


def _name_of(data: bytes, at: int) -> tuple[tuple[bytes, int], int]:
    group, (is_text, number) = data[at : at + 16], struct.unpack_from("<II", data, at + 16)
    at += 24
    if is_text:
        return (group, -1), at + number + -number % 4
    return (group, number), at


def _value_at(data: bytes, at: int, kind: int, page: str) -> tuple[Value | None, int]:
    """The value at `at`, the first where there are several, and where the next property begins."""
    base = kind & ~_SEVERAL
    count = 1
    if kind & _SEVERAL or base in (_STRING, _UNICODE, _BINARY, _OBJECT):
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if base in _FIXED:
        number = int.from_bytes(data[at : at + _FIXED[base]], "little")
        return (number if base in _NUMBERS else None), at + _FIXED[base] * count
    if base not in (_STRING, _UNICODE, _BINARY, _OBJECT):
        raise ValueError("a property of an unknown kind")
    first: Value | None = None
    for _ in range(min(count, _MOST_VALUES)):
        (size,) = struct.unpack_from("<I", data, at)
        at += 4
        if at + size > len(data):
            raise ValueError("a value longer than its block")
        if first is None:
            first = _decoded(data[at : at + size], base, page)
        at += size + -size % 4
    return first, at


def _decoded(value: bytes, base: int, page: str) -> Value:
    if base == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return value.rstrip(b"\0").decode(page, "replace") if base == _STRING else value
