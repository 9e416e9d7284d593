"""Finds figures of the policy that stand in Python, where only judgement may.

A figure is found where its value (in any unit of time, or in cents and whole units of money) stands in a statement that
speaks of the same thing as its name in `terms.yaml`. Prices are looked for everywhere: no other number looks like them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.house.sources import words_of

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
SPELLED = {1: "one", 3: "three", 6: "six", 15: "fifteen", 60: "sixty"}
# Parts of names that say how a figure is meant and not what it is about.
GENERAL = {
    "seconds", "minutes", "hours", "days", "hour", "day", "per", "limit", "count", "percent", "cents", "least", "most",
    "every", "within", "age", "valid", "answer", "close", "window", "tickets", "details", "detail", "requests", "mails",
    "people", "places", "contact", "contacts", "password", "phone", "page", "review", "sample", "links", "other", "block",
    "response",
}  # fmt: skip


def figures_of(terms: Path) -> dict[str, tuple[str, int]]:
    """Every whole number of a `terms.yaml`: its unit and value."""
    entries = yaml.safe_load(terms.read_text(encoding="utf-8"))
    return {
        name: (row["unit"], row["value"]) for name, row in entries.items() if isinstance(row["value"], int)
    }


def spoken_times(terms: Path) -> re.Pattern[str]:
    """Matches each time that the operator's published policy promises, as a sentence would say it."""
    entries = yaml.safe_load(terms.read_text(encoding="utf-8")).values()
    seconds = {
        row["value"] * UNITS[row["unit"]]
        for row in entries
        if row["source"] == "policy" and row["unit"] in UNITS
    }
    said = [
        rf"(?:{each // size}{f'|{SPELLED[each // size]}' if each // size in SPELLED else ''})[ -]{unit[:-1]}s?"
        for each in sorted(seconds)
        for unit, size in UNITS.items()
        if each % size == 0
    ]
    return re.compile(rf"\b(?:{'|'.join(said)})\b", re.IGNORECASE)


def figures_in(tree: ast.AST, figures: dict[str, tuple[str, int]]) -> list[tuple[int, str]]:
    """(line, name of the figure) for each figure that a module holds."""
    found = set()
    for statement, numbers in _statements(tree):
        spoken = {part for word in words_of(statement) for part in _parts(word)}
        for line, unit, number in numbers:
            for name, (kind, value) in figures.items():
                if _is(kind, value, unit, number) and (_is_price(kind) or _topic(name) & spoken):
                    found.add((line, name))
    return sorted(found)


def _statements(tree: ast.AST) -> Iterator[tuple[ast.stmt, list[tuple[int, str, float]]]]:
    """Each simple statement, or head of a compound one, with its numbers as (line, unit or "", number)."""
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt):
            continue
        heads = [
            part
            for part in ast.iter_child_nodes(statement)
            if not isinstance(part, ast.stmt | ast.ExceptHandler)
        ]
        units = {
            id(word.value): word.arg for head in heads for word in ast.walk(head)
            if isinstance(word, ast.keyword) and word.arg in UNITS
        }  # fmt: skip
        numbers = [
            (part.lineno, units.get(id(part), ""), part.value)
            for head in heads
            for part in ast.walk(head)
            if isinstance(part, ast.Constant) and type(part.value) in (int, float)
        ]
        if numbers:
            yield statement, numbers


def _is(kind: str, value: int, unit: str, number: float) -> bool:
    if number in (0, 1) and not unit:
        return False
    if kind in UNITS:
        seconds = value * UNITS[kind]
        return (
            number * UNITS[unit] == seconds
            if unit
            else any(number * each == seconds for each in UNITS.values())
        )
    if unit:
        return False
    if _is_price(kind):
        return number in (value, value / 100)
    return number in (value, value / 100 if kind == "percent" else value)


def _is_price(kind: str) -> bool:
    return kind.startswith("cents")


def _topic(name: str) -> set[str]:
    return _parts(name) - GENERAL


def _parts(word: str) -> set[str]:
    """`ReopenDays`, `REOPEN_DAYS` and `reopen_days` are the same words."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower().split("_"))
