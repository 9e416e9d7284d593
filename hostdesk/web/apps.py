"""The room as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Page shells, components, style and scripts; no tables."""

    name = "hostdesk.web"
    label = "web"
