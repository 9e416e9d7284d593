"""`hostdesk worker`: the background work of all rooms alone."""

from __future__ import annotations

import argparse

HELP = "the background work of all rooms alone"
GROUP = "Run"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No options: everything is a setting."""


def run(_args: argparse.Namespace) -> int:
    """Work until told to stop; a step that has begun is finished."""
    from hostdesk.config import boot, environment, misspelt
    from hostdesk.config.preparing import make_data_folder, prepare

    make_data_folder(environment.read().data)
    misspelt.warn()
    boot.setup()
    prepare()

    from hostdesk.config import parts

    parts.run_worker()
    return 0
