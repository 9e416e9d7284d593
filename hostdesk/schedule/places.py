"""Places of the room on the desk's rail."""

from hostdesk.web.rail import Place

PLACES = (Place("duty", "On duty", "clock", "schedule:duty", order=60),)
