"""Mails made to cost a reader the most, each read as the gateway reads it, shown, inspected, and its papers checked."""

from __future__ import annotations

import json

from bench import places
from bench.report import Figure, Section
from tests.worst_mails import GROUPS

TITLE = "The worst mails"
SECONDS, MEGABYTES = (5.0, "s of CPU"), (512.0, "MB")
COSTLIEST = 12


def run(*, long):  # noqa: ARG001  (it is as long as it is)
    """One section; some minutes."""
    folder = places.fresh("worst")
    env = places.environment(folder)
    found = {}
    for group, kinds in GROUPS.items():
        for number, name in enumerate(kinds):
            file = folder / f"{number}.eml"
            # In a process of its own: what makes a mail may need more memory than whoever reads it.
            places.inside("worst", name, file, env=env)
            found[group, name] = places.inside("worst", name, file, env=env)
            file.unlink()
            print(f"  {name}: {json.dumps(found[group, name])}", flush=True)
    return section(found)


def section(found):
    """What was found, the worst kind of each group by name."""
    figures = []
    for group in GROUPS:
        kinds = {name: one for (of, name), one in found.items() if of == group}
        figures += [
            _worst(group, kinds, "read in a child", lambda one: one["read"]["cpu"], SECONDS),
            _worst(group, kinds, "peak of the child", lambda one: one["read"]["peak"], MEGABYTES),
        ]
    every = {name: one for (_, name), one in found.items()}
    figures += [
        _worst("all", every, "formatting made fit to be shown", lambda one: one["show"]["cpu"], SECONDS),
        _worst("all", every, "peak of that", lambda one: one["show"]["peak"], MEGABYTES),
        _worst("all", every, "`hostdesk mail inspect`", lambda one: one["inspect"]["cpu"], SECONDS),
        _worst("all", every, "peak of that", lambda one: one["inspect"]["peak"], MEGABYTES),
        _worst("all", every, "papers checked, in the worker", lambda one: one["papers"], SECONDS),
    ]  # fmt: skip
    ordered = sorted(every, key=lambda name: -every[name]["read"]["cpu"])[:COSTLIEST]
    costly = "; ".join(
        f"{name} ({every[name]['size'] / 1e6:.1f} MB) {every[name]['read']['cpu']:.2f} s" for name in ordered
    )
    unreadable = [f"{name} ({one['held']})" for name, one in every.items() if one["unreadable"]]
    authorless = sum(1 for one in every.values() if one["held"] and not one["unreadable"])
    broken = [name for name, one in every.items() if one["inspect"]["code"]]
    return Section(
        "worst",
        TITLE,
        figures,
        [
            (
                f"{len(every)} kinds of mail, {min(one['size'] for one in every.values()) / 1e6:.1f} to"
                f" {max(one['size'] for one in every.values()) / 1e6:.0f} MB, from `tests/worst_mails/`, the same bytes in every run."
                " Each is read by a limited child as the gateway uses it, its start counted in, shown by another, and read by"
                " `hostdesk mail inspect`, which starts such a child. Memory is the most that was resident."
            ),
            (
                f"Beyond the limits of the child, and so held: {'; '.join(unreadable) or 'none'}."
                f" Held because they name no single author: {authorless}. Inspections that failed: {', '.join(broken) or 'none'}."
            ),
            f"The costliest to read: {costly}.",
        ],
    )


def _worst(group, kinds, what, figure, limit):
    most, unit = limit
    said = {name: figure(one) for name, one in kinds.items() if figure(one) is not None}
    name = max(said, key=said.get)
    return Figure(
        f"{group}: {what}: {name}",
        said[name],
        unit,
        "the limit",
        most,
        unit.partition(" ")[0],
        said[name] / most,
        most=1,
    )
