"""The evidence in the rail of the desk."""

from __future__ import annotations

from hostdesk.web.rail import Place

PLACES = [Place("evidence", "Evidence", "scale", "reports:evidence", order=80, group=2)]
