"""Whether the range that a waiting customer is shown is true, and narrow enough to be worth saying."""

from __future__ import annotations

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from bench import places
from bench.report import Figure, Section
from tests.replaying import LOOKS, Replayed, Said

TITLE = "Expected time of the first answer"
TRUE, NARROW = 0.80, 0.50
SECOND = 77
# Name, seed, requests on the odd day as a multiple, who is away on it.
DEMO = (
    ("the demo month", 1994, 1, ""),
    ("a second month, another seed", SECOND, 1, ""),
    ("a third, three times the requests on one day", 5, 3, ""),
    ("a fourth, three of the afternoon's four sick", 4, 1, "sipho,ayesha,naledi"),
)
QUEUE = (
    ("a busy queue", 1, {}),
    ("another seed", 2, {}),
    ("three times as many from 9 to 13", 3, {"surge": 3}),
    ("one of each turn sick", 4, {"sick": 1}),
    ("a quiet queue, six times as many from 9 to 13", 5, {"a_day": 8, "surge": 6}),
)


AT_ONCE = 2
"""Months made at a time, each in a process of its own."""


def run(*, long):
    """One section: months of the demo, then months of a queue that only queues."""
    asked = [
        (f"demo: {name}", ("demo", seed, times, away), times > 1 or bool(away))
        for name, seed, times, away in DEMO
    ]
    asked += [
        (
            f"queue: {name}",
            ("queue", seed, json.dumps(unlike), 1 if long or "a_day" in unlike else 4),
            bool(unlike),
        )
        for name, seed, unlike in QUEUE
    ]
    figures, words = [], []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for (name, _, is_odd), found in zip(asked, threads.map(_month, asked), strict=True):
            done = Replayed([Said(*one) for one in found["said"]], found["silent"])
            _tell(name, done, found["odd"] if is_odd else None, figures, words)
    return Section("expecting", TITLE, figures, [_HOW, *words])


def _month(asked):
    name, what, _ = asked
    folder = f"expecting-{what[0]}-{what[1]}"
    begun = time.monotonic()
    found = places.inside("expecting", *what, env=places.environment(places.fresh(folder)))
    shutil.rmtree(places.SCRATCH / folder, ignore_errors=True)
    print(f"  {name}: {time.monotonic() - begun:.0f} s", flush=True)
    return found


_HOW = (
    f"Every ticket's customer looks when it comes and {' and '.join(str(one) for one in LOOKS[1:])} minutes later while it is"
    " unanswered. What is shown then is learnt from what was known then. The range that is always true is known in hindsight only:"
    " for tickets that have waited equally long, from the shortest to the longest time that any of them still had to wait. Widths are"
    " medians over all looks, of the round figures that are shown. The demo's months are built through the product's own verbs; the"
    " queue (`tests/queueing.py`) serves first come, first served, and its waits grow with its length."
)


def _tell(name, done, odd, figures, words):
    figures.append(
        Figure(
            f"{name}: ranges that contained the truth", done.share_true * 100, "%", "looks", len(done.said), "",
            ratio=done.share_true, least=TRUE,
        )
    )  # fmt: skip
    figures.append(
        Figure(
            f"{name}: width of the range", done.width, "min", "always true", done.always, "min",
            ratio=done.width / done.always, most=NARROW,
        )
    )  # fmt: skip
    silent = f"{name}: {done.silent} looks in the first days had too little behind them and were shown the promise alone."
    day = done.between(*odd) if odd else None
    if day and day.said:
        silent += f" On the odd day itself {day.share_true:.0%} of {len(day.said)} ranges were true, median width {day.width:.0f} min."
    words.append(silent)
