"""The settings for `hostdesk mail deliver`: the same, with only the rooms that keep mail, so that it starts quickly."""

from __future__ import annotations

from hostdesk.config.settings import *  # noqa: F403  (the same settings)

INSTALLED_APPS = ["hostdesk.policy", "hostdesk.jobs", "hostdesk.audit", "hostdesk.mail"]
MIDDLEWARE = []
