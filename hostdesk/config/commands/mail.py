"""`hostdesk mail`: alone it opens the door for mail; with a word it looks after mails."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from hostdesk.config.parser import Parser

HELP = "the mail door alone; with a word: deliver, inspect, authcheck, list, show, retry, connect"
GROUP = "Run"

SMTP = "127.0.0.1:2525"
WORDS = {
    "deliver": "keep a raw mail from standard input, for Postfix and Exim pipes",
    "inspect": "show how the gateway reads mails in files",
    "authcheck": "SPF, DKIM, ARC and DMARC verdicts for cases with injected DNS",
    "list": "mails that came in and what became of them",
    "show": "one mail that came in",
    "retry": "have a mail judged again",
    "connect": "sign in to a mailbox of HOSTDESK_IMAP, once, in a browser",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the door, and the words."""
    parser.add_argument("--smtp", metavar="HOST:PORT", default=SMTP, help=f"where to listen (default {SMTP})")
    words = parser.add_subparsers(dest="word", metavar="WORD", parser_class=_WhenAsked)
    for word, what in WORDS.items():
        words.add_parser(word, help=what, description=what)


def run(args: argparse.Namespace) -> int:
    """Do the word, or open the door."""
    return int(_module(args.word).run(args) or 0) if args.word else _open_door(args)


def _open_door(args: argparse.Namespace) -> int:
    """Take mails until told to stop."""
    from hostdesk.config import boot, environment, misspelt
    from hostdesk.config.places import host_and_port
    from hostdesk.config.preparing import make_data_folder, prepare

    host, port = host_and_port(args.smtp, setting="--smtp")
    make_data_folder(environment.read().data)
    misspelt.warn()
    boot.setup()
    prepare()

    from django.conf import settings

    from hostdesk.config import parts
    from hostdesk.mail.door import listening

    smtp = listening.listen_tcp(host, port, setting="--smtp")
    parts.run_mail(smtp, parts.lmtp_socket(settings.ENVIRONMENT.lmtp))
    return 0


class _WhenAsked(Parser):
    """The parser of one word, which loads the word's module when it is used: the others cost nothing."""

    # `Any`: the namespace of argparse.
    def parse_known_args(  # type: ignore[override]  # one signature instead of three overloads
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """Declare the word's options, then read them."""
        _module(self.prog.rpartition(" ")[2]).arguments(self)
        return super().parse_known_args(args, namespace)


def _module(word: str) -> ModuleType:
    return importlib.import_module(f"hostdesk.config.commands.mail_{word}")
