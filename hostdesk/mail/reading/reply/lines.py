"""What a single line (or a few) of a mail is: attribution, header block, separator, quotation, signature mark.

Every pattern looks at a bounded stretch of text, so that a line of any length costs linear time (T20).
"""

from __future__ import annotations

import re
from functools import lru_cache

from hostdesk.mail.reading.reply.words import (
    BEGINS,
    FROM,
    MONTHS,
    ORIGINAL,
    OTHER,
    SENT,
    SENT_FROM,
    SUBJECT,
    TO,
    WROTE,
    any_of,
)

LONGEST = 600
MOST_LINES_OF_ATTRIBUTION = 4

_EMPHASIS = re.compile(r"[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}")
_FIELD = re.compile(
    rf"\A\s{{0,12}}(?:(?P<from>{any_of(FROM)})|(?P<sent>{any_of(SENT)})|(?P<to>{any_of(TO)})"
    rf"|(?P<subject>{any_of(SUBJECT)})|(?P<other>{any_of(OTHER)}))\s{{0,3}}[:：]",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+'=&/-]{1,90}@[\w.-]{1,120}")
_BRACKETED = re.compile(r"[<\[(]\s?(?:mailto:)?[^\s<>\[\]()]{1,120}@[^\s<>\[\]()]{1,150}")
_TIME = re.compile(r"(?<!\d)\d{1,2}\s?[:.h]\s?\d{2}(?!\d)|(?<!\d)\d{1,2}\s?(?:am|pm|uhr)\b", re.IGNORECASE)
_DATE = re.compile(
    rf"""(?<!\d)(?:\d{{4}}\s?[-./年]\s?\d{{1,2}}\s?[-./月]\s?\d{{1,2}}|\d{{1,2}}[-./]\s?\d{{1,2}}[-./]\s?(?:\d{{4}}|\d{{2}})(?!\d))
    |(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|de|\.|º)?[ ,.-]{{0,3}}(?:de\s)?(?:{any_of(MONTHS)})[^\W\d]{{0,12}}
    |\b(?:{any_of(MONTHS)})[^\W\d]{{0,12}}\.?[ ,-]{{1,2}}\d{{1,2}}(?!\d)
    |(?<!\d)\d{{1,2}}\s?(?:tháng|月)\s?\d{{0,2}}""",
    re.IGNORECASE | re.VERBOSE,
)
_WROTE = re.compile(rf"(?:(?<=[\s>)\"”»,])|\A)(?:{any_of(WROTE)})(?=[\s:：.,(]|\Z)", re.IGNORECASE)
_ENDS = re.compile(
    r"[:：][*_]{0,2}\s*\Z|(?:wrote|schrieb|skryf|schreef|écrit|escribió|escreveu|写道|寫道)\s*\Z"
)
_STARTS = re.compile(
    r"\A[\s\-–—>*]{0,6}(?:on|am|an|op|le|el|em|il|den|de|d\.|på|w dniu|dnia|dne|v|vào|la|στις|kl\.|ngo|nge|le|em|na|a)\b|\A[\s\"'“(]{0,4}\d",
    re.IGNORECASE,
)
_RULED = re.compile(rf"\A\W{{0,4}}[-–—_=*]{{2,60}}\s?(?:{any_of(ORIGINAL)})[^\n]{{0,60}}\Z", re.IGNORECASE)
_RULED_ANY = re.compile(r"\A\s{0,8}[-–—_=*]{3,60}\s?[^\W\d_][^\n]{0,60}?[-–—_=*]{3,60}\s{0,8}\Z")
_BEGINS = re.compile(rf"\A\s{{0,8}}(?:{any_of(BEGINS)})\s?[:：]\s{{0,8}}\Z", re.IGNORECASE)
_RULE = re.compile(r"\A\s{0,8}[_\-=—–*]{5,200}\s{0,8}\Z")
_LIST_RULE = re.compile(r"\A\s{0,4}_{2,200}\s{0,4}\Z")
_SIGNATURE = re.compile(r"\A\s{0,2}-{2,3}\s{0,4}\Z")
_SENT_FROM = re.compile(
    r"\A[\s>*_(\[]{0,4}(?:"
    + "|".join(
        re.escape(one).replace(r"\{\}", r"[^.,!?;:<]{2,60}?")
        for one in sorted(SENT_FROM, key=len, reverse=True)
    )
    + r")(?:\s?<[^<>\s]{1,300}>|\s?\([^()]{1,200}\)|\s?https?://\S{1,300})?[\s.)\]*_]{0,4}\Z",
    re.IGNORECASE,
)
_DASHED_NAME = re.compile(r"\A\s{0,2}[-–—]{1,2}\s?[^\W\d_][\w.'’-]{1,20}(?:\s[^\W\d_][\w.'’-]{0,20}){0,3}\Z")
_MOST_WORDS_OF_SENT_FROM = 9
_NAMED_QUOTE = re.compile(r"\A\s?[A-Za-z]{1,20}>\s")


def is_quoted(line: str) -> bool:
    """Whether a line carries a mark of quotation. A lone `>:` is the torn end of an attribution."""
    bare = line.lstrip(" \t")
    return bare[:1] == ">" and bare.strip() != ">:"


def is_named_quote(line: str) -> bool:
    """A quotation marked with its author's name: `Richard> ...`."""
    return _NAMED_QUOTE.match(line) is not None


@lru_cache(maxsize=256)  # a line is asked about again while the window of a header block moves over it
def field_of(line: str) -> str | None:
    """Which field of a header block this line is: from, sent, to, subject, other; None for any other line."""
    if len(line) > LONGEST or not (":" in line or "：" in line):
        return None
    found = _FIELD.match(_EMPHASIS.sub("", line[:200]))
    return found.lastgroup if found else None


def attribution_at(lines: list[str], index: int) -> int:
    """How many lines from `index` on are one attribution ("On ..., X wrote:"); 0 when none begins there."""
    joined = ""
    for count in range(1, MOST_LINES_OF_ATTRIBUTION + 1):
        if index + count > len(lines):
            return 0
        line = lines[index + count - 1].strip()
        if not line or len(line) > LONGEST or (count > 1 and is_quoted(line) and not _is_address_rest(line)):
            return 0
        joined = f"{joined} {line}" if joined else line
        if _ENDS.search(line) and _is_attribution(joined):
            return 0 if _begins_later(lines[index + 1 : index + count]) else count
    return 0


def _begins_later(rest: list[str]) -> bool:
    """Whether the lines after the first are a whole attribution with its date: then the first is somebody's text."""
    for start in range(len(rest)):
        joined = " ".join(line.strip() for line in rest[start:])
        if _DATE.search(joined) and _is_attribution(joined):
            return True
    return False


def _is_address_rest(line: str) -> bool:
    return line.startswith(">:") or (_ENDS.search(line) is not None and "@" in line)


def _is_attribution(text: str) -> bool:
    """A date or time, somebody, and a verb or an address; the words may come in any order and language."""
    if len(text) > LONGEST:
        return False
    plain = _EMPHASIS.sub("", text)
    has_date, has_time = _DATE.search(plain) is not None, _TIME.search(plain) is not None
    bracketed = _BRACKETED.search(plain) is not None
    wrote = _WROTE.search(plain) is not None
    if has_date and wrote:
        return (
            _STARTS.search(plain) is not None or bracketed or has_time or _ADDRESS.search(plain) is not None
        )
    if (has_date or has_time) and bracketed:
        return plain.rstrip().endswith((":", "："))
    return wrote and bracketed and len(plain) < 200 and _near_end(plain)  # noqa: PLR2004


def _near_end(text: str) -> bool:
    """Whether the verb closes the line, as in `Jan <jan@example.com> schreef:`."""
    ends = [found.end() for found in _WROTE.finditer(text)]
    return bool(ends) and len(text) - ends[-1] <= 3  # noqa: PLR2004


def header_block_at(lines: list[str], index: int) -> int:
    """How many lines from `index` on are a block of mail headers; 0 when none begins there.

    A block begins with the sender (or the time) and has at least two different fields close together.
    """
    first = field_of(lines[index])
    if first not in ("from", "sent", "subject", "to"):
        return 0
    kinds, end, gap = {first}, index + 1, 0
    for at in range(index + 1, min(index + 14, len(lines))):
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
    if first == "from" and len(kinds) >= 2 and _plausible_from(lines, index, end):  # noqa: PLR2004
        return end - index
    return end - index if len(kinds) >= 3 else 0  # noqa: PLR2004


def _plausible_from(lines: list[str], index: int, end: int) -> bool:
    """Short words such as `de:` or `a:` also begin sentences: an address, a date or a subject must be near."""
    block = " ".join(line[:200] for line in lines[index:end])
    return (
        _ADDRESS.search(block) is not None
        or _DATE.search(block) is not None
        or any(field_of(line) == "subject" for line in lines[index:end])
    )


def is_separator(lines: list[str], index: int) -> bool:
    """`-----Original Message-----`, `Begin forwarded message:` and their kin; a bare rule above a header block."""
    line = lines[index]
    if len(line) > LONGEST:
        return False
    if _RULED.match(line) or _BEGINS.match(line):
        return True
    if _RULED_ANY.match(line) or _RULE.match(line):
        return _header_follows(lines, index + 1)
    return False


def _header_follows(lines: list[str], start: int) -> bool:
    for at in range(start, min(start + 3, len(lines))):
        if lines[at].strip():
            return header_block_at(lines, at) > 0 or attribution_at(lines, at) > 0
    return False


def is_signature_mark(line: str) -> bool:
    """The line `-- ` (or what is left of it) that begins a signature."""
    return len(line) < 20 and _SIGNATURE.match(line) is not None  # noqa: PLR2004


def is_dashed_name(line: str) -> bool:
    """`-Jane Doe`: a name as it is signed on mailing lists."""
    return len(line) < 60 and _DASHED_NAME.match(line) is not None  # noqa: PLR2004


def is_list_rule(line: str) -> bool:
    """A rule of underscores: what mailing lists and providers put above their footers."""
    return len(line) < 220 and _LIST_RULE.match(line) is not None  # noqa: PLR2004


def is_sent_from(line: str) -> bool:
    """`Sent from my iPhone` and its kin, as a line of its own."""
    if not 6 <= len(line.strip()) <= 400:  # noqa: PLR2004
        return False
    if len(re.sub(r"<[^<>]*>|https?://\S+", "", line).split()) > _MOST_WORDS_OF_SENT_FROM:
        return False
    return _SENT_FROM.match(line) is not None
