"""The product's settings over a database of the suite's own (`databases.py` comes first)."""

from tests import databases  # noqa: I001  (must run before the settings are read)
from hostdesk.config.settings import *  # noqa: F403
from hostdesk.config.settings import DATABASES, STATIC_ROOT, STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if databases.KIND == "sqlite":
    # A file and not memory: threads and processes of a test meet in it as they do in a running desk.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATABASES['default']['NAME']}.test"}
# WhiteNoise warns about a folder that is not there, and a warning fails a test.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
