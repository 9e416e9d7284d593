"""Sixty-four agents at once take ten thousand tickets: each given once, in the order of the queue, none forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from statistics import median

from bench import places
from bench.report import Figure, Section

TITLE = "Taking the next ticket"
DESK = (10_000, 500)
"""All of its tickets are put into the queue."""
PROCESSES, THREADS = 8, 8


def run(*, long):
    """One section, both databases."""
    figures, words = [], []
    for vendor in places.vendors():
        with places.copied(places.filled(vendor, *DESK), f"queue_{vendor}") as env, ExitStack() as stack:
            crews = [
                stack.enter_context(places.Inside("taking", THREADS, number, env=env))
                for number in range(PROCESSES)
            ]
            crews[0].ask("reset")
            plans = crews[0].ask("plans")
            rounds = [
                (_round(crews, "product", DESK[0]), _round(crews, "bare", DESK[0]))
                for _ in range(3 if long else 1)
            ]
        product, bare = (median(seconds for seconds, _ in side) for side in zip(*rounds, strict=True))
        overtaken = max(late for (_, late), _ in rounds)
        figures.append(
            Figure(
                f"{vendor}: a ticket taken, {PROCESSES * THREADS} takers, {DESK[0]:,} tickets",
                product / DESK[0] * 1000,
                "ms",
                "a bare claim of the row",
                bare / DESK[0] * 1000,
                "ms",
                ratio=median(ours / theirs for (ours, _), (theirs, _) in rounds),
            )
        )
        words.append(
            f"{vendor}: each of the {DESK[0]:,} was given once and has one hand-out, {overtaken} went to a taker who"
            f" began after a later one had been given, and none was left. {plans}"
        )
    return Section(
        "queue",
        TITLE,
        figures,
        [
            (
                f"{PROCESSES * THREADS} takers ({PROCESSES} processes of {THREADS} threads, each an agent of its own) begin at once and go"
                f" on until nothing waits. Beside it the same takers with the least that claims a row: one UPDATE of the first waiting"
                f" ticket and its commit, on SQLite in the same line. The product also asks who may take it, keeps the hand-out and writes the history."
            ),
            *words,
        ],
    )


def _round(crews, how, many):
    """Seconds until nothing waits, and how many were overtaken; raises where one was given twice, or forgotten."""
    crews[0].ask("reset")
    with ThreadPoolExecutor(len(crews)) as pool:
        takes = [take for found in pool.map(lambda crew: crew.ask(how), crews) for take in found]
    keys = [key for key, _, _ in takes]
    left, outs = crews[0].ask("left")
    assert len(keys) == len(set(keys)) == many, (
        f"{len(keys)} takes of {len(set(keys))} tickets instead of {many}"
    )
    assert left == 0, f"{left} tickets were forgotten"
    assert outs == (many if how == "product" else 0), f"{outs} hand-outs of {many} tickets"
    seconds = max(end for _, _, end in takes) - min(begin for _, begin, _ in takes)
    return seconds, _overtaken(takes, crews[0].ask("order"))


def _overtaken(takes, order):
    """How many tickets went to a taker who began after a ticket from further behind had been given already."""
    rank = {key: place for place, key in enumerate(order)}
    ended = sorted((end, rank[key]) for key, _, end in takes)
    furthest, place, late = -1, 0, 0
    for key, begin, _ in sorted(takes, key=lambda take: take[1]):
        while place < len(ended) and ended[place][0] < begin:
            furthest = max(furthest, ended[place][1])
            place += 1
        late += rank[key] < furthest
    return late
