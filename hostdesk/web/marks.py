"""Small marks beside words: initials on a tint, sizes of files."""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

from django.utils.html import format_html
from django.utils.safestring import SafeString

_TINTS = 8
_UNITS = ("B", "kB", "MB", "GB")


@lru_cache(maxsize=2048)
def avatar(name: str, size: str = "") -> SafeString:
    """Initials on a tint that always belongs to the same name; `size` is "", "small" or "large"."""
    extra = f" is-{size}" if size else ""
    tint = crc32(name.encode(errors="replace")) % _TINTS
    return format_html(
        '<span class="avatar tint-{}{}" aria-hidden="true">{}</span>', tint, extra, initials(name)
    )


def initials(name: str) -> str:
    """First letters of the first and the last word, as capitals; "?" for a name without letters."""
    words = ["".join(c for c in word if c.isalnum()) for word in name.replace("@", " ").split()]
    firsts = [word[0].upper() for word in words if word]
    return "".join(firsts[:1] + firsts[1:][-1:]) or "?"


def size(count: int) -> str:
    """Bytes as people say them, 1 kB = 1000 B: "12 kB", "3.4 MB"."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:  # noqa: PLR2004  (the step from kB to MB)
        number, unit = number / 1000, unit + 1
    whole = unit == 0 or number >= 10  # noqa: PLR2004  (two digits are enough)
    return f"{number:.0f} {_UNITS[unit]}" if whole else f"{number:.1f} {_UNITS[unit]}"
