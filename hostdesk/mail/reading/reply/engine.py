"""Finds what a person newly wrote in a mail: marks every line once, then keeps the new ones. Linear time.

What is cut is only hidden: the whole text stays one click away. In doubt a line is kept: a quotation too many
costs a glance, a customer's lost words cost the customer.
"""

from __future__ import annotations

from hostdesk.mail.reading import structure
from hostdesk.mail.reading.reply import attributions, blocks, endings, tails

# Marks: t text, e empty, q quoted, a attribution, b attribution inside a quotation, s separator, h header block, m another desk's marker (older mail
# follows these three), g signature as the HTML itself calls it.
# Behind so many lines only marked quotations are looked for: nobody writes more, and a log may be longer.
_CLOSELY_READ = 5_000
_LONG_ENOUGH_TO_WRAP = 64


def reply_of(text: str) -> str:
    """The new text of a mail. The whole text when nothing else would be left."""
    lines = _lines(text)
    marks = _marks(lines)
    keep, cut = _kept(lines, marks)
    bare = [structure.unmarked(line).rstrip() for line in lines]
    tails.trim(lines, marks, keep)
    kept = _joined(bare, keep)
    whole = structure.unmarked(text).strip("\n")
    if not kept.strip() or (cut and _is_only_a_cover(kept, marks, cut)):
        return whole
    return kept


def _is_only_a_cover(kept: str, marks: list[str], cut: int) -> bool:
    """Whether the words above a forwarded mail say nothing themselves: then the forwarded mail is what was sent."""
    if marks[cut - 1] not in "sh":
        return False
    return endings.only_signs(kept) or (
        endings.only_points(kept) and any(mark == "t" for mark in marks[cut:])
    )


def _lines(text: str) -> list[str]:
    """The lines of a text; a person's words and the first attribution behind them on one line become two."""
    lines = text.replace("\u200b", "").split("\n")
    for number, line in enumerate(lines[:_CLOSELY_READ]):
        shared = attributions.split_shared(line) if ":" in line[-4:] else None
        if shared:
            return [*lines[:number], *shared, *lines[number + 1 :]]
    return lines


def _marks(lines: list[str]) -> list[str]:
    marks: list[str] = []
    quoted = [endings.is_quoted(line) for line in lines]
    below = _next_filled(lines)
    seen: set[str] = set()
    index = 0
    while index < len(lines):
        mark, count = _mark_at(lines, index, quoted, below)
        if mark == "b" and ("a" in seen or "b" in seen):
            mark = "q"
        marks.extend([mark] * count)
        seen.add(mark)
        index += count
        if "t" in seen and mark in "sma" and _all_is_older(lines, index, mark, quoted, below):
            marks.extend("t" if line.strip() else "e" for line in lines[index:])
            break
    _mark_torn_quotations(lines, marks)
    _mark_named_quotations(lines, marks)
    _mark_heads_of_quotations(marks)
    return marks


def _all_is_older(lines: list[str], index: int, mark: str, quoted: list[bool], below: list[int]) -> bool:
    """Whether nothing below a separator or an attribution can be new, so that nobody need look."""
    if mark != "a":
        return True
    following = below[index - 1]
    if following >= len(lines) or quoted[following] or endings.quoting_name(lines[following]):
        return False
    return following > index and not structure.mark_of(lines[following])


def _next_filled(lines: list[str]) -> list[int]:
    """For every line the index of the first filled line below it; the number of lines when there is none."""
    below, filled = [len(lines)] * len(lines), len(lines)
    for index in range(len(lines) - 1, -1, -1):
        below[index] = filled
        if lines[index].strip():
            filled = index
    return below


def _mark_at(lines: list[str], index: int, quoted: list[bool], below: list[int]) -> tuple[str, int]:  # noqa: PLR0911  (a table of cases)
    line = lines[index]
    said = structure.mark_of(line)
    if said:
        return said, 1
    if not line.strip():
        return "e", 1
    if quoted[index]:
        return _quoted_mark(lines, index, quoted), 1
    if index > _CLOSELY_READ:
        return "t", 1
    if blocks.is_marker(line):
        return "m", 1
    if blocks.is_separator(lines, index):
        return "s", 1
    count = blocks.header_block_at(lines, index)
    if count:
        return "h", count
    return _attribution_or_text(lines, index, quoted, below)


def _attribution_or_text(
    lines: list[str], index: int, quoted: list[bool], below: list[int]
) -> tuple[str, int]:
    count = attributions.attribution_at(lines, index, quoted_follows=False)
    if count:
        return "a", count
    for last in range(index, min(index + attributions.MOST_LINES, len(lines))):
        if not lines[last].strip() or quoted[last]:
            break
        if below[last] < len(lines) and quoted[below[last]]:
            count = attributions.attribution_at(lines[index : last + 1], 0, quoted_follows=True)
            if count:
                return "a", count
            break
    return "t", 1


