"""What every test of the house may use."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests import databases


def pytest_collection_modifyitems(items):
    """Tests without a database, and pages in the browser, run once: with SQLite."""
    if databases.KIND == "sqlite":
        return
    for item in items:
        if item.get_closest_marker("db_free") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="runs once, beside SQLite"))


def pytest_configure():
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if databases.KIND == "sqlite":
        worker_data = settings.DATABASES["default"]["NAME"]
        settings.DATABASES["default"]["TEST"] = {"NAME": f"{worker_data}.test"}
