"""Chooses what of a MIME tree is the readable text, and what is a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hostdesk.mail.reading import charsets, headers, html, tnef
from hostdesk.mail.reading.mime import Entity, Walk
from hostdesk.mail.reading.shapes import Attachment, Note, Sealed

MAX_TEXT = 2_000_000
_INLINE_TEXT = {
    "text/plain",
    "text/html",
    "text/enriched",
    "text/richtext",
    "text/x-amp-html",
    "text/watch-html",
}
_EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "application/pdf": "pdf",
    "text/calendar": "ics", "text/html": "html", "text/plain": "txt", "text/csv": "csv", "message/rfc822": "eml",
    "application/zip": "zip", "text/vcard": "vcf", "text/x-vcard": "vcf", "application/pgp-signature": "asc",
    "application/pkcs7-signature": "p7s", "application/pkcs7-mime": "p7m", "application/pgp-keys": "asc",
    "video/quicktime": "mov", "audio/mpeg": "mp3", "image/svg+xml": "svg", "image/tiff": "tif",
}  # fmt: skip


@dataclass(slots=True)
class Body:
    """What was found: text pieces in reading order, HTML (sanitised and as it came), files, what sealed it, what to say."""

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    markups: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    sealed: Sealed | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The readable text of all pieces."""
        return "\n\n".join(piece for piece in self.texts if piece.strip())[:MAX_TEXT]

    @property
    def html(self) -> str | None:
        """The HTML of all pieces, sanitised; None when there is none."""
        return "\n<hr>\n".join(self.htmls) if self.htmls else None

    def add_html(self, markup: str) -> None:
        """Take in one piece of HTML as it came."""
        clean = html.sanitized(markup)
        self.markups.append(markup)
        self.htmls.append(clean)
        self.texts.append(html.to_text(clean))


def gather(root: Entity, walk: Walk) -> Body:
    """The body of a whole mail."""
    body = Body()
    _take(root, body, walk, alone=True)
    if not body.text.strip():
        _take_inner_message(root, body, walk)
    return body


def _take(entity: Entity, body: Body, walk: Walk, *, alone: bool = False, related: bool = False) -> None:
    kind = entity.content_type
    if kind.startswith("multipart/"):
        _take_multipart(entity, body, walk, related=related)
    elif kind in ("message/rfc822", "message/global", "message/news"):
        if alone and entity.children:
            _take(entity.children[0], body, walk)
        _attach_message(entity, body)
    elif _is_readable(entity, alone=alone, related=related):
        _take_text(entity, body)
        if filename_of(entity) and not alone:
            _attach(entity, body, walk, related=related)
    else:
        _attach(entity, body, walk, related=related)


def _take_multipart(entity: Entity, body: Body, walk: Walk, *, related: bool) -> None:
    kind = entity.content_type
    if kind == "multipart/signed":
        protocol = entity.params.get("protocol", "").lower()
        body.sealed = body.sealed or ("pgp-signed" if "pgp" in protocol else "smime-signed")
    elif kind == "multipart/encrypted":
        body.sealed = body.sealed or "pgp-encrypted"
    if kind == "multipart/alternative":
        _take_alternative(entity, body, walk, related=related)
        return
    is_related = kind == "multipart/related"
    for index, child in enumerate(entity.children):
        if is_related and index and child.content_type == "text/html":
            # Only the first part of a related set is the text; later pages are files it may show.
            _attach(child, body, walk, related=True)
        else:
            _take(child, body, walk, related=is_related or related)


def _take_alternative(entity: Entity, body: Body, walk: Walk, *, related: bool) -> None:
    """Several forms of one text: the plain one is read, the HTML one kept for showing; neither is said twice."""
    forms: list[Body] = []
    for child in entity.children:
        form = Body()
        _take(child, form, walk, related=related)
        forms.append(form)
        body.attachments.extend(form.attachments)
        body.sealed = body.sealed or form.sealed
    for form in forms:
        body.htmls.extend(form.htmls)
        body.markups.extend(form.markups)
    plain = [form for form in forms if form.text.strip() and not form.htmls]
    rich = [form for form in forms if form.text.strip() and form.htmls]
    chosen = plain[0] if plain else rich[0] if rich else None
    if len(plain) > 1 and not rich:
        # Not forms of one text, whatever the sender called them: nothing may get lost.
        body.texts.extend(text for form in plain for text in form.texts)
        return
    if chosen is not None and chosen in plain and rich and _says_nothing(chosen.text, rich[0].text):
        chosen = rich[0]
    if chosen is not None:
        body.texts.extend(chosen.texts)


