"""Tables as people export them: CSV with commas or semicolons, UTF-8 or Windows-1252, from Excel or not."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

_SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong in which line (from 1) of a file; `clause` when a clause of the policy refuses."""

    line: int
    sentence: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line of the file on which it begins, and its cells by column, without blanks round them."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A file, read: its rows, and all that is wrong with it; with any fault no row may be used."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    encoding: str = "UTF-8"


def read(content: bytes, *, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of a CSV file whose first line names its columns, in any order.

    Understood: UTF-8 with or without BOM, Windows-1252; commas, semicolons or tabs; Excel's `sep=` line; quoted cells;
    empty lines. Refused by line: a missing, unknown or repeated column, more or fewer cells than columns, a stray
    quote, a cell with a line break or another invisible character.
    """
    text, encoding, problem = _decoded(content)
    if problem:
        return Table((), (Fault(1, problem),))
    rows = _rows(text)
    if isinstance(rows, Fault):
        return Table((), (rows,))
    if not rows:
        return Table((), (Fault(1, "the file is empty"),))
    (head_number, head), *body = rows
    columns = [cell.strip().lower() for cell in head]
    fault = _fault_in_head(columns, required, optional)
    if fault:
        return Table((), (Fault(head_number, fault),))
    lines, faults = [], []
    for number, cells in body:
        if len(cells) != len(columns):
            faults.append(Fault(number, f"has {len(cells)} cells where the first line has {len(columns)}"))
            continue
        # Excel likes spaces that do not break.
        plain = [cell.replace("\u00a0", " ").strip() for cell in cells]
        named = dict(zip(columns, plain, strict=True))
        odd = [column for column, cell in named.items() if not cell.isprintable()]
        if odd:
            faults.append(
                Fault(number, f"column {odd[0]} contains a line break or another invisible character")
            )
            continue
        lines.append(Line(number, {**dict.fromkeys(optional, ""), **named}))
    return Table(tuple(lines), tuple(faults), encoding)


def _decoded(content: bytes) -> tuple[str, str, str]:
    """Text, the name of its encoding, and what is wrong."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        return "", "", "is not plain text; in Excel choose 'Save as', 'CSV UTF-8 (comma delimited)'"
    if content.startswith(b"PK\x03\x04"):
        return "", "", "is a spreadsheet, not a CSV file; choose 'Save as', 'CSV UTF-8 (comma delimited)'"
    try:
        return content.decode("utf-8-sig"), "UTF-8", ""
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "Windows-1252", ""
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        return "", "", f"is neither UTF-8 nor Windows-1252 (line {line}); choose 'Save as', 'CSV UTF-8'"


def _rows(text: str) -> list[tuple[int, list[str]]] | Fault:
    """Rows that are not empty, each with the line on which it begins; or what makes the file unreadable."""
    skipped = 0
    first, _, rest = text.partition("\n")
    if first.strip().lower() in {f"sep={separator}" for separator in _SEPARATORS}:
        separator, text, skipped = first.strip()[-1], rest, 1
    else:
        separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, begins = [], skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = skipped + reader.line_num + 1
    except csv.Error:
        return Fault(
            begins, "has a quotation mark that is not closed, or one inside a cell that is not doubled"
        )
    return rows


def _fault_in_head(columns: list[str], required: Sequence[str], optional: Sequence[str]) -> str:
    known = [*required, *optional]
    missing = [name for name in required if name not in columns]
    strange = [name for name in columns if name not in known]
    twice = [name for name in known if columns.count(name) > 1]
    if missing:
        return f"has no column {missing[0]}; the first line names the columns {', '.join(known)}"
    if strange:
        return f"column '{strange[0]}' is not known; the columns are {', '.join(known)}"
    return f"names the column {twice[0]} twice" if twice else ""
