"""Figures as they are printed, and `docs/measurements.md`, which keeps what people wrote into it."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.places import TOP

PAGE = TOP / "docs" / "measurements.md"
_HEAD = """# Measurements

Every figure stands beside a named thing that was measured in the same run, in turns with it, and the ratio of the two is
what counts: machines differ, and the one this was written on is shared. A miss is called one; nothing fails by it.

`make bench` runs everything that takes minutes; `.venv/bin/python -m bench --long` adds the longest parts;
`.venv/bin/python -m bench door sorting` runs two. What stands between the `bench:` marks is written by the run; what stands
outside of them, and under "Notes" in a section, is written by people and stays.
"""
_NOTES = "\n**Notes.**\n"


@dataclass(frozen=True)
class Figure:
    """One figure beside another. `ratio` is the median of the runs; `least` or `most` is the target, None for no target."""

    what: str
    value: float
    unit: str
    beside: str
    other: float
    other_unit: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def target(self):
        """The target in words."""
        if self.least is not None:
            return f"at least {self.least:.2f}"
        return f"at most {self.most:.2f}" if self.most is not None else "none"

    @property
    def verdict(self):
        """Whether it is reached, in words."""
        if self.least is None and self.most is None:
            return ""
        good = self.ratio >= self.least if self.least is not None else self.ratio <= self.most
        return "reached" if good else "**missed**"

    def row(self):
        """A line of the table."""
        return (
            f"| {self.what} | {shown(self.value)} {self.unit} | {self.beside}: {shown(self.other)} {self.other_unit} |"
            f" {self.ratio:.2f} | {self.target} | {self.verdict} |"
        )


@dataclass(frozen=True)
class Section:
    """What one bench found."""

    name: str
    title: str
    figures: list[Figure]
    words: list[str]


def shown(value):
    """Three figures that count."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def tell(section):
    """Print a section."""
    print(f"\n== {section.title}")
    for one in section.figures:
        print(
            f"  {one.what}: {shown(one.value)} {one.unit}; {one.beside}: {shown(one.other)} {one.other_unit}"
        )
        print(f"    ratio {one.ratio:.2f}, target {one.target} {one.verdict}".rstrip())
    for words in section.words:
        print(f"  {words}")


def write(section, *, command):
    """Put a section into the page, in the place of its older self."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else _HEAD
    begin, end = f"<!-- bench:{section.name} -->", f"<!-- /bench:{section.name} -->"
    lines = [
        begin,
        "",
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {_machine()}",
        "",
        "| what | figure | beside it | ratio | target | |",
        "| --- | --- | --- | --- | --- | --- |",
        *[one.row() for one in section.figures],
        "",
    ]
    for words in section.words:
        lines += [words, ""]
    made = "\n".join([*lines, end])
    if begin in text:
        text = re.sub(re.escape(begin) + r".*?" + re.escape(end), lambda _: made, text, flags=re.DOTALL)
    else:
        text = f"{text.rstrip()}\n\n## {section.title}\n\n{made}\n{_NOTES}"
    PAGE.write_text(text, encoding="utf-8")


def _machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"
    )
