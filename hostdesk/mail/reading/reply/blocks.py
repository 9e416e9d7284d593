"""Blocks of mail headers, rules and markers above which the new text ends.

Every pattern looks at a bounded stretch of text, so that a line of any length costs linear time (T20).
"""

from __future__ import annotations

import re
from functools import lru_cache

from hostdesk.mail.reading.reply.attributions import (
    LONGEST,
    attribution_at,
    has_address,
    has_date,
    is_attribution,
    is_moment,
    plain,
)
from hostdesk.mail.reading.reply.words import (
    ABOVE_THIS_LINE,
    BEGINS,
    FROM,
    ORIGINAL,
    OTHER,
    SENT,
    SOURCE_FIELDS,
    SUBJECT,
    TO,
    any_of,
)

_FIELD = re.compile(
    rf"\A\s{{0,12}}(?:(?P<from>{any_of(FROM)})|(?P<sent>{any_of(SENT)})|(?P<to>{any_of(TO)})"
    rf"|(?P<subject>{any_of(SUBJECT)})|(?P<other>{any_of(OTHER)}))\s{{0,3}}[:：]",
    re.IGNORECASE,
)
_BARE_FIELD = re.compile(
    rf"\A\s{{0,40}}(?:(?P<to>{any_of(TO)})|(?P<subject>{any_of((*SUBJECT, 'thema'))})|(?P<other>{any_of(OTHER)}))\s?[:：]?(?:\s|\Z)",
    re.IGNORECASE,
)
_SOURCE_FIELD = re.compile(rf"\A\s{{0,4}}(?:{any_of(SOURCE_FIELDS)}|x-[a-z-]{{2,40}}):", re.IGNORECASE)
_LABEL = re.compile(r"\A\s{0,8}[^\W\d_][^\d:：@<>\[\]{}=/]{0,30}\s?[:：]\s?(?P<value>\S.{0,300})\Z")
_DASHES = r"[-–—‐_=*~]"
_RULED = re.compile(
    rf"\A\W{{0,4}}{_DASHES}{{2,60}}\s?(?:{any_of(ORIGINAL)})(?:[^\n]{{0,120}}?{_DASHES}{{2,60}})?\s{{0,8}}[:：]?\s{{0,8}}\Z",
    re.IGNORECASE,
)
_RULED_ANY = re.compile(
    rf"\A\s{{0,8}}{_DASHES}{{3,60}}\s?(?P<words>[^\W\d_\"“„][^\n]{{0,240}}?){_DASHES}{{3,60}}\s{{0,8}}\Z"
)
_RULED_QUOTED = re.compile(
    rf"\A\s{{0,8}}{_DASHES}{{3,60}}\s?[\"“„][^\n]{{1,160}}?{_DASHES}{{3,60}}\s{{0,8}}\Z"
)
_BEGINS = re.compile(rf"\A\s{{0,8}}(?:{any_of(BEGINS)})\s?[:：.。]?\s{{0,8}}\Z", re.IGNORECASE)
_RULE = re.compile(rf"\A\s{{0,8}}{_DASHES}{{5,200}}\s{{0,8}}\Z")
_MARKER = re.compile(rf"(?:{any_of(ABOVE_THIS_LINE)})", re.IGNORECASE)
_MARKER_VERB = re.compile(
    r"repl|respon|type|write|answer|antwort|schreib|geben|antwoord|beantwoord|skryf|répon|écri|saisi|respost|escrev|digit|respuest|escrib|rispo|scriv|odpow|wpis|odpov|skriv|svar|sva|vasta|kirjoit|válasz|írj|răsp|scri|"
    r"ответ|пиш|відпов|yanıt|yaz|cevap|απαντ|γράψ|返信|入力|回复|回覆|답장|입력|الرد|رد|השב|תגובה|phendul|bhala",
    re.IGNORECASE,
)
_MOST_WORDS_OF_MARKER = 18
_MOST_LINES_OF_BLOCK = 14
_SHORT = 200


@lru_cache(maxsize=256)  # a line is asked about again while the window of a header block moves over it
def field_of(line: str) -> str | None:
    """Which field of a header block this line is: from, sent, to, subject, other; None for any other line."""
    if len(line) > LONGEST or not (":" in line or "：" in line):
        return None
    found = _FIELD.match(plain(line[:_SHORT]))
    return found.lastgroup if found else None


@lru_cache(maxsize=256)
def _bare_field_of(line: str) -> str | None:
    """Like `field_of` for tables that leave the colon away."""
    found = _BARE_FIELD.match(plain(line)) if len(line) < _SHORT else None
    return found.lastgroup if found else None


