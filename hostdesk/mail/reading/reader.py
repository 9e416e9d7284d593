"""The one door of this package: raw bytes in, a `ParsedMail` out, always."""

from __future__ import annotations

from hostdesk.mail.reading import author, body, bounces, headers, machines, mime, notes
from hostdesk.mail.reading.body import Body
from hostdesk.mail.reading.formatted import formatted
from hostdesk.mail.reading.mime import Entity, Walk
from hostdesk.mail.reading.reply import reply_of
from hostdesk.mail.reading.shapes import Address, Author, Bounce, Formatted, Note, ParsedMail, Unreadable
from hostdesk.mail.reading.texts import MAX_TEXT

OWN_PREFIX = "x-hostdesk-"
MOST_SEARCHED = 400_000


def read(raw: bytes) -> ParsedMail:
    """Read one mail. What cannot be read stands in `error` as a sentence, with all that could be.

    Time is linear in the size of the mail. Raises nothing but MemoryError: where memory is limited, the rest of the
    mail would not fit either, and whoever set the limit says so.
    """
    try:
        return _read(raw)
    except MemoryError:
        raise
    except Exception as problem:  # noqa: BLE001  (a mail is never lost for a fault of its reader; T18)
        return _salvaged(raw, problem)


def show(raw: bytes, *, pictures: bool) -> Formatted | Unreadable:
    """A mail's own formatting, made fit to be shown in a frame without rights; `Unreadable` when it brings none.

    `pictures` lets those of other servers load, by https only.
    """
    try:
        found = body.gather(*mime.split(raw))
        if not found.markups:
            return Unreadable("This mail has no formatting of its own.")
        return formatted(found.markups, found.attachments, pictures=pictures)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  (as in `read`: the text and the source are there all the same)
        return Unreadable("The formatting of this mail could not be read; its text and its source are there.")


def _read(raw: bytes) -> ParsedMail:
    root, walk = mime.split(raw)
    found = body.gather(root, walk)
    text = found.text
    subject = headers.text_of(root.raw("subject"), _charset_hint(root))
    bounce = bounces.recognise(root, text, subject)
    found_out = machines.recognise(root, "" if found.wordless else text, subject, bounce=bounce)
    error = notes.PARTIAL if walk.too_deep or walk.too_many else None
    return ParsedMail(
        author=author.read(raw),
        from_=_first(root, "from"),
        sender=_first(root, "sender"),
        to=headers.addresses(root.raws("to")),
        cc=headers.addresses(root.raws("cc")),
        reply_to=headers.addresses(root.raws("reply-to")),
        subject=subject,
        message_id=next(iter(headers.message_ids(root.raw("message-id"))), None),
        in_reply_to=next(iter(headers.message_ids(root.raw("in-reply-to"))), None),
        references=headers.message_ids(root.raw("references")),
        date=headers.instant(root.raw("date")),
        text=text,
        reply_text=_reply_text(text, found, bounce),
        html_sanitized=found.html,
        attachments=found.attachments,
        auto_submitted=found_out.mark != "",
        auto_reason=found_out.mark,
        machine=found_out.machine,
        bounce=bounce,
        report=found_out.report,
        list_id=found_out.list_id,
        sealed=found.sealed,
        notes=_notes(found, walk),
        return_path=found_out.return_path,
        own_headers=_own(root),
        defects=walk.defects,
        error=error,
    )


def _reply_text(text: str, found: Body, bounce: Bounce | None) -> str:
    """Machines quote nothing: only a person's text is searched for what is new in it, and nobody types a megabyte."""
    if bounce is not None:
        return text
    words = found.words
    if len(words) > MOST_SEARCHED:
        return reply_of(words[:MOST_SEARCHED])
    return reply_of(words)


def _notes(found: Body, walk: Walk) -> list[Note]:
    sealed = [notes.of_seal(found.sealed)] if found.sealed else []
    partial = [notes.partial()] if walk.too_deep or walk.too_many else []
    return [*sealed, *found.notes, *partial]


def _charset_hint(root: Entity) -> str | None:
    """The charset that the mail itself uses, for headers with bare 8-bit bytes."""
    for entity in [root, *root.children, *[part for child in root.children for part in child.children]]:
        if "charset" in entity.params:
            return entity.params["charset"]
    return None


def _first(root: Entity, name: str) -> Address | None:
    found = headers.addresses(root.raws(name)[:1])
    return next((one for one in found if "@" in one.address), found[0] if found else None)


def _own(root: Entity) -> dict[str, str]:
    """Our own marks in a mail that comes back; anybody can write them, so they only ever stop things."""
    return {name: headers.text_of(value)[:200] for name, value in root.headers if name.startswith(OWN_PREFIX)}


def _salvaged(raw: bytes, problem: Exception) -> ParsedMail:
    try:
        who = author.read(raw)
    except Exception:  # noqa: BLE001
        who = Author(address=None, name="", problem="The From field could not be read.")
    text = raw[:MAX_TEXT].decode("utf-8", "replace")
    return ParsedMail(
        author=who,
        text=text,
        reply_text=text,
        defects=[type(problem).__name__],
        error="This mail could not be taken apart; its source is kept and can be read.",
    )
