"""Chooses what of a MIME tree is the readable text, and what is a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hostdesk.mail.reading import (
    appointments,
    charsets,
    files,
    headers,
    html,
    notes,
    smime,
    structure,
    texts,
    tnef,
)
from hostdesk.mail.reading.mime import MAX_FILES_OF_MAIL, PKCS7, Entity, Walk
from hostdesk.mail.reading.shapes import Attachment, Note, Sealed
from hostdesk.mail.reading.texts import MAX_TEXT

_INLINE_TEXT = {
    "text/plain",
    "text/html",
    "text/enriched",
    "text/richtext",
    "text/x-amp-html",
    "text/watch-html",
}
_MESSAGES = ("message/rfc822", "message/global", "message/news")
_CALENDARS = ("text/calendar", "application/ics", "text/x-vcalendar")
_RESOURCE_FORK = "application/applefile"


@dataclass(slots=True)
class Body:
    """What was found: text pieces in reading order, HTML (sanitised and as it came), files, what sealed it, what to say.

    `noise` are passages of the texts that belong to programs: a signature in letters, a file in letters.
    `wordless` is true when the sender wrote nothing and the text only says what the mail is.
    """

    texts: list[str] = field(default_factory=list)
    htmls: list[str] = field(default_factory=list)
    markups: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    sealed: Sealed | None = None
    notes: list[Note] = field(default_factory=list)
    wordless: bool = False
    has_all_files: bool = True

    @property
    def text(self) -> str:
        """The readable text of all pieces."""
        return structure.unmarked(self.marked_text)

    @property
    def marked_text(self) -> str:
        """The same, its lines marked where HTML says what they are; for the search for the new text only."""
        return "\n\n".join(piece for piece in self.texts if piece.strip())[:MAX_TEXT]

    @property
    def words(self) -> str:
        """The marked text without its noise."""
        text = self.marked_text
        for passage in self.noise[:100]:
            text = text.replace(passage, "", 1)
        return text

    @property
    def html(self) -> str | None:
        """The HTML of all pieces, sanitised; None when there is none."""
        return "\n<hr>\n".join(self.htmls) if self.htmls else None

    def add_html(self, markup: str, walk: Walk) -> None:
        """Take in one piece of HTML as it came, as far as there is room for it in this mail."""
        if len(markup) > walk.html_left:
            walk.defect("more HTML than is shown")
            markup = markup[: walk.html_left]
        walk.html_left -= len(markup)
        bare = html.without_pictures(structure.unmarked(markup))
        tame = html.tamed(bare, walk.tags_left)
        if len(tame) < len(bare):
            walk.too_many = True
            walk.defect("HTML that is cut where it would cost too much")
        walk.tags_left -= min(walk.tags_left, tame.count("<"))
        clean = html.cleaned(tame)
        self.markups.append(tame)
        self.htmls.append(html.shown(clean))
        self.texts.append(html.marked_text(clean))

    def add_note(self, note: Note) -> None:
        """Say something once."""
        if note not in self.notes:
            self.notes.append(note)

    def add_file(
        self,
        filename: str,
        content_type: str,
        content: bytes,
        *,
        inline: bool = False,
        cid: str | None = None,
    ) -> None:
        """Take in one file; a name is made up for one without. The 501st is left to the mail's source."""
        if len(self.attachments) >= MAX_FILES_OF_MAIL:
            self.has_all_files = False
            return
        name = files.safe_name(filename) or files.name_from_id(cid)
        name = name or files.made_up_name(content_type, {one.filename for one in self.attachments})
        self.attachments.append(
            Attachment(
                filename=name,
                content_type=content_type,
                size=len(content),
                inline=inline,
                content_id=cid,
                content=content,
            )
        )

    def take_beside(self, other: Body) -> None:
        """What another body brings besides its text."""
        room = MAX_FILES_OF_MAIL - len(self.attachments)
        self.attachments.extend(other.attachments[:room])
        self.has_all_files = self.has_all_files and other.has_all_files and len(other.attachments) <= room
        self.noise.extend(other.noise)
        self.sealed = self.sealed or other.sealed
        for note in other.notes:
            self.add_note(note)


def gather(root: Entity, walk: Walk) -> Body:
    """The body of a whole mail."""
    body = Body()
    _take(root, body, walk, alone=True)
    if not body.text.strip():
        _take_inner_message(root, body, walk)
    if not body.text.strip():
        body.wordless = True
        _say_what_it_is(body)
    if not body.has_all_files:
        walk.too_many = True
        walk.defect("more than 500 files")
    body.attachments = files.told_apart(body.attachments)
    return body


def _say_what_it_is(body: Body) -> None:
    """A mail without words says what it is: an appointment, or a sealed letter."""
    words = [note.words for note in body.notes if note.kind == "invitation"]
    if not words and body.sealed in ("smime-encrypted", "pgp-encrypted"):
        words = [f"[{notes.of_seal(body.sealed).words}]"]
    body.texts.extend(words[:1])


