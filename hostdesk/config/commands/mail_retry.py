"""`hostdesk mail retry ID`: have a mail judged again."""

from __future__ import annotations

import argparse
import sys

HELP = "have a mail judged again"
GROUP = "Mail"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", type=int, nargs="+", metavar="ID", help="the number that 'mail list' shows")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")


def run(args: argparse.Namespace) -> int:
    """Let the mails wait again; the worker takes them within moments. Nothing is done when one may not."""
    from hostdesk.config import boot

    boot.setup()

    from django.db import transaction
    from django.utils import timezone

    from hostdesk.kit.actors import OPERATOR
    from hostdesk.mail import actions, queries

    with transaction.atomic():
        for mail_id in args.id:
            actions.wait_again(queries.inbound_by_id(mail_id), by=OPERATOR, at=timezone.now())
        if args.dry_run:
            transaction.set_rollback(True)
    word = "would wait" if args.dry_run else "waits"
    sys.stdout.writelines(f"mail {mail_id} {word} to be judged again\n" for mail_id in args.id)
    return 0
