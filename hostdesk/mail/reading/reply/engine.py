"""Finds what a person newly wrote in a mail: marks every line once, then keeps the new ones. Linear time.

What is cut is only hidden: the whole text stays one click away.
"""

from __future__ import annotations

from hostdesk.mail.reading.reply import lines as look

# Marks: t text, e empty, q quoted, a attribution, s separator or header block (older mail follows), g signature.
_OLD_LINES = 100_000


def reply_of(text: str) -> str:
    """The new text of a mail. The whole text when nothing else would be left."""
    lines = [line.rstrip() for line in text.replace("\u200b", "").split("\n")]
    marks = _marks(lines)
    keep = _kept(marks)
    _cut_signature(lines, marks, keep)
    kept = "\n".join(line for line, wanted in zip(lines, keep, strict=True) if wanted).strip("\n")
    return kept if kept.strip() else text.strip("\n")


def _marks(lines: list[str]) -> list[str]:
    marks: list[str] = []
    index = 0
    while index < len(lines):
        mark, count = _mark_at(lines, index)
        marks.extend([mark] * count)
        index += count
    return marks


def _mark_at(lines: list[str], index: int) -> tuple[str, int]:  # noqa: PLR0911  (a table of cases)
    line = lines[index]
    if not line.strip():
        return "e", 1
    if look.is_quoted(line) or look.is_named_quote(line):
        return "q", 1
    if index > _OLD_LINES:
        return "t", 1
    if look.is_separator(lines, index):
        return "s", 1
    count = look.header_block_at(lines, index)
    if count:
        return "h", count
    count = look.attribution_at(lines, index)
    if count:
        return "a", count
    return "t", 1


def _kept(marks: list[str]) -> list[bool]:
    """Which lines are new, by the order of the marks."""
    keep = [mark in "te" for mark in marks]
    written = False
    index = 0
    while index < len(marks):
        mark = marks[index]
        if mark in "sh" and written:
            _drop(keep, index, len(marks))
            break
        if mark == "a":
            end = _end_of(marks, index, "a")
            if _next_mark(marks, end) == "q":
                index = end
                continue
            if written:
                _drop(keep, index, len(marks))
                break
        written = written or mark == "t"
        index += 1
    if "a" not in marks:
        _keep_quotes_that_are_answered(marks, keep)
    return keep


def _drop(keep: list[bool], start: int, end: int) -> None:
    keep[start:end] = [False] * (end - start)


def _end_of(marks: list[str], index: int, mark: str) -> int:
    while index < len(marks) and marks[index] == mark:
        index += 1
    return index


def _next_mark(marks: list[str], index: int) -> str:
    while index < len(marks) and marks[index] == "e":
        index += 1
    return marks[index] if index < len(marks) else ""


def _keep_quotes_that_are_answered(marks: list[str], keep: list[bool]) -> None:
    """Without an attribution a quotation in the middle was put there by hand, and the answer needs it."""
    last_new = max((index for index, mark in enumerate(marks) if mark == "t" and keep[index]), default=-1)
    for index in range(last_new):
        if marks[index] == "q":
            keep[index] = True


def _cut_signature(lines: list[str], marks: list[str], keep: list[bool]) -> None:
    """Take away signatures: from their mark to the next quotation or the end; and phones' advertisements."""
    index = 0
    while index < len(lines):
        if keep[index] and marks[index] == "t":
            line = lines[index]
            if _begins_signature(lines, marks, index):
                end = index
                while end < len(lines) and marks[end] in "te":
                    keep[end] = False
                    end += 1
                index = end
                continue
            if look.is_sent_from(line) and _next_mark(marks, index + 1) != "t":
                keep[index] = False
        index += 1


def _begins_signature(lines: list[str], marks: list[str], index: int) -> bool:
    """A signature mark below some text; a dashed name counts when a list's footer follows it."""
    if look.is_signature_mark(lines[index]) or look.is_list_rule(lines[index]):
        return "t" in marks[:index]
    if look.is_dashed_name(lines[index]):
        below = next((at for at in range(index + 1, len(lines)) if marks[at] != "e"), None)
        return below is not None and look.is_list_rule(lines[below]) and "t" in marks[:index]
    return False
