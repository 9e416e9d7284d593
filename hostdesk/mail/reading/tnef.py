"""`winmail.dat`: the envelope in which Outlook hides a mail's files and formatted text."""

from __future__ import annotations

import logging
import mimetypes
from dataclasses import dataclass, field

MAX_TNEF = 30_000_000


@dataclass(slots=True)
class Opened:
    """What was inside."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    text: str = ""
    html: str = ""


def opened(content: bytes) -> Opened | None:
    """The files and texts of a TNEF stream; None when it is none or broken beyond reading."""
    if len(content) > MAX_TNEF or content[:4] != b"\x78\x9f\x3e\x22":
        return None
    from tnefparse import TNEF

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        stream = TNEF(content, do_checksum=False)
        out = Opened(files=[(_name(one), bytes(one.data or b"")) for one in stream.attachments])
        out.text, out.html = _as_text(stream.body), _as_text(stream.htmlbody)
    except Exception:  # noqa: BLE001  (the library raises whatever the damaged stream leads it to)
        return None
    return out


def type_of(name: str) -> str:
    """A content type by the file's name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _name(attachment: object) -> str:
    name = getattr(attachment, "long_filename", None)
    name = (name() if callable(name) else name) or getattr(attachment, "name", "") or ""
    return _as_text(name).strip("\0")


def _as_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("cp1252", "replace")
    return str(value or "")
