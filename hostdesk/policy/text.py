"""The words of a policy: `policy.md`, one paragraph group a clause, checked against the registry.

The form, which is all there is:

    ---
    title: Support policy for web hosting
    products: [shared, reseller]
    otherwise: true
    ---
    ## A chapter
    ### sla.response · How soon you are answered
    Words in Markdown, with figures by name: {response_breach_minutes}, {operator.support_address}.

Every registered clause stands there exactly once, and no words stand outside a clause. Figures, names and
lists of requests are named, not written, so that words and figures cannot contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta

from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import strict_yaml
from hostdesk.policy.registry import CLAUSES

_CLAUSE = re.compile(r"\A### ([a-z]+\.[a-z0-9_]+) · (\S.*)\Z")
_CHAPTER = re.compile(r"\A## (\S.*)\Z")
_HEADING = re.compile(r"\A#{1,6}(?:\s|\Z)")
_NAME = re.compile(r"\{([^{}\n]*)\}")
_FENCE = "---"
_NAMES_WITH_DIGITS = "Level 1"


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of the file: which products the policy covers; `otherwise`: also what no policy names."""

    title: Annotated[str, Meta(min_length=3, max_length=120)]
    products: Annotated[tuple[Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]*\Z")], ...], Meta(min_length=1)]
    otherwise: bool = False


@dataclass(frozen=True, slots=True)
class ClauseText:
    """The words of one clause, figures filled in; `words` is Markdown, `line` where its heading stands."""

    id: str
    chapter: str
    title: str
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A policy in words: its header, and its clauses in the order of reading."""

    header: Header
    clauses: tuple[ClauseText, ...]
    bare_figures: tuple[tuple[int, str], ...]
    """Lines that write a figure in digits instead of naming it."""


def read(source: str, *, name: str, names: Mapping[str, str], strict: bool = True) -> Text:
    """The words of a policy, in which `{key}` has become `names[key]`.

    Raises `Misconfigured` naming file and line: no header, words outside a clause, a clause that is unknown,
    missing, without words or there twice, a chapter without clauses, a name in braces that nothing has.
    """
    header, lines, first = _header(source, name, strict=strict)
    clauses: list[ClauseText] = []
    bare: list[tuple[int, str]] = []
    chapter, chapter_line, heading, body = "", first, None, _Body()
    for number, line in enumerate([*lines, "## \0"], start=first):
        found = _CLAUSE.match(line)
        if found or _CHAPTER.match(line):
            if heading is not None:
                clauses.append(_clause(heading, body, name, names))
            elif body.words():
                raise Misconfigured(
                    f"{name} line {body.first_line}", "words stand here that belong to no clause"
                )
            heading, body = None, _Body()
        if found:
            if not chapter:
                raise Misconfigured(
                    f"{name} line {number}", f"{found[1]} stands before the first chapter ('## ...')"
                )
            _check_heading(found[1], clauses, name, number, strict=strict)
            heading = (found[1], chapter, found[2].strip(), number)
        elif match := _CHAPTER.match(line):
            if chapter and not any(clause.chapter == chapter for clause in clauses):
                raise Misconfigured(f"{name} line {chapter_line}", f"the chapter '{chapter}' holds no clause")
            chapter, chapter_line = match[1].strip(), number
        elif _HEADING.match(line):
            sentence = "is neither a chapter ('## Chapter') nor a clause ('### clause.id · Title')"
            raise Misconfigured(f"{name} line {number}", sentence)
        else:
            body.add(number, line)
            if re.search(r"\d", _without_names(line).replace(_NAMES_WITH_DIGITS, "")):
                bare.append((number, line.strip()))
    missing = [clause for clause in CLAUSES if clause not in {c.id for c in clauses}]
    if strict and missing:
        verb = "is" if len(missing) == 1 else "are"
        raise Misconfigured(name, f"{', '.join(missing)} {verb} missing: every clause has words of its own")
    return Text(header, tuple(clauses), tuple(bare))


class _Body:
    """The lines under one heading."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []

    def add(self, number: int, line: str) -> None:
        self.lines.append((number, line))

    def words(self) -> str:
        return "\n".join(line for _, line in self.lines).strip()

    @property
    def first_line(self) -> int:
        return next((number for number, line in self.lines if line.strip()), 1)


def _header(source: str, name: str, *, strict: bool) -> tuple[Header, list[str], int]:
    """The header, the lines under it, and the number of the first of them."""
    lines = source.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != _FENCE or _FENCE not in (line.strip() for line in lines[1:]):
        raise Misconfigured(f"{name} line 1", "must begin with a header between two lines '---'")
    end = next(index for index, line in enumerate(lines) if index and line.strip() == _FENCE)
    header, where = strict_yaml.read("\n".join(lines[1:end]), Header, name=name, first_line=2, strict=strict)
    if len(set(header.products)) < len(header.products):
        raise where.wrong(("products",), "names a product twice")
    return header, lines[end + 1 :], end + 2


def _check_heading(clause: str, before: list[ClauseText], name: str, number: int, *, strict: bool) -> None:
    if strict and clause not in CLAUSES:
        raise Misconfigured(f"{name} line {number}", f"'{clause}' is not a clause of the policy")
    first = next((c.line for c in before if c.id == clause), None)
    if first is not None:
        raise Misconfigured(
            f"{name} line {number}", f"{clause} stands here again; it already stands in line {first}"
        )


def _clause(
    heading: tuple[str, str, str, int], body: _Body, name: str, names: Mapping[str, str]
) -> ClauseText:
    clause, chapter, title, number = heading
    if not body.words():
        raise Misconfigured(f"{name} line {number}", f"{clause} has a heading but no words")
    filled = "\n".join(_filled(line, f"{name} line {at}", names) for at, line in body.lines)
    return ClauseText(clause, chapter, title, filled.strip(), number)


def _filled(line: str, place: str, names: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in names:
            raise Misconfigured(
                place, f"{{{found[1]}}} is neither a figure of terms.yaml nor known otherwise"
            )
        return names[found[1]]

    if "{" in _without_names(line) or "}" in _without_names(line):
        raise Misconfigured(place, "a brace stands alone; braces enclose the name of a figure")
    return _NAME.sub(value, line)


def _without_names(line: str) -> str:
    return _NAME.sub("", line)
