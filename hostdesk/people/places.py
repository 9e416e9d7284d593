"""Places of the room on the desk's rail."""

from hostdesk.web.rail import Place

PLACES = (
    Place("customers", "Customers", "users", "people:customers", order=50, hotkey="c"),
    Place("agents", "Agents", "id-card", "people:agents", order=90, roles=frozenset({"admin"}), group=2),
)
