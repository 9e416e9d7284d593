"""The product with one promise broken on purpose: `python -m tests.faults.broken WAY COMMAND ...`.

A test of promises proves nothing until it has caught a breach; these are the breaches that it must catch.
"""

import sys
import time
from concurrent.futures import Future


def acknowledge_before_commit():
    """The door answers 250 as soon as it has the bytes and commits a moment later."""
    from hostdesk.mail.door.writer import Writer

    take, commit = Writer.take, Writer._commit

    def early(self, arrival):
        take(self, arrival)
        done = Future()
        done.set_result(None)
        return done

    def late(self, batch):
        time.sleep(0.6)
        commit(self, batch)

    Writer.take, Writer._commit = early, late


def no_unique_key():
    """Every arrival counts as another mail, whatever its bytes."""
    import itertools
    import os

    from hostdesk.mail.door.keeping import Arrival

    count = itertools.count()

    def another(self):
        object.__setattr__(self, "digest", f"{os.getpid():020x}{next(count):044x}")

    Arrival.__post_init__ = another


WAYS = {"early": acknowledge_before_commit, "doubled": no_unique_key}


if __name__ == "__main__":
    from hostdesk.config import boot
    from hostdesk.config.cli import main

    boot.setup()
    WAYS[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
