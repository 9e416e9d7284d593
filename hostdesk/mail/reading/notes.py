"""Sentences about a mail for the person who reads it: what sealed it, what of it was not read."""

from __future__ import annotations

from hostdesk.mail.reading.appointments import Appointment
from hostdesk.mail.reading.shapes import Note, Sealed

_SEALED: dict[Sealed, Note] = {
    "smime-encrypted": Note(
        "encrypted",
        "This mail is encrypted with S/MIME and cannot be read here; ask the sender to write without encryption.",
    ),
    "pgp-encrypted": Note(
        "encrypted",
        "This mail is encrypted with PGP and cannot be read here; ask the sender to write without encryption.",
    ),
    "smime-signed": Note("signed", "This mail carries an S/MIME signature, which is not checked here."),
    "pgp-signed": Note("signed", "This mail carries a PGP signature, which is not checked here."),
}
PARTIAL = "The mail has more in it (parts, levels, files or formatting) than is read; the rest can be seen in its source."


def of_seal(sealed: Sealed) -> Note:
    """What a seal means for the reader."""
    return _SEALED[sealed]


def partial() -> Note:
    """Some of the mail was not read."""
    return Note("partial", PARTIAL)


def of_appointment(appointment: Appointment) -> Note:
    """An invitation in words."""
    return Note("invitation", appointment.sentence)


def of_outlook(count: int) -> Note:
    """The mail was wrapped as only Outlook reads it."""
    files = {0: "no file was in it", 1: "one file was in it"}.get(count, f"{count} files were in it")
    return Note("outlook", f"Outlook wrapped this mail in a winmail.dat, which was opened here; {files}.")


def forwarded() -> Note:
    """All words are those of a mail inside."""
    return Note(
        "forwarded", "This mail has no words of its own; what is shown is a mail that was sent along."
    )
