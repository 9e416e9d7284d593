"""Files that a browser sends: kept by content before the verb that hangs them on a message."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile

from hostdesk.kit.keyed_links import as_a_file
from hostdesk.ports import files
from hostdesk.tickets.actions.opening import NewFile

UNKNOWN = "application/octet-stream"


def kept(uploads: Iterable[UploadedFile]) -> tuple[NewFile, ...]:
    """Put each upload into the attachment storage; durable once this returns.

    The type comes from the name and not from the browser's word; either way it is only ever served as a download.
    """
    return tuple(_keep(upload) for upload in uploads)


def _keep(upload: UploadedFile) -> NewFile:
    content, name = as_a_file(upload.read(), upload.name or "file")
    kind = mimetypes.guess_type(name)[0] or UNKNOWN
    return NewFile(digest=files.put(content), filename=name, content_type=kind, size=len(content))
