"""What the first bytes of a file prove about it; names and declared types prove nothing."""

from __future__ import annotations


def proven_type(head: bytes) -> str | None:
    """The type that the first bytes of a file prove; None for all but PNG, JPEG, GIF and WebP.

    SVG is a program and no picture.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None
