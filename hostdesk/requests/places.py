"""The room's entry on the desk's rail."""

from hostdesk.web.rail import Place

PLACES = (
    Place(
        "requests",
        "Requests",
        "clipboard-list",
        "requests:desk",
        order=35,
        hotkey="r",
        count_url_name="requests:count",
    ),
)
