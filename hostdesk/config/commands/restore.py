"""`hostdesk restore FILE`: a backup into an empty place."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "put a backup into an empty data folder or database"
GROUP = "Care"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what 'hostdesk backup' wrote")


def run(args: argparse.Namespace) -> int:
    """Read the backup and say what was in it."""
    from hostdesk.config import boot, environment
    from hostdesk.config.preparing import make_data_folder

    make_data_folder(environment.read().data)
    boot.setup()

    from hostdesk.config.backup import restore

    done = restore(args.file)
    sys.stdout.write(
        f"restored: {done.database}, {done.attachments} attachments; start 'hostdesk serve' now\n"
    )
    return 0