def header_block_at(lines: list[str], index: int) -> int:
    """How many lines from `index` on are a block of mail headers; 0 when none begins there.

    A block begins with the sender (or the time) and has at least two different fields close together. What a
    person copied from the source of a mail is no such block.
    """
    first = field_of(lines[index])
    if first not in ("from", "sent", "subject", "to"):
        return _strange_block_at(lines, index) or _notes_block_at(lines, index)
    kinds, end, gap = {first}, index + 1, 0
    for at in range(index + 1, min(index + _MOST_LINES_OF_BLOCK, len(lines))):
        kind = field_of(lines[at])
        if kind is not None:
            kinds.add(kind)
            end, gap = at + 1, 0
            continue
        gap += 1
        # Long lists of recipients run over several lines; some clients leave a blank line between fields.
        if gap > 2:  # noqa: PLR2004
            break
    kinds.discard("other")
    enough = len(kinds) >= 3 or (  # noqa: PLR2004
        first == "from" and len(kinds) == 2 and _plausible_from(lines, index, end)  # noqa: PLR2004
    )
    return end - index if enough and not _is_source(lines, index, end) else 0


def _plausible_from(lines: list[str], index: int, end: int) -> bool:
    """Short words such as `de:` or `a:` also begin sentences: an address, a date or a subject must be near."""
    block = " ".join(line[:_SHORT] for line in lines[index:end])
    return (
        has_address(block) or has_date(block) or any(field_of(line) == "subject" for line in lines[index:end])
    )


def _is_source(lines: list[str], index: int, end: int) -> bool:
    """Whether fields stand around that only the source of a mail has: somebody shows a mail to us."""
    top = index
    while top > 0 and index - top < 30 and lines[top - 1].strip():  # noqa: PLR2004
        top -= 1
    bottom = end
    while bottom < len(lines) and bottom - end < 30 and lines[bottom].strip():  # noqa: PLR2004
        bottom += 1
    return any(_SOURCE_FIELD.match(line[:_SHORT]) for line in lines[top:bottom])


def _strange_block_at(lines: list[str], index: int) -> int:
    """A block of headers in a language we do not know: known by its shape, an address first and a moment below."""
    line = lines[index]
    if (
        len(line) > LONGEST
        or "@" not in line
        or (index > 0 and lines[index - 1].strip() and not _RULE.match(lines[index - 1][:220]))
    ):
        return 0
    found = _LABEL.match(plain(line))
    if found is None or not re.search(
        r"\S\s?[<\[(][^\s<>\[\]()]{1,120}@[^\s<>\[\]()]{1,120}[>\])]\s*\Z", found["value"]
    ):
        return 0
    count, moment = 1, False
    while index + count < len(lines) and count < 8:  # noqa: PLR2004
        found = _LABEL.match(plain(lines[index + count][:LONGEST]))
        if found is None:
            break
        value = found["value"]
        moment = moment or (len(value) < 80 and is_moment(value[:59]))  # noqa: PLR2004
        count += 1
    ended = index + count >= len(lines) or not lines[index + count].strip()
    return count if moment and ended and count >= 3 and not _is_source(lines, index, index + count) else 0  # noqa: PLR2004


def _notes_block_at(lines: list[str], index: int) -> int:
    """The table of Lotus Notes: who and when on lines of their own, then To, cc and Subject, often without colons."""
    line = lines[index].strip()
    if not line or len(line) > 120 or line.endswith((".", "?", "!", ":")):  # noqa: PLR2004
        return 0
    near = [at for at in range(index, min(index + 24, len(lines))) if lines[at].strip()][:9]
    if not any(_bare_field_of(lines[at]) == "to" for at in near[1:]):
        return 0
    moment = near[1]
    if moment - index > (2 if has_address(line) else 1) or not is_moment(plain(lines[moment].strip())):
        return 0
    kinds: dict[str, int] = {}
    for at in near:
        if field_of(lines[at]) in ("from", "sent"):
            return 0
        kind = _bare_field_of(lines[at]) if at > moment else None
        if kind is not None:
            kinds[kind] = at
    if "to" in kinds and "subject" in kinds:
        return kinds["subject"] + 1 - index
    return 0


def is_separator(lines: list[str], index: int) -> bool:
    """`-----Original Message-----`, `Begin forwarded message:` and their kin; a bare rule above a header block."""
    line = lines[index]
    if len(line) > LONGEST:
        return False
    line = plain(line) if "*" not in line[:2] else line
    if _RULED.match(line) or _BEGINS.match(plain(line)):
        return True
    ruled = _RULED_ANY.match(line)
    if ruled and is_attribution(ruled["words"].strip() + ":", loosely=False):
        return True
    if ruled or _RULED_QUOTED.match(line) or _RULE.match(line):
        return _header_follows(lines, index + 1)
    return False


def _header_follows(lines: list[str], start: int) -> bool:
    for at in range(start, min(start + 3, len(lines))):
        if lines[at].strip():
            return header_block_at(lines, at) > 0 or attribution_at(lines, at, quoted_follows=False) > 0
    return False


def is_marker(line: str) -> bool:
    """`##- Please type your reply above this line -##`: what another desk put above its own mail."""
    if not 8 <= len(line) <= 240 or not _MARKER.search(line):  # noqa: PLR2004
        return False
    return (
        _MARKER_VERB.search(line) is not None
        and len(line.split()) <= _MOST_WORDS_OF_MARKER
        and "?" not in line
    )


def introduces(line: str) -> bool:
    """Whether a person's line announces what stands below it: `The headers of the mail:`."""
    line = line.rstrip(" *_")
    return line.endswith((":", "：")) and len(line) > 3  # noqa: PLR2004
