"""Mails damaged by dice, read and classed: a million with `--long`; some also through the whole gateway."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench import places
from bench.report import Figure, Section
from bench.sorting import names

TITLE = "Damaged mails"
CHUNK = 10_000
SHORT, LONG = 20_000, 1_000_000
DESK_SHORT, DESK_LONG = 2_000, 20_000
TICKETS = (1_000, 50)


def run(*, long):
    """One section."""
    samples = {name: os.environ[name] for name in ("HOSTDESK_MAIL_SAMPLES",) if name in os.environ}
    many = LONG if long else SHORT
    env = {**places.environment(places.fresh("mutations")), **samples}
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        seeds = range(1, many // CHUNK + 1)
        chunks = list(
            threads.map(lambda seed: places.inside("mutations", "read", CHUNK, seed, env=env), seeds)
        )
    count = DESK_LONG if long else DESK_SHORT
    with places.copied(places.filled("sqlite", *TICKETS), "mutations") as copy, names() as dns:
        desk = places.inside(
            "mutations", "desk", count, 1, TICKETS[0] // 20, env={**copy, "HOSTDESK_DNS": dns, **samples}
        )
    return section(chunks, desk)


def section(chunks, desk):
    """What the chunks and the desk found, together."""
    found = sum((Counter(one["found"]) for one in chunks), Counter())
    count = sum(one["count"] for one in chunks)
    faults = [fault for one in chunks for fault in one["faults"]]
    slowest = max(one["slowest"] for one in chunks)
    figures = [
        Figure("readings that broke down", found["crash"], "", "mails read", count, "", found["crash"] / count, most=0),
        Figure("mails that could not be taken apart", found["salvaged"], "", "mails read", count, "", found["salvaged"] / count, most=0),
        Figure("the slowest reading", slowest, "s of CPU", "the limit of a child", 5, "s", slowest / 5, most=1),
    ]  # fmt: skip
    judged = sum(desk["dispositions"].values())
    figures.append(
        Figure("different mails without a disposition", desk["different"] - judged, "", "different mails through the gateway",
               desk["different"], "", (desk["different"] - judged) / desk["different"], most=0)
    )  # fmt: skip
    kinds = ", ".join(f"{name} {found[name]:,}" for name in ("person", "machine", "bounce", "report"))
    sorted_ones = ", ".join(f"{name} {n:,}" for name, n in sorted(desk["dispositions"].items()))
    return Section(
        "mutations",
        TITLE,
        figures,
        [
            (
                "Each mail has one to six damages: bits turned, mails spliced or put into each other, lines doubled and moved,"
                " boundaries, charsets, transfer encodings, types and encoded words changed, line ends exchanged, cut anywhere."
                f" Seeds 1 to {len(chunks)}, {CHUNK:,} each; {sum(one['cpu'] for one in chunks) / count * 1000:.2f} ms of CPU a mail, with"
                f" the damage. Taken for: {kinds}; an author that can be told: {found['author told']:,}."
            ),
            (
                "Through the whole gateway, from the door's own verb to a disposition, half of them written by listed contacts before"
                f" they were damaged: {desk['sent']:,} sent,"
                f" {desk['different']:,} different (the same bytes twice are one mail), {judged:,} dispositions: {sorted_ones};"
                f" {desk['faults']} held for a fault of the program, {desk['broken']} whose reader broke down,"
                f" {desk['replaced']} reading children replaced."
            ),
            *(["Faults: " + "; ".join(faults[:10])] if faults else []),
        ],
    )
