"""The entries of tickets in the desk's rail."""

from hostdesk.people.powers import KEEPERS
from hostdesk.web.rail import Place

PLACES = (
    Place("queue", "Queue", "inbox", "tickets:queue", order=10, hotkey="q"),
    Place("mine", "Mine", "user", "tickets:mine", order=20, hotkey="m"),
    Place(
        "consults",
        "Questions",
        "users",
        "tickets:consults",
        order=25,
        count_url_name="tickets:consults_count",
    ),
    Place("all", "All tickets", "layers", "tickets:all", order=30, hotkey="a"),
    Place("windows", "Quiet times", "calendar-clock", "tickets:windows", order=55),
    Place("fairness", "Fairness", "list-ordered", "tickets:fairness", order=65, roles=KEEPERS),
    Place("forecast", "Forecast", "chart-column", "tickets:forecast", order=66, roles=KEEPERS),
)
