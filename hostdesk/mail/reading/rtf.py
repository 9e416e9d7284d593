"""Rich text as Outlook hides it in a winmail.dat: unpacked (MS-OXRTFCP), and read as HTML (MS-OXRTFEX) or as text.

One pass, linear, with a limit on what is unpacked; nothing is drawn.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from hostdesk.mail.reading import charsets

MAX_RTF = 1_500_000
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_FIRST_WORDS = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096


def unpacked(packed: bytes, limit: int = MAX_RTF) -> bytes | None:  # noqa: PLR0911  (a stream may end anywhere)
    """The RTF in a PR_RTF_COMPRESSED value, cut at `limit`; None when it is none."""
    if len(packed) < 16:  # noqa: PLR2004
        return None
    _, size, magic, _ = struct.unpack_from("<IIII", packed)
    if magic == _PLAIN:
        return packed[16 : 16 + min(size, limit)]
    if magic != _COMPRESSED:
        return None
    window = bytearray(_FIRST_WORDS.ljust(_WINDOW, b"\0"))
    write = len(_FIRST_WORDS)
    out = bytearray()
    most, at = min(size, limit), 16
    while at < len(packed) and len(out) < most:
        flags, at = packed[at], at + 1
        for bit in range(8):
            if flags >> bit & 1:
                if at + 2 > len(packed):
                    return bytes(out)
                said, at = packed[at] << 8 | packed[at + 1], at + 2
                offset, length = said >> 4, (said & 15) + 2
                if offset == write:
                    return bytes(out[:most])
                for step in range(length):
                    byte = window[(offset + step) % _WINDOW]
                    window[write] = byte
                    write = (write + 1) % _WINDOW
                    out.append(byte)
            else:
                if at >= len(packed):
                    return bytes(out)
                byte, at = packed[at], at + 1
                window[write] = byte
                write = (write + 1) % _WINDOW
                out.append(byte)
    return bytes(out[:most])


_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SKIPPED = {
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"objdata", b"object", b"header", b"footer", b"headerl",
    b"headerr", b"footerl", b"footerr", b"filetbl", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl",
    b"themedata", b"datastore", b"latentstyles", b"xmlnstbl", b"mhtmltag", b"fldinst", b"generator", b"footnote",
}  # fmt: skip
_SIGNS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "\u2014", b"endash": "\u2013", b"bullet": "\u2022", b"lquote": "\u2018", b"rquote": "\u2019",
    b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_ESCAPED = {b"~": "\u00a0", b"_": "\u2011", b"-": "", b"\n": "\n", b"\r": "\n"}
_CODE_PAGES = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255,
    178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250,
}  # fmt: skip
_DEEPEST = 500


class _Group(NamedTuple):
    """What holds inside one pair of braces."""

    skipped: bool = False
    in_tag: bool = False
    only_rtf: bool = False
    in_fonts: bool = False
    font: int = 0
    after_unicode: int = 1


@dataclass(slots=True)
class Rich:
    """What a rich text says: HTML when it was made from HTML, else text."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class _Reading:
    """The state of one pass."""

    from_html: bool = False
    code_page: int = 1252
    default_font: int = 0
    fonts: dict[int, int] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    pending_page: int = 1252
    units: list[int] = field(default_factory=list)
    skip: int = 0

    def say(self, text: str) -> None:
        self.flush()
        self.out.append(text)

    def bytes_of(self, content: bytes, group: _Group) -> None:
        self._flush_units()
        page = self.fonts.get(group.font, self.code_page)
        if page != self.pending_page:
            self.flush()
            self.pending_page = page
        self.pending += content

    def unit(self, number: int) -> None:
        self._flush_bytes()
        self.units.append(number & 0xFFFF)

    def flush(self) -> None:
        self._flush_bytes()
        self._flush_units()

    def _flush_bytes(self) -> None:
        if self.pending:
            content, self.pending = bytes(self.pending), bytearray()
            if content.isascii():
                self.out.append(content.decode("ascii"))
            else:
                codec = charsets.codec_for(f"cp{self.pending_page}") or "cp1252"
                self.out.append(content.decode(codec, "replace"))

    def _flush_units(self) -> None:
        if self.units:
            units, self.units = self.units, []
            self.out.append(struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "replace"))


def read(raw: bytes) -> Rich:
    """The words of an RTF document; nothing of one that is none."""
    if not raw.lstrip().startswith(b"{\\rtf"):
        return Rich()
    state = _Reading(from_html=b"\\fromhtml" in raw[:2000])
    group, outer = _Group(), list[_Group]()
    starred = False
    for found in _TOKEN.finditer(raw[:MAX_RTF]):
        word, brace, plain = found[1], found[5], found[6]
        if brace == b"{":
            if len(outer) < _DEEPEST:
                outer.append(group)
            else:
                break
            state.skip = 0
        elif brace == b"}":
            group = outer.pop() if outer else _Group()
            state.skip = 0
        elif found[4] == b"*":
            starred = True
            continue
        elif word is not None:
            group = _control(word, int(found[2]) if found[2] else None, group, state, starred=starred)
        else:
            _content(found[3], found[4], plain, group, state)
        starred = False
    state.flush()
    text = "".join(state.out).replace("\0", "")
    if state.from_html:
        return Rich(html=text)
    return Rich(text=re.sub(r"[ \t]+\n", "\n", text).strip("\n"))


def _content(
    hexadecimal: bytes | None, escaped: bytes | None, plain: bytes | None, group: _Group, state: _Reading
) -> None:
    if hexadecimal is None and escaped is None and plain is None:
        return
    if state.skip and (hexadecimal is not None or plain is not None):
        # What stands after \u for readers without Unicode.
        taken = 1 if hexadecimal is not None else min(state.skip, len(plain or b""))
        state.skip -= taken
        if hexadecimal is not None or plain is None:
            return
        plain = plain[taken:]
    if not _is_said(group, state):
        return
    if hexadecimal is not None:
        state.bytes_of(bytes([int(hexadecimal, 16)]), group)
    elif escaped is not None:
        state.say(_ESCAPED.get(escaped, escaped.decode("latin-1")))
    elif plain:
        state.bytes_of(plain, group)


def _is_said(group: _Group, state: _Reading) -> bool:
    return not group.skipped and not (state.from_html and group.only_rtf and not group.in_tag)


def _control(word: bytes, number: int | None, group: _Group, state: _Reading, *, starred: bool) -> _Group:  # noqa: PLR0911  (a table of cases)
    if word == b"htmltag":
        return group._replace(in_tag=True, skipped=not state.from_html)
    if word == b"htmlrtf":
        return group._replace(only_rtf=number != 0)
    if word == b"fonttbl":
        return group._replace(skipped=True, in_fonts=True)
    if word in _SKIPPED or starred:
        return group._replace(skipped=True)
    if word == b"f" and number is not None:
        return group._replace(font=number)
    if word == b"fcharset" and group.in_fonts and number is not None:
        state.fonts[group.font] = _CODE_PAGES.get(number, state.code_page)
    elif word == b"ansicpg" and number:
        state.code_page = state.pending_page = number
    elif word == b"uc" and number is not None:
        return group._replace(after_unicode=min(max(number, 0), 8))
    elif word == b"u" and number is not None:
        if _is_said(group, state):
            state.unit(number)
        state.skip = group.after_unicode
    elif word in _SIGNS and _is_said(group, state):
        state.say(_SIGNS[word])
    return group