def _quoted_mark(lines: list[str], index: int, quoted: list[bool]) -> str:
    """`q`, or `b` where a quotation begins with the attribution inside it, as Apple's programs write it."""
    if (index and quoted[index - 1]) or index > _CLOSELY_READ:
        return "q"
    block = [line.lstrip()[1:].strip() for line in lines[index : index + 6] if line.lstrip()[:1] == ">"]
    while block and not block[0]:
        block = block[1:]
    return "b" if block and attributions.attribution_at(block, 0, quoted_follows=False) else "q"


def _mark_torn_quotations(lines: list[str], marks: list[str]) -> None:
    """A line between two quoted ones is a piece of the first when that one was too long to stay whole."""
    for index in range(1, len(lines) - 1):
        if marks[index] == "t" and marks[index - 1] == marks[index + 1] == "q":
            above, line = lines[index - 1].rstrip(), lines[index].strip()
            torn = not above.endswith((".", "?", "!", ":", ";")) and line[:1].islower()
            if torn and len(above) >= _LONG_ENOUGH_TO_WRAP and len(line) < len(above):
                marks[index] = "q"


def _mark_named_quotations(lines: list[str], marks: list[str]) -> None:
    """`Richard> ...` is a quotation below an attribution that names Richard; elsewhere it is a prompt."""
    named = ""
    for index, mark in enumerate(marks):
        if mark in "ab":
            named = (named + " " + lines[index][: attributions.LONGEST].lower())[-1000:]
        elif mark == "t" and named:
            name = endings.quoting_name(lines[index])
            if name and len(name) > 1 and name.lower() in named:
                marks[index] = "q"


def _mark_heads_of_quotations(marks: list[str]) -> None:
    """Headers above everything else, with a marked quotation below them, only say whose words are quoted."""
    end = next((index for index, mark in enumerate(marks) if mark not in "she"), 0)
    if end < len(marks) and marks[end] == "q":
        marks[:end] = ["a" if mark in "sh" else mark for mark in marks[:end]]


def _kept(lines: list[str], marks: list[str]) -> tuple[list[bool], int]:
    """Which lines are new, by the order of the marks; and behind which index all was cut, 0 when nothing was."""
    keep = [mark in "te" for mark in marks]
    written, end = False, len(marks)
    index, cut = 0, 0
    while index < end:
        mark = marks[index]
        if mark in "shm" and written and not _is_shown(lines, marks, index):
            cut = index + 1
        elif mark == "a":
            last = _end_of(marks, index, "a")
            if _next_mark(marks, last) not in ("q", "b") and written:
                cut = index + 1
            else:
                index = last
                continue
        elif mark in "sh" and not written:
            # A mail that begins with older mail sends that on: who wrote it belongs to it.
            keep[index] = True
        if cut:
            keep[index:] = [False] * (end - index)
            break
        if mark == "h" and written:
            last = _end_of(marks, index, "h")
            keep[index:last] = [True] * (last - index)
            index = last
            continue
        written = written or mark == "t"
        index += 1
    _keep_quotes_that_are_answered(lines, marks, keep)
    return keep, cut


def _is_shown(lines: list[str], marks: list[str], index: int) -> bool:
    """Whether a person shows a block of headers: announced by a line of their own, with their own words below."""
    if marks[index] != "h":
        return False
    above = index - 1
    while above >= 0 and marks[above] == "e":
        above -= 1
    return above >= 0 and marks[above] == "t" and blocks.introduces(lines[above])


def _end_of(marks: list[str], index: int, mark: str) -> int:
    while index < len(marks) and marks[index] == mark:
        index += 1
    return index


def _next_mark(marks: list[str], index: int) -> str:
    while index < len(marks) and marks[index] == "e":
        index += 1
    return marks[index] if index < len(marks) else ""


def _keep_quotes_that_are_answered(lines: list[str], marks: list[str], keep: list[bool]) -> None:
    """A quotation above any attribution was put there by hand: kept where it is answered or announced."""
    first = next((index for index, mark in enumerate(marks) if mark in "ab"), len(marks))
    last_new = max((index for index in range(first) if marks[index] == "t" and keep[index]), default=-1)
    announced = False
    for index in range(first):
        if marks[index] == "t":
            announced = keep[index] and blocks.introduces(lines[index])
        elif marks[index] == "q":
            keep[index] = index < last_new or announced
        elif marks[index] != "e":
            announced = False


def _joined(lines: list[str], keep: list[bool]) -> str:
    return "\n".join(line for line, wanted in zip(lines, keep, strict=True) if wanted).strip("\n")
