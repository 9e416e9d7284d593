"""What the clocks cost: in proportion to those that are due, not to those that are open."""

from __future__ import annotations

from statistics import median

from bench import places
from bench.inside.rows import FIRST
from bench.report import Figure, Section

TITLE = "Clock rounds"
FEW, MANY = (10_000, 500), (100_000, 50_000)
DUE = 50


def run(*, long):
    """One section, both databases."""
    figures = []
    for vendor in places.vendors():
        with (
            places.copied(places.filled(vendor, *FEW), f"clocks_few_{vendor}") as few_env,
            places.copied(places.filled(vendor, *MANY), f"clocks_many_{vendor}") as many_env,
            places.Inside("clocks", FIRST + FEW[0] - FEW[1], env=few_env) as few,
            places.Inside("clocks", FIRST + MANY[0] - MANY[1], env=many_env) as many,
        ):
            rounds = [[desk.ask(DUE) / DUE for desk in (few, many)] for _ in range(9 if long else 5)]
            idle = [[desk.ask(0) for desk in (few, many)] for _ in range(9 if long else 5)]
            names = [f"with {desk.first['open']:,} open clocks" for desk in (few, many)]
        for what, found, target in (
            (f"a due clock in a round of {DUE}", rounds, 1.2),
            ("a round with nothing due", idle, None),
        ):
            small, large = (median(one[place] for one in found) * 1000 for place in (0, 1))
            figures.append(
                Figure(
                    f"{vendor}: {what}, {names[1]}",
                    large,
                    "ms",
                    names[0],
                    small,
                    "ms",
                    ratio=median(b / a for a, b in found),
                    most=target,
                )
            )
    return Section(
        "clocks",
        TITLE,
        figures,
        [
            (
                "CPU of the worker for one clock whose warning has come: state, mark on the ticket, ledger, history, decision, notices to"
                " those on duty, in one commit; the same number of due clocks on a desk with few and one with a hundred times as many open"
                " clocks, in turns. The target is ours: cost in proportion to what is due."
            ),
        ],
    )