def _says_nothing(plain: str, rich: str) -> bool:
    """A plain form that only sends the reader to the HTML form."""
    return len(plain) < 200 and len(rich) > 4 * len(plain) and "html" in plain.lower()  # noqa: PLR2004


def _is_readable(entity: Entity, *, alone: bool, related: bool) -> bool:
    """Whether a part is text to be read here. A named text is a file, unless it says `inline` (then it is both)."""
    if entity.content_type not in _INLINE_TEXT:
        return False
    word, found = entity.disposition
    named = found.get("filename") or entity.params.get("name")
    if word.lower() == "attachment":
        return alone and not named
    if alone or not named:
        return True
    return word.lower() == "inline" and entity.content_type == "text/plain" and not related


def _take_text(entity: Entity, body: Body) -> None:
    text = decoded_text(entity)
    if entity.content_type == "text/html":
        body.add_html(text)
    elif entity.content_type in ("text/enriched", "text/richtext"):
        body.texts.append(_enriched(text))
    elif entity.content_type == "text/plain":
        body.texts.append(_with_files_cut_out(text, body))


def decoded_text(entity: Entity) -> str:
    """A text part as text: transfer encoding, charset and line ends undone, format=flowed joined."""
    content = entity.content()[: 4 * MAX_TEXT]
    charset = entity.params.get("charset")
    if entity.content_type == "text/html" and not charset:
        said = re.search(
            rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", content[:4000], re.IGNORECASE
        )
        charset = said[1].decode("ascii", "replace") if said else None
    text = charsets.decode(content, charset)[:MAX_TEXT]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if entity.params.get("format", "").lower() == "flowed" and entity.content_type == "text/plain":
        text = unflowed(text, delsp=entity.params.get("delsp", "").lower() == "yes")
    return text


