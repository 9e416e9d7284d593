"""Pictures of letters, shown in place. Only what its first bytes prove to be one of four raster formats."""

from __future__ import annotations

from django.http import HttpResponse

from hostdesk.kit.pictures import proven_type
from hostdesk.kit.refusals import Missing
from hostdesk.ports import files
from hostdesk.tickets.models import Attachment

_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MOST_BYTES = 8_000_000
_HEAD = 16


def may_be_shown(file: Attachment) -> bool:
    """Whether it is worth trying to show a file in place, by its name's word; `show` then looks at the bytes."""
    return file.content_type in _TYPES and file.size <= _MOST_BYTES


def show(file: Attachment) -> HttpResponse:
    """A picture under the type that its bytes prove, without any rights; raises Missing for anything else.

    SVG is a program and never shown. Whatever else the bytes may mean to a browser: it is told not to guess, and may
    run and reach nothing (threats T24, T25).
    """
    if not may_be_shown(file):
        raise Missing
    content = files.read(file.digest)
    kind = proven_type(content[:_HEAD])
    if kind is None:
        raise Missing
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
