"""Files of tickets as they leave the house: always a download, never a page of ours."""

from __future__ import annotations

from django.http import FileResponse

from hostdesk.ports import files
from hostdesk.tickets.models import Attachment

# Whatever a browser makes of the bytes, it may run nothing and reach nothing (threats T24, T25).
_NOTHING_RUNS = "default-src 'none'; sandbox"


def download(file: Attachment) -> FileResponse:
    """One attachment, to be saved under its own name."""
    response = FileResponse(
        files.open_file(file.digest), as_attachment=True, filename=file.filename, content_type=UNKNOWN
    )
    response.headers["Content-Security-Policy"] = _NOTHING_RUNS
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


UNKNOWN = "application/octet-stream"
