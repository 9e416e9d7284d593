"""The entries of tickets in the desk's rail."""

from hostdesk.web.rail import Place

PLACES = (
    Place("queue", "Queue", "inbox", "tickets:queue", order=10, hotkey="q"),
    Place("mine", "Mine", "user", "tickets:mine", order=20, hotkey="m"),
    Place("all", "All tickets", "layers", "tickets:all", order=30, hotkey="a"),
)
