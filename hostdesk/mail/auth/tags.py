"""Lists of `tag=value` as in signatures and key records (RFC 6376 3.2)."""

from __future__ import annotations

import re

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class BadTags(Exception):  # noqa: N818
    """No such list: the message says why."""


def parse(text: bytes) -> dict[str, str]:
    """The tags in their order; names keep their case. A tag twice, or a piece without `=`, spoils the list."""
    try:
        pieces = text.decode("utf-8").split(";")
    except UnicodeDecodeError as problem:
        raise BadTags("the tags are not text") from problem
    if not pieces[-1].strip():
        pieces.pop()
    tags: dict[str, str] = {}
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip(" \t\r\n")
        if not equals or _NAME.fullmatch(name) is None:
            raise BadTags("the tags cannot be read")
        if name in tags:
            raise BadTags(f"the tag {name[:20]} stands twice")
        tags[name] = value.strip(" \t\r\n")
    return tags


def without_b(value: bytes) -> bytes:
    """A signature field with the value of its `b=` emptied, which is how it was signed."""
    pieces = value.split(b";")
    for place, piece in enumerate(pieces):
        name, equals, _ = piece.partition(b"=")
        if equals and name.strip(b" \t\r\n") == b"b":
            pieces[place] = name + equals
            break
    return b";".join(pieces)


def no_blanks(value: str) -> str:
    """A value that may be folded anywhere, put together again."""
    return re.sub(r"[ \t\r\n]+", "", value)
