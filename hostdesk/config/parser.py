"""The parser of the command line: what it refuses is told in one sentence."""

from __future__ import annotations

import argparse
from typing import NoReturn

EXIT_REFUSED = 2


class Parser(argparse.ArgumentParser):
    """The standard library's without the lines of usage before an error; sub-parsers are of this kind too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words given, and where the right ones stand."""
        self.exit(EXIT_REFUSED, f"hostdesk: {message} ('{self.prog} --help' shows the way)\n")
