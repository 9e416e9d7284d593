"""The pages of `bench.pages` on desks of a million tickets."""

from __future__ import annotations

from bench import pages, places
from bench.report import Section

TITLE = "Pages of a desk with a million tickets"
SIZES = (pages.SMALL, (1_000_000, 50_000), (1_000_000, 100_000))


def run(*, long):
    """One section, every database asked for. Filling a desk of this size takes minutes, once."""
    figures, notes = [], []
    for vendor in places.vendors():
        found, words = pages.measure(vendor, SIZES, rounds=12 if long else 8)
        figures += found
        notes.append(words)
    return Section(
        "million",
        TITLE,
        figures,
        [
            "As above, on desks of a million tickets beside one of a thousand, in turns.",
            *notes,
        ],
    )