_QUOTE_MARKS = re.compile(r"(>*)( ?)(.*)", re.DOTALL)


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Join the soft line breaks of RFC 3676; quoted lines join only within their own depth."""
    out: list[str] = []
    joined: list[str] = []
    depth = 0

    def flush() -> None:
        if joined:
            out.append((">" * depth + " " if depth else "") + "".join(joined))
            joined.clear()

    for line in text.split("\n"):
        found = _QUOTE_MARKS.match(line)
        assert found is not None, "the pattern matches every line"
        marks, content = len(found[1]), found[3]
        if marks != depth:
            flush()
        depth = marks
        if content == "-- ":
            flush()
            out.append(line)
            continue
        soft = content.endswith(" ")
        joined.append(content[:-1] if soft and delsp else content)
        if not soft:
            flush()
    flush()
    return "\n".join(out)


_UU = re.compile(
    r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n((?:[ -`][^\n]{0,90}\n)*?)[ `]?\n?end[ \t]*$", re.MULTILINE
)


def _with_files_cut_out(text: str, body: Body) -> str:
    """Uuencoded files inside a text become attachments, as their readers show them."""
    if "\nend" not in text or not re.search(r"^begin [0-7]{3,4} ", text, re.MULTILINE):
        return text

    def cut(found: re.Match[str]) -> str:
        entity = Entity([("content-transfer-encoding", b"uuencode")], found[0].encode("latin-1", "replace"))
        _append(body, filename=found[1], content_type="application/octet-stream", content=entity.content())
        return ""

    return _UU.sub(cut, text)


def _enriched(text: str) -> str:
    text = re.sub(r"<param>.{0,200}?</param>", "", text, flags=re.IGNORECASE | re.DOTALL)
    text = text.replace("<<", "\0")
    text = re.sub(r"</?[a-zA-Z0-9-]{1,60}>", "", text).replace("\0", "<")
    return re.sub(r"\n(\n*)", lambda found: found[1] or " ", text)


def filename_of(entity: Entity) -> str:
    """The name of a part as its sender gave it, without folders and control characters; "" when there is none."""
    _, found = entity.disposition
    name = found.get("filename") or entity.params.get("name") or found.get("name") or ""
    if not name:
        name = headers.text_of(entity.raw("content-description"))
        name = name if re.fullmatch(r"[^/\\]{1,100}\.\w{1,5}", name) else ""
    return _safe_name(name)


def _safe_name(name: str) -> str:
    name = headers.clean(re.sub("[\u202a-\u202e\u2066-\u2069]", "", name))
    return re.split(r"[/\\]", name)[-1].strip(" .")[:200] or headers.clean(name)[:200]


def _attach(entity: Entity, body: Body, walk: Walk, *, related: bool) -> None:
    kind, content = entity.content_type, entity.content()
    name = filename_of(entity)
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
        if _open_tnef(content, body, walk):
            return
    elif kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        signed = entity.params.get("smime-type", "").startswith("signed")
        body.sealed = body.sealed or ("smime-signed" if signed else "smime-encrypted")
    word, _ = entity.disposition
    cid = headers.text_of(entity.raw("content-id")).strip("<> ") or None
    inline = word.lower() == "inline" or (word.lower() != "attachment" and (related or cid is not None))
    name = name or _name_from_id(cid) or _made_up_name(kind, body)
    _append(body, filename=name, content_type=kind, content=content, inline=inline, content_id=cid)


def _name_from_id(cid: str | None) -> str:
    """`image001.jpg@01CDB132` names a file; other content ids do not."""
    found = re.match(r"([\w .()-]{1,80}\.\w{2,5})@", cid or "")
    return found[1] if found else ""


def _made_up_name(kind: str, body: Body) -> str:
    """A name for a file that has none: `picture.png`, `document.html`, `file.bin`, with a number when taken."""
    stem = {"image": "picture", "text": "document", "video": "video", "audio": "audio"}.get(
        kind.partition("/")[0], "file"
    )
    taken = {one.filename for one in body.attachments}
    name, number = f"{stem}.{_extension(kind)}", 1
    while name in taken:
        name, number = f"{stem}{number}.{_extension(kind)}", number + 1
    return name


def _extension(kind: str) -> str:
    return _EXTENSIONS.get(
        kind, "bin" if "/" not in kind else re.sub(r"[^a-z0-9]", "", kind.split("/")[1])[:8] or "bin"
    )


def _append(
    body: Body,
    *,
    filename: str,
    content_type: str,
    content: bytes,
    inline: bool = False,
    content_id: str | None = None,
) -> None:
    body.attachments.append(
        Attachment(
            filename=_safe_name(filename),
            content_type=content_type,
            size=len(content),
            inline=inline,
            content_id=content_id,
            content=content,
        )
    )


def _attach_message(entity: Entity, body: Body) -> None:
    """A mail inside a mail stays one file, named by its subject."""
    name = filename_of(entity)
    if not name:
        inner = entity.children[0] if entity.children else None
        subject = headers.text_of(inner.raw("subject")) if inner else ""
        stem = re.sub(r"[^\w .-]+", "_", subject)[:80].strip(". _") or "message"
        name = f"{stem}.eml"
    content = entity.content() if entity.encoding in ("base64", "quoted-printable") else entity.body
    _append(body, filename=name, content_type=entity.content_type, content=content.lstrip(b"\r\n"))


def _open_tnef(content: bytes, body: Body, walk: Walk) -> bool:
    opened = tnef.opened(content)
    if opened is None:
        walk.defect("a winmail.dat that cannot be opened")
        return False
    for name, inner in opened.files:
        _append(body, filename=name or "file", content_type=tnef.type_of(name), content=inner)
    if not body.text.strip():
        if opened.html:
            body.add_html(opened.html)
        elif opened.text:
            body.texts.append(opened.text)
    return True


def _take_inner_message(root: Entity, body: Body, walk: Walk) -> None:
    """A mail that says nothing itself is read by the first mail or text file inside it."""
    stack = [root]
    while stack:
        entity = stack.pop()
        if entity.content_type == "message/rfc822" and entity.children:
            inner = Body()
            _take(entity.children[0], inner, walk, alone=True)
            if inner.text.strip():
                body.texts.append(inner.text)
                body.htmls.extend(inner.htmls)
                body.markups.extend(inner.markups)
                return
        stack.extend(reversed(entity.children))
