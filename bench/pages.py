"""Queue page and ticket page, signed in, beside plain Django views of the same rows; and what a larger desk costs."""

from __future__ import annotations

from contextlib import ExitStack
from statistics import median

from bench import places
from bench.report import Figure, Section

TITLE = "Pages"
SMALL = (1_000, 50)
SIZES = (SMALL, (100_000, 5_000))
NAMES = {
    "queue": ("queue page, 50 tickets", "plain view, the same 50 tickets"),
    "ticket": ("ticket page, 10 messages", "plain view, the same 10 messages"),
}


def run(*, long):
    """One section, both databases."""
    figures, notes = [], []
    for vendor in places.vendors():
        found, words = measure(vendor, SIZES, rounds=12 if long else 8)
        figures += found
        notes.append(words)
    return Section(
        "pages",
        TITLE,
        figures,
        [
            (
                "CPU of this process for one request, through the real WSGI application with all its middleware and the cookie of a"
                " real session, beside a view in the same process with `CommonMiddleware` alone, no sign-in, one ORM query (the fifty"
                " tickets by their keys, with what is shown of customer, account and contact; the ten messages of the ticket) and a"
                " template without context processors that shows them. Both keep their database connection. Desks of all sizes are"
                " measured in turns. Growth compares what the page costs beside the plain view on the larger desk with the same on the"
                " smallest, since each desk has a process of its own and no two run at one speed; five in a hundred tickets are open"
                " unless told."
            ),
            *notes,
        ],
    )


def measure(vendor, sizes, *, rounds):
    """(figures, a sentence) of desks of these sizes on one database; the first of them is SMALL."""
    figures = []
    with ExitStack() as stack:
        desks = {size: places.Inside("pages", *size, env=places.filled(vendor, *size)) for size in sizes}
        for desk in desks.values():
            stack.enter_context(desk)
        taken = {(size, name): [] for size in sizes for name in NAMES}
        for _ in range(rounds):
            for size, desk in desks.items():
                for name in NAMES:
                    taken[size, name].append(desk.ask(name, 8))
        first = desks[SMALL].first
    for name, (ours, theirs) in NAMES.items():
        for size in sizes:
            page, plain = ([one[kind] for one in taken[size, name]] for kind in ("page", "plain"))
            figures.append(
                Figure(
                    f"{vendor}: {ours}, {_said(size)}",
                    median(page) * 1000,
                    "ms",
                    theirs,
                    median(plain) * 1000,
                    "ms",
                    ratio=median(a / b for a, b in zip(page, plain, strict=True)),
                    most=3.0,
                )
            )
        for size in sizes[1:]:
            small, large = (taken[which, name] for which in (SMALL, size))
            figures.append(
                Figure(
                    f"{vendor}: {ours}, growth to {_said(size)}",
                    median(one["page"] for one in large) * 1000,
                    "ms",
                    f"on {_said(SMALL)}",
                    median(one["page"] for one in small) * 1000,
                    "ms",
                    ratio=median(_beside(b) / _beside(a) for a, b in zip(small, large, strict=True)),
                    most=1.2,
                )
            )
    queue, ticket = first["queue"], first["ticket"]
    words = (
        f"{vendor}: the queue page makes {queue['queries']} queries and {queue['bytes'] / 1000:.0f} kB of HTML with"
        f" {queue['rows']} rows (three marked tickets stand above the fifty), the plain one {queue['plain_bytes'] / 1000:.0f} kB;"
        f" the ticket page {ticket['queries']} queries and {ticket['bytes'] / 1000:.0f} kB, the plain one"
        f" {ticket['plain_bytes'] / 1000:.0f} kB."
    )
    return figures, words


def _beside(one):
    """What a page costs, in plain views of the same process in the same moment."""
    return one["page"] / one["plain"]


def _said(size):
    tickets, opened = size
    return f"{tickets:,} tickets" + (f", {opened:,} open" if opened * 20 != tickets else "")