def _take(entity: Entity, body: Body, walk: Walk, *, alone: bool = False, related: bool = False) -> None:
    kind = entity.content_type
    if kind.startswith("multipart/"):
        _take_multipart(entity, body, walk, related=related)
    elif kind in _MESSAGES:
        if alone and entity.children:
            _take(entity.children[0], body, walk)
        _attach_message(entity, body)
    elif kind in PKCS7:
        _take_envelope(entity, body, walk, alone=alone)
    elif _is_readable(entity, alone=alone, related=related):
        _take_text(entity, body, walk)
        if files.name_of(entity) and not alone:
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
    children = _first_first(entity) if is_related else entity.children
    had_html = False
    for index, child in enumerate(children):
        is_html = child.content_type == "text/html"
        if child.content_type == _RESOURCE_FORK and len(children) > 1:
            continue
        if is_related and index and is_html:
            # Only the first part of a related set is the text; later pages are files it may show.
            _attach(child, body, walk, related=True)
            continue
        _take(child, body, walk, related=is_related or related)
        if is_html and had_html and not files.name_of(child):
            # A second page may be the mail going on after a picture, or a page that was sent along: it is both.
            body.add_file("", "text/html", child.content(), inline=True)
        had_html = had_html or is_html


def _first_first(entity: Entity) -> list[Entity]:
    """The parts of a related set, the one that it names as its start in front."""
    start = entity.params.get("start", "").strip("<> ")
    if not start:
        return entity.children
    return sorted(
        entity.children, key=lambda one: headers.text_of(one.raw("content-id")).strip("<> ") != start
    )


def _take_alternative(entity: Entity, body: Body, walk: Walk, *, related: bool) -> None:
    """Several forms of one text: the plain one is read, the HTML one kept for showing; neither is said twice."""
    forms: list[Body] = []
    for child in entity.children:
        form = Body()
        _take(child, form, walk, related=related)
        forms.append(form)
        body.take_beside(form)
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


def _take_text(entity: Entity, body: Body, walk: Walk) -> None:
    if walk.text_left <= 0:
        walk.defect("more text than is read")
        return
    text = texts.decoded_text(entity)
    walk.text_left -= len(text)
    if entity.content_type == "text/html":
        body.add_html(text, walk)
    elif entity.content_type in ("text/enriched", "text/richtext"):
        body.texts.append(texts.enriched(text))
    elif entity.content_type == "text/plain":
        plain = texts.looked_through(text)
        body.texts.append(plain.text)
        body.noise.extend(plain.noise)
        body.sealed = body.sealed or plain.sealed
        for name, content in plain.files:
            body.add_file(name, tnef.type_of(name), content)


def _take_envelope(entity: Entity, body: Body, walk: Walk, *, alone: bool) -> None:
    """S/MIME that is one part: the mail inside a signature is read, an encrypted one stays a file."""
    said = entity.params.get("smime-type", "").lower()
    kind = smime.kind_of(entity.content()) or ("signed" if said.startswith("signed") else "")
    if kind == "signed":
        body.sealed = body.sealed or "smime-signed"
        if entity.children:
            _take(entity.children[0], body, walk, alone=alone)
    elif kind == "encrypted" or said in ("", "enveloped-data", "authenveloped-data"):
        body.sealed = body.sealed or "smime-encrypted"
    _attach(entity, body, walk, related=False)


def _attach(entity: Entity, body: Body, walk: Walk, *, related: bool) -> None:
    kind, content = entity.content_type, entity.content()
    name = files.name_of(entity)
    if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
        if _open_tnef(content, body, walk):
            return
    elif kind in _CALENDARS or name.lower().endswith(".ics"):
        most = min(appointments.MAX_CALENDAR, walk.calendars_left)
        text = charsets.decode(content[:most], entity.params.get("charset"))
        walk.calendars_left -= len(content[:most])
        appointment = appointments.read(text, method=entity.params.get("method", ""))
        if appointment is not None:
            body.add_note(notes.of_appointment(appointment))
    word, _ = entity.disposition
    cid = headers.text_of(entity.raw("content-id")).strip("<> ") or None
    inline = word.lower() == "inline" or (word.lower() != "attachment" and (related or cid is not None))
    body.add_file(name, kind, content, inline=inline, cid=cid)


def _attach_message(entity: Entity, body: Body) -> None:
    """A mail inside a mail stays one file, named by its subject."""
    name = files.name_of(entity) or files.name_of_message(entity)
    content = entity.content() if entity.encoding in ("base64", "quoted-printable") else entity.body
    body.add_file(name, entity.content_type, content.lstrip(b"\r\n"))


def _open_tnef(content: bytes, body: Body, walk: Walk) -> bool:
    found = tnef.opened(content, most_rich=walk.rich_left)
    if found is None:
        walk.defect("a winmail.dat that cannot be opened")
        return False
    walk.rich_left -= found.rich
    for file in found.files:
        kind = file.content_type if re.fullmatch(r"[\w.+-]+/[\w.+-]+", file.content_type) else ""
        shown = bool(file.content_id) and f"cid:{file.content_id}" in found.html
        body.add_file(
            file.name,
            kind or tnef.type_of(file.name),
            file.content,
            inline=shown,
            cid=file.content_id or None,
        )
    body.add_note(notes.of_outlook(len(found.files)))
    if found.appointment is not None:
        body.add_note(notes.of_appointment(found.appointment))
    if not body.text.strip():
        if found.html.strip():
            body.add_html(found.html[:MAX_TEXT], walk)
        if not body.text.strip() and found.text.strip():
            body.texts.append(structure.unmarked(found.text[:MAX_TEXT]))
    return True


def _take_inner_message(root: Entity, body: Body, walk: Walk) -> None:
    """A mail that says nothing itself is read by the first mail inside it."""
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
                body.add_note(notes.forwarded())
                return
        stack.extend(reversed(entity.children))
