"""Files of a mail into the attachment storage, before the commit that names them."""

from __future__ import annotations

from msgspec.structs import replace

from hostdesk.gateway.admission import admit
from hostdesk.gateway.judging import Judged
from hostdesk.kit.keyed_links import blanked
from hostdesk.mail.reading import Attachment, ParsedMail
from hostdesk.ports import files
from hostdesk.tickets.actions.opening import NewFile


def files_of(judged: Judged) -> tuple[NewFile, ...]:
    """The files of a mail that may become part of a ticket, stored before the commit; none for all others."""
    if judged.parsed is None or not judged.parsed.attachments:
        return ()
    way = admit(judged.facts).way
    return keep_files(judged.parsed) if way in ("complaint", "own ticket", "ticket or join") else ()


def keep_files(mail: ParsedMail) -> tuple[NewFile, ...]:
    """Store each file of a mail by its content and say where; the same content twice is stored once.

    A file whose ticket is not committed in the end lies there unused: by content, it is found again when the mail
    is run again.
    """
    return tuple(
        NewFile(
            digest=files.put(file.content),
            filename=file.filename,
            content_type=file.content_type,
            size=file.size,
            inline=file.inline,
            content_id=file.content_id or "",
        )
        for file in map(_without_keys, mail.attachments)
    )


def _without_keys(file: Attachment) -> Attachment:
    """A file as it may lie in a ticket: a forwarded mail of ours comes without the links that act for its reader."""
    if not file.content_type.startswith(_WRITTEN) and not file.filename.lower().endswith(_WRITTEN_NAMES):
        return file
    clean = blanked(file.content)
    if clean == file.content:
        return file
    if clean is None:
        return replace(file, content=_LEFT_OUT, size=len(_LEFT_OUT), filename=f"{file.filename}.txt")
    return replace(file, content=clean, size=len(clean))


_WRITTEN = ("text/", "message/")
_WRITTEN_NAMES = (".eml", ".txt", ".htm", ".html")
_LEFT_OUT = (
    b"This file holds a link of ours that only its reader may press, so it is not kept here.\r\n"
    b"It lies in the mail that brought it; an administrator can open it there.\r\n"
)
