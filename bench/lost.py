"""Whether an answer to "I lost my password" comes later for a name that exists."""

from __future__ import annotations

from statistics import median

from bench import places
from bench.report import Figure, Section

WAYS = {"/recovery/": "lost password", "/recovery/domain": "recovery by domain"}


def run(*, long):
    """One section, both databases."""
    figures, notes = [], []
    many = 1_000 if long else 300
    for vendor in places.vendors():
        folder = places.fresh(f"lost_{vendor}")
        database = places.new_postgres("lost") if vendor == "postgres" else ""
        found = places.inside("lost", many, env=places.environment(folder, database=database))
        for way, said in WAYS.items():
            known, unknown = found["taken"][way]["known"], found["taken"][way]["unknown"]
            figures.append(
                Figure(
                    f"{vendor}: {said}, a name that is known",
                    median(known) * 1000,
                    "ms",
                    "one that is unknown",
                    median(unknown) * 1000,
                    "ms",
                    ratio=median(known) / median(unknown),
                    most=1.1,
                )
            )
            later = sum(a > b for a, b in zip(known, unknown, strict=True))
            notes.append(
                f"{vendor}: {said}: of {many} pairs the known name took longer in {100 * later / many:.0f} %."
            )
        notes.append(f"{vendor}: the answers were {', '.join(found['pages'])} bytes long.")
    return Section(
        "lost",
        "Lost passwords: known and unknown names",
        figures,
        [
            (
                "Time on the wall of one request with all middleware, known and unknown in turns, each from an address of its own"
                " and for names of one length. A ratio of 1.00 and half of all pairs is what nobody can learn from."
            ),
            *notes,
        ],
    )
