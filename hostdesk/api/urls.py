"""One address; the API itself is loaded when it is first called."""

from __future__ import annotations

from django.urls import re_path

from hostdesk.api.views import entry

app_name = "api"
urlpatterns = [re_path(r"^api/v1(?P<rest>/.*)?$", entry, name="v1")]
