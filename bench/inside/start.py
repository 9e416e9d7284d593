"""The beginning of every process that measures the product."""

from __future__ import annotations

import json
import sys


def begin():
    """Bring Django up with the environment's settings and everything that a part of the desk needs."""
    from hostdesk.config import boot
    from hostdesk.config.preparing import make_data_folder, prepare

    boot.setup()
    from django.conf import settings

    make_data_folder(settings.DATA)
    prepare()


def say(answer):
    """One line of JSON to whoever started us."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
