"""Every address of the product; each room brings its own."""

from __future__ import annotations

import importlib.util

from django.urls import include, path

ROOMS = ("web", "jobs", "people", "hosting", "schedule", "tickets", "requests", "gateway", "reports", "api")

urlpatterns = [
    path("", include(f"hostdesk.{room}.urls"))
    for room in ROOMS
    if importlib.util.find_spec(f"hostdesk.{room}.urls")
]

handler400 = "hostdesk.web.views.bad_request"
handler403 = "hostdesk.web.views.forbidden"
handler404 = "hostdesk.web.views.not_found"
handler500 = "hostdesk.web.views.server_error"
