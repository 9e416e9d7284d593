"""Small files that customers attach: a screenshot of an error as PNG, a log as text. Made from words, byte for byte alike."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

# Five columns a letter, lowest bit on top.
_FONT = {
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941",
    "F": "7f09090901", "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01",
    "K": "7f08142241", "L": "7f40404040", "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e",
    "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946", "S": "4649494931", "T": "01017f0101",
    "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463", "Y": "0708700807",
    "Z": "6151494543", "0": "3e5149453e", "1": "00427f4000", "2": "4261514946", "3": "2141454b31",
    "4": "1814127f10", "5": "2745454539", "6": "3c4a494930", "7": "0171090503", "8": "3649494936",
    "9": "064949291e", ".": "0060600000", ":": "0036360000", "-": "0808080808", "_": "4040404040",
    "?": "0201510906", " ": "0000000000", "/": "2010080402", "@": "324979413e",
}  # fmt: skip
_WIDTH, _HEIGHT, _BAR = 560, 190, 26
_PAGE, _FRAME, _TITLE, _TEXT, _SIGN, _WHITE = range(6)
_COLOURS = ((246, 247, 249), (196, 201, 208), (43, 87, 154), (38, 42, 48), (200, 50, 44), (255, 255, 255))


@dataclass(frozen=True)
class MadeFile:
    """A file as a customer would attach it."""

    filename: str
    content_type: str
    content: bytes


def made(recipe: str, slots: Mapping[str, str], *, chance: Random, at: datetime) -> MadeFile:
    """The file of a recipe: `picture:TITLE|LINE|LINE` or `log:NAME`; `at` is when the log ends."""
    kind, _, words = recipe.partition(":")
    if kind == "picture":
        title, *lines = words.format_map(slots).upper().split("|")
        name = f"Screenshot {at:%Y-%m-%d %H%M%S}.png"
        return MadeFile(name, "image/png", _dialog(title, lines))
    assert kind == "log", "a recipe is a picture or a log"
    return MadeFile(words, "text/plain", _log(words, slots, chance, at).encode())


def _dialog(title: str, lines: list[str]) -> bytes:
    """A window with a title, a red sign and some lines, on a light page."""
    page = [bytearray([_PAGE]) * _WIDTH for _ in range(_HEIGHT)]
    _box(page, 20, 16, _WIDTH - 40, _HEIGHT - 32, _FRAME)
    _box(page, 21, 17, _WIDTH - 42, _HEIGHT - 34, _WHITE)
    _box(page, 21, 17, _WIDTH - 42, _BAR, _TITLE)
    _write(page, 32, 23, title, _WHITE)
    _box(page, 40, 66, 34, 34, _SIGN)
    _write(page, 52, 76, "X", _WHITE)
    for row, line in enumerate(lines):
        _write(page, 94, 62 + 24 * row, line, _TEXT)
    _box(page, _WIDTH - 130, _HEIGHT - 52, 86, 24, _FRAME)
    _write(page, _WIDTH - 100, _HEIGHT - 47, "OK", _TEXT)
    return _png(page)


def _box(page: list[bytearray], left: int, top: int, width: int, height: int, colour: int) -> None:  # noqa: PLR0917
    for y in range(top, top + height):
        page[y][left : left + width] = bytes([colour]) * width


def _write(page: list[bytearray], left: int, top: int, words: str, colour: int) -> None:
    """Letters of 5 x 7 dots, twice as large; what does not fit is cut."""
    for place, letter in enumerate(words[: (_WIDTH - left - 30) // 12]):
        columns = bytes.fromhex(_FONT.get(letter, _FONT[" "]))
        for x, column in enumerate(columns):
            for y in range(7):
                if column >> y & 1:
                    _box(page, left + place * 12 + 2 * x, top + 2 * y, 2, 2, colour)


def _png(page: list[bytearray]) -> bytes:
    head = struct.pack(">IIBBBBB", len(page[0]), len(page), 8, 3, 0, 0, 0)
    palette = b"".join(bytes(colour) for colour in _COLOURS)
    rows = zlib.compress(b"".join(b"\0" + bytes(row) for row in page), 9)
    chunks = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


_LOG_LINES = {
    "error_log.txt": "[core:alert] {path}/.htaccess: Invalid command 'php_value', perhaps misspelled",
    "bounces.txt": "Undelivered Mail Returned to Sender: <{victim}> 550 5.1.1 user unknown (subject: Double your coins)",
    "booking-error.txt": "PHP Deprecated: Optional parameter $room before required parameter $guest in {path}/book.php:88",
    "mdstat.txt": "kernel: blk_update_request: I/O error, dev sdb, sector {number}; md1 : active raid1 sdb2(F) sda2 [2/1] [U_]",
}


def _log(name: str, slots: Mapping[str, str], chance: Random, at: datetime) -> str:
    """Some forty lines of one log, the last of them a little before `at`."""
    moment = at - timedelta(minutes=95)
    path = f"/home/{slots['user']}/public"
    lines = []
    for _ in range(40):
        moment += timedelta(seconds=chance.randint(20, 160))
        number = chance.randint(10_000_000, 99_999_999)
        words = _LOG_LINES[name].format(path=path, victim=f"{number:x}@mailbox.example", number=number)
        lines.append(f"{moment:%Y-%m-%d %H:%M:%S} {words}")
    return "\n".join(lines) + "\n"
