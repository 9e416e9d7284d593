"""`hostdesk serve`: the whole desk in one command."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HELP = "start everything: web, mail door, worker, monitor"
GROUP = "Run"

HTTP = "127.0.0.1:8000"
SMTP = "127.0.0.1:2525"
_SECONDS_TO_ANSWER = 60.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: HOSTDESK_DATA, else ./data)")
    parser.add_argument("--http", metavar="HOST:PORT", default=HTTP, help=f"the web address (default {HTTP})")
    parser.add_argument("--smtp", metavar="HOST:PORT", default=SMTP, help=f"the mail door (default {SMTP})")


def run(args: argparse.Namespace) -> int:
    """Prepare the data folder, start the parts, say where they are, and stay until told to stop."""
    from hostdesk.config.places import host_and_port, refuse_taken

    host, port = host_and_port(args.http, setting="--http")
    mail_host, mail_port = host_and_port(args.smtp, setting="--smtp")
    refuse_taken(host, port, setting="--http")
    # Before anything of Django is imported: some of it reads the settings when it is.
    settle_environment(data=args.data, host=host, port=port)

    from hostdesk.config import boot, environment, misspelt
    from hostdesk.config.preparing import make_data_folder, prepare

    make_data_folder(environment.read().data)
    misspelt.warn()
    # All that is made from here on stays; to look for garbage in it takes a third of the time. The family looks once.
    gc.disable()
    boot.setup()

    from hostdesk.config.processes import Family, beside

    prepared = beside(prepare)

    from django.conf import settings

    from hostdesk.config import parts
    from hostdesk.mail.door import listening

    smtp = listening.listen_tcp(mail_host, mail_port, setting="--smtp")
    lmtp = parts.lmtp_socket(settings.ENVIRONMENT.lmtp)
    load_what_all_need()
    prepared()
    family = Family(
        {
            "web": partial(parts.run_web, host, port),
            "mail": partial(parts.run_mail, smtp, lmtp),
            "worker": parts.run_worker,
            "monitor": parts.run_monitor,
        }
    )
    family.live(
        when_started=partial(_say_where, settings.HOSTDESK_URL, args.smtp, partial(parts.answers, host, port))
    )
    return 0


def settle_environment(*, data: str | None, host: str, port: int) -> None:
    """Let the options speak to all processes; a public address that nobody set is the one we listen on."""
    from hostdesk.config.environment import read_dotenv

    if data:
        os.environ["HOSTDESK_DATA"] = data
    if not (os.environ.get("HOSTDESK_URL") or read_dotenv(Path.cwd() / ".env").get("HOSTDESK_URL")):
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        os.environ["HOSTDESK_URL"] = f"http://{shown}:{port}"


def load_what_all_need() -> None:
    """Import before the fork what each part would import after it, once instead of four times."""
    from django.template import engines
    from django.urls import get_resolver

    from hostdesk.jobs import rounds

    engines.all()
    _ = get_resolver().url_patterns
    rounds.discover()


def _say_where(url: str, smtp: str, answers: Callable[[], bool]) -> None:
    """Print the addresses as soon as the first page comes."""
    from django.conf import settings

    from hostdesk.demo import sign_ins

    end = time.monotonic() + _SECONDS_TO_ANSWER
    while not answers() and time.monotonic() < end:
        time.sleep(0.02)
    demo = sign_ins.shown(settings.DATA, url)
    sys.stdout.write(f"hostdesk is ready\n  web   {url}\n  mail  {smtp}\n{demo}Stop with Ctrl-C.\n")
    sys.stdout.flush()
