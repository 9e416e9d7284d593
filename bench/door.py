"""Mails taken and durably kept through SMTP, beside the same server throwing them away."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from statistics import median

from bench import places
from bench.report import Figure, Section

TITLE = "Mails through the door"
FLUSHES = 2_000
"""Rounds beside which the disk made fewer flushes a second are left out: the target is not meant for them."""
ENOUGH = 3
MAILS = 400


def run(*, long):
    """One section, both databases."""
    figures, notes = [], []
    for vendor in places.vendors():
        found, words = _measure(vendor, rounds=15 if long else 7)
        figures += found
        notes.append(words)
    return Section(
        "door",
        TITLE,
        figures,
        [
            (
                "Four connections, one mail a connection, mixed mails, no two alike; `250` only after the commit. The three servers"
                " take turns within each round, on one load generator in a process of its own; ratios are medians over the rounds."
                ' "The same door" is our SMTP server with a writer that throws every mail away; "aiosmtpd as it comes" is the'
                " library's own server, whose DATA command ours replaces, with a handler that throws them away."
            ),
            *notes,
        ],
    )


def _measure(vendor, *, rounds):
    folder = places.fresh(f"door_{vendor}")
    database = places.new_postgres(f"door_{vendor}") if vendor == "postgres" else ""
    env = places.environment(folder, database=database)
    samples = {name: os.environ[name] for name in ("HOSTDESK_MAIL_SAMPLES",) if name in os.environ}
    rates = {"keep": [], "discard": [], "library": []}
    flushes, taken = [], 0
    with ExitStack() as stack:
        servers = {kind: stack.enter_context(places.Inside("door", kind, env=env)) for kind in rates}
        senders = stack.enter_context(places.Inside("senders", env={**env, **samples}))
        for kind, server in servers.items():
            taken += senders.ask(server.first, 100)["taken"] if kind == "keep" else 0
        for _ in range(rounds):
            for kind, server in servers.items():
                said = senders.ask(server.first, MAILS)
                assert said["taken"] == MAILS, said
                rates[kind].append(MAILS / said["seconds"])
                taken += MAILS if kind == "keep" else 0
            flushes.append(flushes_a_second(folder))
    rows, raws = places.inside("count", env=env)
    assert rows == raws == taken, f"{taken} were answered with 250, {rows} and {raws} are there"
    fit = [place for place, many in enumerate(flushes) if many >= FLUSHES]
    judged = len(fit) >= ENOUGH
    chosen = fit if judged else list(range(rounds))
    kept = [rates["keep"][place] for place in chosen]
    figures = []
    for kind, beside in (("discard", "the same door"), ("library", "aiosmtpd as it comes")):
        away = [rates[kind][place] for place in chosen]
        figures.append(
            Figure(
                f"{vendor}: mails kept",
                median(kept),
                "/s",
                f"{beside}, throwing them away",
                median(away),
                "/s",
                ratio=median(a / b for a, b in zip(kept, away, strict=True)),
                least=0.80 if judged else None,
            )
        )
    words = (
        f"{vendor}: all {taken:,} mails that were answered with `250` are there, once. Beside each round the disk's flushes"
        f" were counted (4 kB, fdatasync): {median(flushes):,.0f} a second in the middle, {min(flushes):,.0f} to"
        f" {max(flushes):,.0f}. "
        + (
            f"{len(fit)} of {rounds} rounds stood beside {FLUSHES:,} or more and are counted."
            if judged
            else f"Fewer than {ENOUGH} of {rounds} rounds stood beside {FLUSHES:,}, which the target asks for: all are shown,"
            " none is judged."
        )
        + f" Mean size {senders.first['mean'] / 1000:.1f} kB, {senders.first['from']}."
    )
    return figures, words


def flushes_a_second(folder, *, seconds=0.5):
    """How often the disk of this folder makes 4 kB durable in a second."""
    path = folder / "flushes"
    piece, count = b"x" * 4096, 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            os.pwrite(handle, piece, 4096 * (count % 256))
            os.fdatasync(handle)
            count += 1
    finally:
        os.close(handle)
        path.unlink()
    return count / seconds
