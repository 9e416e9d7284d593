"""Mails taken and durably kept through SMTP, beside the same server throwing them away."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from statistics import median

from bench import places
from bench.report import Figure, Section

TITLE = "Mails through the door"
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
    ours = median(rates["keep"])
    figures = [
        Figure(
            f"{vendor}: mails kept",
            ours,
            "/s",
            beside,
            median(rates[kind]),
            "/s",
            ratio=median(kept / away for kept, away in zip(rates["keep"], rates[kind], strict=True)),
            least=0.80,
        )
        for kind, beside in (
            ("discard", "the same door, throwing them away"),
            ("library", "aiosmtpd as it comes, throwing them away"),
        )
    ]
    words = (
        f"{vendor}: all {taken:,} mails that were answered with `250` are there, once. The disk made"
        f" {median(flushes):,.0f} flushes a second (4 kB, fdatasync; the target is meant for disks of at least 2,000;"
        f" lowest and highest {min(flushes):,.0f} and {max(flushes):,.0f}). Mean size {senders.first['mean'] / 1000:.1f} kB,"
        f" {senders.first['from']}."
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
