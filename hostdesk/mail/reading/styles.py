"""Which of a mail's inline styles stay: those that dress its own words, written in letters that cannot mean anything else.

Every declaration is read by itself, and one that is not plainly harmless is dropped: nothing loads, nothing leaves its
place, nothing lies on top of something else. What was meant to hide words is turned round: the words stay, marked.
Pure.
"""

from __future__ import annotations

import re

HIDDEN = "--hidden-by-sender"
"""Stands in the style of what its sender did not want to be seen; no mail can write it itself."""

_NAMES = re.compile(r"[a-z-]{2,40}")
_PLAIN = re.compile(r"[a-z0-9 .,%#-]{1,200}", re.IGNORECASE)
_COLOUR_CALL = re.compile(r"\b(?:rgb|rgba|hsl|hsla)\([0-9 .,%/]{1,60}\)", re.IGNORECASE)
_LENGTH = re.compile(r"(-?[0-9]*\.?[0-9]+)(px|pt|em|rem|%|in|cm|mm|ex|ch|pc)?", re.IGNORECASE)
_LONGEST = 4_000
_SMALLEST_LETTERS = 5
"""In pixels, or points: below it nobody reads."""
_WIDEST = 3_000
"""Pixels of the widest screen there may be."""
_TINY = 3
"""A picture of so many pixels is there to be fetched, not to be seen."""
_PER_UNIT = {
    "em": 16.0,
    "rem": 16.0,
    "%": 0.16,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "pc": 16.0,
    "ex": 8.0,
    "ch": 8.0,
}

_SIDES = ("", "-top", "-right", "-bottom", "-left")
_BOXES = {f"padding{side}" for side in _SIDES} | {f"margin{side}" for side in _SIDES}
_BORDERS = {f"border{side}{part}" for side in _SIDES for part in ("", "-width", "-style", "-color")}
PROPERTIES = {
    "color", "background-color", "font-family", "font-size", "font-weight", "font-style", "font-variant", "line-height",
    "letter-spacing", "text-align", "text-decoration", "text-transform", "text-indent", "vertical-align", "white-space",
    "word-break", "overflow-wrap", "direction", "list-style-type", "width", "max-width", "min-width", "height",
    "border-collapse", "border-spacing", "border-radius", "table-layout", *_BOXES, *_BORDERS,
}  # fmt: skip
_COLOURS_ALIKE = ("background", "background-color")


def kept(style: str, *, tiny_is_hidden: bool = False) -> str:
    """The declarations that may stay, `--hidden-by-sender:1` first where others were meant to hide what they dress.

    `tiny_is_hidden`: a size of next to nothing hides it too, as it hides a picture.
    """
    found = _declarations(style[:_LONGEST])
    tiny = tiny_is_hidden and any(name in ("width", "height") and is_tiny(value) for name, value in found)
    out = [f"{HIDDEN}:1"] if tiny or _hides(found) else []
    for name, value in found:
        said = "background-color" if name == "background" else name
        if said in PROPERTIES and _is_plain(value) and not _is_out_of_place(said, value):
            out.append(f"{said}:{value}")
    return ";".join(out)


def is_tiny(size: str) -> bool:
    """Whether a picture of this width or height is too small to be seen; its size may be unknown."""
    length = _pixels(size)
    return length is not None and length <= _TINY


def _declarations(style: str) -> list[tuple[str, str]]:
    """Names and values; a style with anything that CSS reads in a second way (escapes, comments, blocks) has none."""
    if re.search(r"[\\{}@<>]|/\*|\*/", style):
        return []
    pairs = (part.partition(":") for part in style.split(";"))
    return [
        (name.strip().lower(), value.replace('"', "").replace("'", "").strip())
        for name, colon, value in pairs
        if colon and _NAMES.fullmatch(name.strip().lower().removeprefix("--"))
    ]


def _is_plain(value: str) -> bool:
    value = re.sub(r"\s*!\s*important\s*$", "", value, flags=re.IGNORECASE)
    return _PLAIN.fullmatch(_COLOUR_CALL.sub("x", value)) is not None


def _is_out_of_place(name: str, value: str) -> bool:
    """Whether a box would leave its place, or letters shrink or spread until nobody reads them."""
    if name == "font-size":
        return _is_unreadable(value)
    if name.startswith(("margin", "text-indent", "letter-spacing")) and "-" in value:
        return True
    if name in ("height", "line-height", "width", "max-width"):
        length = _pixels(value)
        return length is not None and length < 1
    return any(float(number) > _WIDEST for number, _ in _LENGTH.findall(value))


def _is_unreadable(size: str) -> bool:
    length = _pixels(size)
    return length is not None and length < _SMALLEST_LETTERS


def _hides(found: list[tuple[str, str]]) -> bool:
    """Whether these declarations together are there so that nobody sees the words they dress."""
    said = {name: value.lower().replace("!important", "").strip() for name, value in found}
    if said.get("display") == "none" or said.get("visibility") in ("hidden", "collapse"):
        return True
    if said.get("mso-hide") == "all" or _is_unreadable(said.get("font-size", "")):
        return True
    if any(_is_nothing(said.get(name, "")) for name in ("opacity", "max-height", "line-height", "max-width")):
        return True
    if said.get("overflow") == "hidden" and any(
        _is_nothing(said.get(name, "")) for name in ("height", "width")
    ):
        return True
    if any(_is_far_out(value) for value in (said.get("text-indent", ""), said.get("left", ""))):
        return True
    ground = next((said[name] for name in _COLOURS_ALIKE if name in said), None)
    return said.get("color") == "transparent" or (ground is not None and said.get("color") == ground)


def _is_far_out(value: str) -> bool:
    length = _pixels(value)
    return length is not None and length < -_WIDEST / 10


def _is_nothing(value: str) -> bool:
    length = _pixels(value)
    return length is not None and length < 0.05  # noqa: PLR2004  (a twentieth: of a pixel, or of opacity)


def _pixels(value: str) -> float | None:
    found = _LENGTH.fullmatch(value.strip().lower())
    return float(found[1]) * _PER_UNIT.get(found[2] or "px", 1.0) if found else None
