"""The mailroom with a million mails beside the same pages with hardly any."""

from __future__ import annotations

from contextlib import ExitStack

from bench import places
from bench.pages import SMALL
from bench.report import Figure, Section

TITLE = "The mailroom with a million mails"
MANY = 1_000_000
PAGES = {
    "newest": "all, newest first",
    "held": "those held",
    "rare words": "found by three words, one of them rare",
    "common words": "found by a word of one mail in eight",
    "sender": "found by the sender's address",
    "one day": "of one day",
    "forged": "from forged senders, one in a thousand",
    "out": "mail out",
}


def run(*, long):
    """One section, every database asked for. Adding the mails takes a minute or more each."""
    figures, notes = [], []
    for vendor in places.vendors():
        found, words = _measure(vendor, times=12 if long else 6)
        figures += found
        notes.append(words)
    return Section(
        "mailroom",
        TITLE,
        figures,
        [
            (
                "The quickest of several requests by the clock, through the real WSGI application with all its middleware, an"
                " ordinary agent signed in (complaints, one mail in five hundred, are left out and taken off the sums). Each page"
                " counts all mails by what became of them. Beside it the same page on a desk of a thousand mails."
            ),
            *notes,
        ],
    )


def _measure(vendor, *, times):
    env = places.filled(vendor, *SMALL)
    figures = []
    with ExitStack() as stack:
        desks = {}
        for many in (0, MANY):
            copy = stack.enter_context(places.copied(env, f"mailroom_{vendor}_{many}"))
            desks[many] = stack.enter_context(places.Inside("mailroom", many, env=copy))
        for name, said in PAGES.items():
            small, large = (desks[many].ask(name, times) for many in (0, MANY))
            figures.append(
                Figure(
                    f"{vendor}: {said}",
                    large * 1000,
                    "ms",
                    "a thousand mails",
                    small * 1000,
                    "ms",
                    ratio=large / small,
                )
            )
        first = desks[MANY].first
    counted = ", ".join(f"{name} {one['queries']}" for name, one in first.items())
    assert all(one["status"].startswith("200") for one in first.values()), first
    return figures, f"{vendor}: queries a page: {counted}."
