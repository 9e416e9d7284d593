"""Whether the range that a waiting customer is shown is true, and narrow enough to be worth saying."""

from __future__ import annotations

from datetime import datetime, timedelta

from bench import places
from bench.report import Figure, Section
from tests import queueing
from tests.replaying import LOOKS, replay

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


def run(*, long):
    """One section: months of the demo, then months of a queue that only queues."""
    figures, words = [], []
    for name, seed, times, away in DEMO:
        env = places.environment(places.fresh("expecting"))
        found = places.inside("expecting", seed, times, away, env=env)
        tickets = [_moments(pair) for pair in found["tickets"]]
        done = replay(tickets, [_moments(pair) for pair in found["turns"]])
        odd = found["odd"] if times > 1 or away else None
        _tell(f"demo: {name}", done, odd, figures, words)
    for name, seed, unlike in QUEUE:
        played = queueing.month(seed, **unlike)
        begin = (queueing.MONDAY + timedelta(days=queueing.ODD_DAY)).timestamp() / 60
        done = replay(
            [(one.arrived, one.answered) for one in played.tickets],
            played.turns,
            every=1 if long or len(played.tickets) < 500 else 4,
        )
        _tell(f"queue: {name}", done, (begin, begin + 24 * 60) if unlike else None, figures, words)
    return Section("expecting", TITLE, figures, [_HOW, *words])


_HOW = (
    f"Every ticket's customer looks when it comes and {' and '.join(str(one) for one in LOOKS[1:])} minutes later while it is"
    " unanswered. What is shown then is learnt from what was known then. The range that is always true is known in hindsight only:"
    " for tickets that have waited equally long, from the shortest to the longest time that any of them still had to wait. Widths are"
    " medians over all looks, of the round figures that are shown. The demo's months are built through the product's own verbs; the"
    " queue (`tests/queueing.py`) serves first come, first served, and its waits grow with its length."
)


def _moments(pair):
    return [None if one is None else datetime.fromisoformat(one) for one in pair]


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
