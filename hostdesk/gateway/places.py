"""The mailroom's entry in the desk's rail."""

from hostdesk.web.rail import Place

PLACES = (Place("mailroom", "Mailroom", "mailbox", "gateway:mailroom", order=40, hotkey="i"),)
