"""Generated histories through the clock engine and through the slow model: equal to the second, or told."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from bench import places
from bench.report import Figure, Section

TITLE = "Clock arithmetic"
CHUNK = 25_000
SHORT, LONG = 100_000, 1_000_000


def run(*, long):
    """One section; no database."""
    many = LONG if long else SHORT
    env = places.environment(places.fresh("histories"))
    seeds = range(1, many // CHUNK + 1)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        chunks = list(threads.map(lambda seed: places.inside("histories", CHUNK, seed, env=env), seeds))
    differ = [said for one in chunks for said in one["differ"]]
    count, events = (sum(one[what] for one in chunks) for what in ("count", "events"))
    cost = sum(one["fast"] for one in chunks) / events * 1e6
    return Section(
        "histories",
        TITLE,
        [
            Figure(
                "histories that come to another second",
                len(differ),
                "",
                "histories compared",
                count,
                "",
                len(differ) / count,
                most=0,
            ),
        ],
        [
            (
                f"{events:,} events: pauses, their ends, agreed windows, other policies and classes, ends, reopenings, looks, and clocks"
                " on the wall that jump back; around changes of clocks, a leap day and the end of a year, in six time zones with hours"
                " of work and holidays, and round the clock. After each, state, running time, warning, end and the instant of being late"
                f" are compared; an event costs the engine {cost:.0f} µs of CPU. Seeds 1 to {len(chunks)}, {CHUNK:,} each. The slow model looks at every minute by itself and shares"
                " nothing with the engine."
            ),
            *(["Differences: " + "; ".join(differ[:10])] if differ else []),
        ],
    )
