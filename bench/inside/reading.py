"""Reading and classing of mixed mails in this process, beside Python's `email`: `reading ROUNDS`."""

from __future__ import annotations

import sys
import time

from bench import mails
from bench.inside import start
from bench.inside.peer import read_fully


def seconds(read, raws):
    """CPU seconds for one pass, a mail."""
    begun = time.process_time()
    for raw in raws:
        read(raw)
    return (time.process_time() - begun) / len(raws)


def main(rounds):
    """Measure in turns and tell every round."""
    from hostdesk.mail import reading

    where, raws = mails.mixed()
    seconds(reading.read, raws)
    seconds(read_fully, raws)
    found = [{"ours": seconds(reading.read, raws), "peer": seconds(read_fully, raws)} for _ in range(rounds)]
    start.say({"rounds": found, "from": where, "many": len(raws), "mean": sum(map(len, raws)) / len(raws)})


if __name__ == "__main__":
    main(int(sys.argv[1]))
