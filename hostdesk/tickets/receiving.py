"""How much a browser may send us at once, and how its files are taken in without filling the disk."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 25_000_000
"""Of one file."""
MOST_FILES = 10
"""Of one message."""
MOST_CHARACTERS = 100_000
"""Of one text field."""


class OnlyWhatFits(FileUploadHandler):
    """Takes the files of one request in and keeps of each no more than fits.

    The rest is read and dropped, never stored, while `size` goes on counting: so the form can say which file is too
    large and still bring back every word that was typed with it. `FILE_UPLOAD_HANDLERS` names this class.
    """

    # `Any`: the signature of Django's own handlers.
    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.files_taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the next file."""
        super().new_file(*args, **kwargs)
        self.files_taken += 1
        self.content = SpooledTemporaryFile(max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
        self.counted = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002  (Django's signature)
        """Keep this piece as long as the file still fits."""
        self.counted += len(raw_data)
        if self.counted <= MOST_BYTES and self.files_taken <= MOST_FILES:
            self.content.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile:  # noqa: ARG002  (we counted ourselves)
        """The file, rewound; `size` is what was sent, also where less was kept."""
        self.content.seek(0)
        return UploadedFile(
            file=self.content,  # type: ignore[arg-type]  # a file in all but its class
            name=self.file_name,
            content_type=self.content_type,
            size=self.counted,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
