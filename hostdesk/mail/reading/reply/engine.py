"""The reply engine: line by line, in linear time."""

from __future__ import annotations


def reply_of(text: str) -> str:
    """The new text of a mail; the whole text when nothing but quotation would be left."""
    lines = text.split("\n")
    kept = [line for line in lines if not line.startswith(">")]
    return "\n".join(kept).strip("\n") or text.strip("\n")
