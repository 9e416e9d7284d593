"""Names and shapes of the files of a mail: safe to show and to save, never empty, no two alike."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from hostdesk.mail.reading import headers
from hostdesk.mail.reading.mime import Entity
from hostdesk.mail.reading.shapes import Attachment

LONGEST_NAME = 150
_EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf",
    "text/calendar": "ics", "text/html": "html", "text/plain": "txt", "text/csv": "csv", "message/rfc822": "eml",
    "application/zip": "zip", "text/vcard": "vcf", "text/x-vcard": "vcf", "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s", "application/x-pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m", "application/pgp-keys": "asc", "application/json": "json",
    "video/quicktime": "mov", "audio/mpeg": "mp3", "image/svg+xml": "svg", "image/tiff": "tif", "text/xml": "xml",
    "message/delivery-status": "txt", "message/global-delivery-status": "txt", "text/rfc822-headers": "txt",
    "message/feedback-report": "txt", "message/disposition-notification": "txt", "application/xml": "xml",
    "application/msword": "doc", "application/vnd.ms-excel": "xls", "application/rtf": "rtf", "text/rtf": "rtf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx", "application/gzip": "gz",
}  # fmt: skip
_STEMS = {"image": "picture", "text": "document", "video": "video", "audio": "audio"}
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
# Characters that turn the reading direction round, or that nobody sees.
_DECEIVING = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){2}")


def name_of(entity: Entity) -> str:
    """The name of a part as its sender gave it, made safe; "" when there is none."""
    _, found = entity.disposition
    name = found.get("filename") or entity.params.get("name") or found.get("name") or ""
    if not name:
        name = headers.text_of(entity.raw("content-description"))
        name = name if re.fullmatch(r"[^/\\]{1,100}\.\w{1,5}", name) else ""
    return safe_name(_unescaped(name))


def _unescaped(name: str) -> str:
    """`Gr%C3%BC%C3%9Fe.pdf`, as some web mailers write names, where that is UTF-8 beyond ASCII."""
    if not _PERCENT.search(name) or not name.isascii():
        return name
    try:
        read = unquote_to_bytes(name).decode("utf-8")
    except UnicodeDecodeError:
        return name
    return name if read.isascii() else read


def safe_name(name: str) -> str:
    """A name without folders, control characters and marks that deceive the eye; long ones keep their ending."""
    name = headers.clean(_DECEIVING.sub("", name))
    last = re.split(r"[/\\]", name)[-1]
    last = re.sub(r"\A[A-Za-z]:", "", last).strip(" .") or re.sub(r"[/\\:]+", " ", name).strip(" .")
    if len(last) <= LONGEST_NAME:
        return last
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 10:  # noqa: PLR2004
        return last[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def made_up_name(kind: str, taken: set[str]) -> str:
    """A name for a file that has none: `picture.png`, `document.html`, `file.bin`, with a number when taken."""
    if kind in _SIGNATURES:
        return "smime.p7s"
    if kind == "application/pgp-signature":
        return "signature.asc"
    if kind == "application/pgp-encrypted":
        return "pgp-version.txt"
    stem, ending = _STEMS.get(kind.partition("/")[0], "file"), _ending(kind)
    name, number = f"{stem}.{ending}", 1
    while name in taken:
        name, number = f"{stem}{number}.{ending}", number + 1
    return name


def _ending(kind: str) -> str:
    return _EXTENSIONS.get(kind) or re.sub(r"[^a-z0-9]", "", kind.partition("/")[2])[:8] or "bin"


def name_from_id(cid: str | None) -> str:
    """`image001.jpg@01CDB132` names a file; other content ids do not."""
    found = re.match(r"([\w .()-]{1,80}\.\w{2,5})@", cid or "")
    return found[1] if found else ""


def name_of_message(entity: Entity) -> str:
    """A mail inside a mail is named by its subject."""
    inner = entity.children[0] if entity.children else None
    subject = headers.text_of(inner.raw("subject")) if inner else ""
    stem = re.sub(r"[^\w .-]+", "_", _DECEIVING.sub("", subject))[:80].strip(". _") or "message"
    return f"{stem}.eml"


def told_apart(files: list[Attachment]) -> list[Attachment]:
    """The same files, in order; of those of one name the later ones get a number."""
    seen: dict[str, int] = {}
    out = []
    for file in files:
        count = seen[file.filename] = seen.get(file.filename, 0) + 1
        out.append(file if count == 1 else _renamed(file, count))
    return out


def _renamed(file: Attachment, number: int) -> Attachment:
    stem, dot, ending = file.filename.rpartition(".")
    name = f"{stem} ({number}).{ending}" if dot and stem else f"{file.filename} ({number})"
    return Attachment(name, file.content_type, file.size, file.inline, file.content_id, file.content)
