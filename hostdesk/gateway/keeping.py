"""Files of a mail into the attachment storage, before the commit that names them."""

from __future__ import annotations

from hostdesk.gateway.admission import admit
from hostdesk.gateway.judging import Judged
from hostdesk.kit.keyed_links import LEFT_OUT, as_a_file
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
    return tuple(_keep(file) for file in mail.attachments)


def _keep(file: Attachment) -> NewFile:
    content, filename = as_a_file(file.content, file.filename)
    return NewFile(
        digest=files.put(content),
        filename=filename,
        content_type="text/plain" if content == LEFT_OUT else file.content_type,
        size=len(content),
        inline=file.inline,
        content_id=file.content_id or "",
    )
