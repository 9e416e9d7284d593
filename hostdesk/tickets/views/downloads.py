"""Files of tickets as they leave the house: always a download, never a page of ours."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse

from hostdesk.ports import files
from hostdesk.tickets.models import Attachment

# Whatever a browser makes of the bytes, it may run nothing and reach nothing (threats T24, T25).
_NOTHING_RUNS = "default-src 'none'; sandbox"
# Sanitised before it was stored, shut in a second time: own styles only, no scripts, no pictures from outside.
_LETTER_ONLY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"
_LETTER = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Message as it was formatted</title>
<style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#fff;color:#111;
overflow-wrap:anywhere}}img{{max-width:100%}}</style></head><body>{}</body></html>"""


def download(file: Attachment) -> FileResponse:
    """One attachment, to be saved under its own name."""
    response = FileResponse(
        files.open_file(file.digest), as_attachment=True, filename=file.filename, content_type=UNKNOWN
    )
    response.headers["Content-Security-Policy"] = _NOTHING_RUNS
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


UNKNOWN = "application/octet-stream"


def formatted(html: str) -> HttpResponse:
    """The stored, sanitised HTML of a mail as a page without any rights."""
    response = HttpResponse(_LETTER.format(html))
    response.headers["Content-Security-Policy"] = _LETTER_ONLY
    return response
