"""`hostdesk backup FILE`: the whole desk in one file, taken while it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "write the whole desk into one file, while it runs"
GROUP = "Care"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; only its owner may read it")


def run(args: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    from hostdesk.config import boot

    boot.setup()

    from django.utils import timezone

    from hostdesk.config.backup import backup

    done = backup(args.file, at=timezone.now())
    sys.stdout.write(
        f"{args.file}: {done.database}, {done.attachments} attachments, {done.bytes / 1e6:.1f} MB\n"
    )
    return 0
