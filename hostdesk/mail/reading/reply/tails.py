"""Takes the ends off a person's text: signatures, cards, advertisements, lawyers' paragraphs. Linear time."""

from __future__ import annotations

import re

from hostdesk.mail.reading.reply import endings

_KEY = re.compile(r"[a-z][\w-]{0,30}:(?:\s|\Z)")
_LONGEST_SIGNATURE = 15
_LONGEST_MARKED_SIGNATURE = 40
_ENDING = 60
_MOST_RUNS = 1_000
_MOST_ENDINGS = 60


def trim(lines: list[str], marks: list[str], keep: list[bool]) -> None:
    """Drop from `keep` what only ends a text; each run of new lines between quotations has an end of its own."""
    first_text = next((index for index, mark in enumerate(marks) if mark == "t"), len(marks))
    _drop_signed_envelope(lines, marks, keep)
    runs = _runs(marks, keep)
    said = False
    for start, end in runs if len(runs) < _MOST_RUNS else (*runs[:_MOST_RUNS], runs[-1]):
        stop = _without_signature(lines, start, end, first_text)
        _drop(keep, stop, end)
        _trim_end(lines, keep, start, stop, said_above=said)
        said = said or any(keep[at] and lines[at].strip() for at in range(start, stop))


def _drop(keep: list[bool], start: int, end: int) -> None:
    keep[start:end] = [False] * (end - start)


def _runs(marks: list[str], keep: list[bool]) -> list[tuple[int, int]]:
    """The stretches of new text: [start, end)."""
    runs: list[tuple[int, int]] = []
    index = 0
    while index < len(marks):
        if marks[index] in "te" and keep[index]:
            start = index
            while index < len(marks) and marks[index] in "te" and keep[index]:
                index += 1
            runs.append((start, index))
        else:
            index += 1
    return runs


def _drop_signed_envelope(lines: list[str], marks: list[str], keep: list[bool]) -> None:
    """Text signed with PGP stands in an envelope of its own; the words inside are the person's."""
    inside = None
    for index, line in enumerate(lines):
        if line[:5] != "-----":
            continue
        kind = endings.pgp_line(line.rstrip())
        if kind == "begin":
            last = index + 1
            while last < len(lines) and last - index < 5 and lines[last].strip():  # noqa: PLR2004
                last += 1
            _drop(keep, index, last)
        elif kind == "signature":
            inside = index
        elif kind == "end" and inside is not None:
            _drop(keep, inside, index + 1)
            marks[inside : index + 1] = ["g"] * (index + 1 - inside)
            inside = None


def _without_signature(lines: list[str], start: int, end: int, first_text: int) -> int:
    """Where the text of this run ends and its marked signature begins; `end` when there is none."""
    filled = [index for index in range(start, end) if lines[index].strip()]
    weak: dict[str, int] = {}
    for place, index in enumerate(filled):
        line = lines[index]
        tail = filled[place + 1 :] if len(filled) - place <= _LONGEST_MARKED_SIGNATURE + 1 else None
        if endings.is_exact_signature_mark(line):
            if index > first_text and tail is not None and not _is_code(lines, index, tail):
                return index
        elif endings.is_signature_mark(line) or endings.is_list_rule(line):
            mark = line.strip()[0]
            weak[mark] = weak.get(mark, 0) + 1
            if (
                index > first_text
                and tail is not None
                and weak[mark] == 1
                and _is_signature(lines, index, tail)
            ):
                return index
        elif (
            endings.is_dashed_name(line)
            and tail
            and endings.is_list_rule(lines[tail[0]])
            and index > first_text
        ):
            return index
    return end


def _is_signature(lines: list[str], index: int, tail: list[int]) -> bool:
    """Whether the lines below a mark that people also draw by hand look like a signature."""
    if len(tail) > _LONGEST_SIGNATURE or _is_code(lines, index, tail):
        return False
    mark = lines[index].strip()
    return not any(lines[at].strip() == mark or ("?" in lines[at] and "http" not in lines[at]) for at in tail)


def _is_code(lines: list[str], index: int, tail: list[int]) -> bool:
    """Whether the mark belongs to something shown: a difference of two files, a dump of a database."""
    if tail and lines[tail[0]].lstrip().startswith(("-- ", "--", "> ", "< ", "+++", "@@")):
        return True
    if tail and _KEY.match(lines[tail[0]]) and not endings.reaches(lines[tail[0]]):
        return True
    above = lines[index - 1].lstrip() if index else ""
    return above.startswith(("-- ", "< ", "> ", "+++", "@@"))


def _trim_end(lines: list[str], keep: list[bool], start: int, end: int, *, said_above: bool) -> None:
    """Drop advertisements and lawyers' paragraphs from the end, then the card below a greeting."""
    stop = _trim_paragraphs(lines, keep, start, end, said_above=said_above)
    card = _card_at(lines, start, stop)
    if card is not None:
        _drop(keep, card, stop)
        _trim_paragraphs(lines, keep, start, card, said_above=said_above)


def _trim_paragraphs(lines: list[str], keep: list[bool], start: int, end: int, *, said_above: bool) -> int:
    """Drop what ends a text and is nobody's words, line by line and paragraph by paragraph; where the rest ends."""
    greeting = _greeting(lines, start, end)
    dropped = 0
    while end > start and dropped < _MOST_ENDINGS:
        if not lines[end - 1].strip():
            end -= 1
            continue
        dropped += 1
        if endings.is_advert(lines[end - 1]):
            _drop(keep, end - 1, end)
            end -= 1
            continue
        top = end - 1
        while top > start and end - top < _ENDING and lines[top - 1].strip():
            top -= 1
        paragraph = "\n".join(line[:2000] for line in lines[top:end])
        below = greeting is not None and top > greeting
        if endings.is_legal(paragraph, below_greeting=below) and (
            said_above or _has_words(lines, start, top)
        ):
            _drop(keep, top, end)
            end = _with_its_head(lines, start, top)
            _drop(keep, end, top)
        elif _is_rule(lines[end - 1]) and not all(keep[end : end + 3]) and end < len(keep):
            _drop(keep, end - 1, end)
            end -= 1
        else:
            break
    return end


def _with_its_head(lines: list[str], start: int, top: int) -> int:
    """Where a lawyers' paragraph begins, its heading included."""
    head = top - 1
    while head > start and not lines[head].strip():
        head -= 1
    return head if head > start and endings.is_legal_head(lines[head]) else top


def _has_words(lines: list[str], start: int, end: int) -> bool:
    return any(lines[index].strip() for index in range(start, end))


def _is_rule(line: str) -> bool:
    bare = line.strip()
    return 3 <= len(bare) <= 200 and not bare.strip("-_=*~ ")  # noqa: PLR2004


def _greeting(lines: list[str], start: int, end: int) -> int | None:
    """The last greeting near the end of this text."""
    for index in range(end - 1, max(start - 1, end - _ENDING), -1):
        if endings.is_closing(lines[index]):
            return index
    return None


def _card_at(lines: list[str], start: int, end: int) -> int | None:
    """Where the card begins that follows a greeting and a name; None when there is none."""
    greeting = _greeting(lines, start, end)
    if greeting is None:
        return None
    below = [index for index in range(greeting + 1, end) if lines[index].strip()]
    if below and endings.is_name(lines[below[0]]):
        below = below[1:]
    if below and endings.is_card([lines[index] for index in below]):
        return below[0]
    return None
