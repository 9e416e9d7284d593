"""Mails that cost a reader the most: each kind grows with one number and is the same bytes for the same number."""

from __future__ import annotations

from tests.worst_mails import fields, html, machines, mime, texts, winmail

GROUPS = {
    "MIME": mime.MIME,
    "header fields": fields.HEADERS,
    "HTML": html.HTML,
    "winmail.dat": winmail.TNEF,
    "calendars and reports": machines.MACHINES,
    "text": texts.TEXT,
    "charsets": texts.CHARSETS,
}
KINDS = {name: kind for group in GROUPS.values() for name, kind in group.items()}
