"""How a person's text ends: signature marks, greetings and cards, advertisements of phones, lawyers' paragraphs.

Every pattern looks at a bounded stretch of text, so that a line of any length costs linear time (T20).
"""

from __future__ import annotations

import re

from hostdesk.mail.reading.reply.attributions import plain
from hostdesk.mail.reading.reply.closings import (
    ADVERTS,
    CARD_LABELS,
    CLOSINGS,
    EXCUSES,
    LEGAL,
    LEGAL_HEADS,
    POINTERS,
    SCANNED,
    SENT_FROM,
    THANKS,
)
from hostdesk.mail.reading.reply.words import any_of

_LIST_RULE = re.compile(r"\A\s{0,4}_{2,200}\s{0,4}\Z")
_SIGNATURE = re.compile(r"\A\s{0,2}-{2,3}\s{0,4}\Z")
_SENT_FROM = re.compile(
    r"\A[\s>*_(\[]{0,4}(?:"
    + "|".join(
        re.escape(one).replace(r"\{\}", r"(?:[^.,!?;:<]|\.(?=\w)){2,60}?")
        for one in sorted(SENT_FROM, key=len, reverse=True)
    )
    + r")[\s.)\]*_]{0,4}\Z",
    re.IGNORECASE,
)
_TARGET = re.compile(
    r"\]\s?\(https?://[^\s()]{1,300}\)|<[^<>\s]{1,400}>|\(https?://[^()\s]{1,300}\)|https?://\S{1,400}"
)
_DASHED_NAME = re.compile(r"\A\s{0,2}[-–—]{1,2}\s?[^\W\d_][\w.'’-]{1,20}(?:\s[^\W\d_][\w.'’-]{0,20}){0,3}\Z")
_GREETED = any_of((*CLOSINGS, *THANKS))
_CLOSING = re.compile(
    rf"\A\W{{0,4}}(?:{_GREETED})(?:\s?(?:[/|&,+]|and|en|und|et|e|y)\s?(?:{_GREETED}))?(?!\w)[\s,.!;~…。*_-]{{0,6}}"
    r"(?:(?-i:(?:[A-ZÀ-Þ][\w.'’-]{0,20}\s?){1,3})|(?<=[,–-])\s?[^\W\d_][\w.'’ -]{0,30}|(?<=[,–-]\s)[^\W\d_][\w.'’ -]{0,30})?\Z",
    re.IGNORECASE,
)
_THANKS = re.compile(rf"\A\W{{0,4}}(?:{any_of(THANKS)})(?!\w)", re.IGNORECASE)
_POINTER = re.compile(rf"(?<!\w)(?:{any_of(POINTERS)})(?!\w)", re.IGNORECASE)
_REACH = re.compile(
    r"[\w.+'-]{1,90}@[\w-]{1,60}\.[\w.-]{2,60}|https?://|\bwww\.|(?<![\w/])[+(]?\d[\d\s().–/-]{6,22}\d(?!\w)|\A[\w-]{1,40}(?:\.[\w-]{2,30}){1,3}(?:/\S{0,60})?\Z"
)
_CARD_LABEL = re.compile(
    rf"\A\W{{0,4}}(?:{any_of(CARD_LABELS)})\.?\s?(?:\([^()]{{1,12}}\)\s?)?[:：|]", re.IGNORECASE
)
_OTHER_LABEL = re.compile(r"\A\W{0,4}[^\W\d_][\w .'’/-]{1,40}[:：](?!//)")
_AFTERTHOUGHT = re.compile(r"\A\W{0,3}(?:p\.?\s?s\b|n\.?b\b|btw\b|edit\b|update\b|ns\b)", re.IGNORECASE)
_PGP = re.compile(r"\A-----(BEGIN|END) PGP (SIGNED MESSAGE|SIGNATURE)-----\Z")
_MOST_WORDS_OF_SENT_FROM = 12
_MOST_WORDS_OF_NAME = 6
_MOST_WORDS_OF_CLOSING = 7
_LONGEST_CARD_LINE = 160
_LONGEST_CARD = 18
_LEAST_LEGAL = 80
_ORNAMENT = ' *_-=[(#|\n\t"“'
_NAMED_QUOTE = re.compile(r"\A\s?(?P<name>[A-Za-z]{1,20})>\s")


def is_quoted(line: str) -> bool:
    """Whether a line carries a mark of quotation. A lone `>:` is the torn end of an attribution."""
    bare = line.lstrip(" \t")
    return bare[:1] == ">" and bare.strip() != ">:"


def quoting_name(line: str) -> str | None:
    """The name before a quotation that is marked with it: `Richard> ...`."""
    found = _NAMED_QUOTE.match(line[:40])
    return found["name"] if found else None


def is_signature_mark(line: str) -> bool:
    """The line `-- ` (or what is left of it) that begins a signature."""
    return len(line) < 20 and _SIGNATURE.match(line) is not None  # noqa: PLR2004


def is_exact_signature_mark(line: str) -> bool:
    """`-- ` to the letter, with its space, as programs write it; also inside signed text."""
    return line in ("-- ", "--\xa0", "- -- ")


def is_dashed_name(line: str) -> bool:
    """`-Jane Doe`: a name as it is signed on mailing lists."""
    return len(line) < 60 and _DASHED_NAME.match(line) is not None  # noqa: PLR2004


def is_list_rule(line: str) -> bool:
    """A rule of underscores: what mailing lists and providers put above their footers."""
    return len(line) < 220 and _LIST_RULE.match(line) is not None  # noqa: PLR2004


def pgp_line(line: str) -> str | None:
    """`begin`, `signature` or `end` for the lines around text signed with PGP; None for others."""
    found = _PGP.match(line) if len(line) < 50 else None  # noqa: PLR2004
    if found is None:
        return None
    if found[2] == "SIGNED MESSAGE":
        return "begin" if found[1] == "BEGIN" else None
    return "signature" if found[1] == "BEGIN" else "end"


def is_advert(line: str) -> bool:
    """`Sent from my iPhone`, `Virus-free.` and their kin, as a line of its own."""
    bare = plain(line).strip() if len(line) <= 700 else ""  # noqa: PLR2004
    if not 6 <= len(bare) <= 600:  # noqa: PLR2004
        return False
    low = bare.lower()
    if low.startswith(ADVERTS) and len(bare.split()) <= 16 and "?" not in bare:  # noqa: PLR2004
        return True
    if "avast.com/sig-email" in low or low.startswith("<https://www.avg.com/email-signature"):
        return True
    words = _TARGET.sub(" ", bare).replace("[", " ").replace("]", " ")
    words = re.sub(r"\s+", " ", words).strip()
    if _is_sent_from(words):
        return True
    first, found, second = words.partition(". ")
    return bool(found) and _is_sent_from(first) and len(second.split()) <= 12 and _excuses(second)  # noqa: PLR2004


def _is_sent_from(words: str) -> bool:
    return (
        len(words) >= 6  # noqa: PLR2004
        and len(words.split()) <= _MOST_WORDS_OF_SENT_FROM
        and _SENT_FROM.match(words) is not None
    )


def _excuses(words: str) -> bool:
    low = words.lower()
    return any(one in low for one in EXCUSES) or _is_sent_from(words)


def is_closing(line: str) -> bool:
    """`Kind regards,` and its kin: a short line that greets and says nothing else."""
    bare = line.strip()
    return (
        len(bare) <= 60  # noqa: PLR2004
        and len(bare.split()) <= _MOST_WORDS_OF_CLOSING
        and "?" not in bare
        and _CLOSING.match(bare) is not None
    )


def is_name(line: str) -> bool:
    """A short line without figures, addresses or a sentence: who signs."""
    bare = line.strip()
    return (
        0 < len(bare) <= 60  # noqa: PLR2004
        and len(bare.split()) <= _MOST_WORDS_OF_NAME
        and not re.search(r"[\d@?!:]|\.\s*\Z|://", bare)
    )


def reaches(line: str) -> bool:
    """Whether a line holds a telephone number, an address of mail or a place on the web."""
    bare = line.strip()
    return len(bare) <= _LONGEST_CARD_LINE and (
        _REACH.search(bare) is not None or _CARD_LABEL.match(bare) is not None
    )


def is_card(lines: list[str]) -> bool:
    """Whether these lines are a visiting card: ways to reach somebody, with nothing said among them."""
    said = [line.strip() for line in lines if line.strip()]
    if not 0 < len(said) <= _LONGEST_CARD:
        return False
    ways = sum(1 for line in said if reaches(line))
    return ways >= min(2, len(said)) and all(_is_card_line(line) for line in said)


def _is_card_line(line: str) -> bool:
    if len(line) > _LONGEST_CARD_LINE or line.endswith(("?", "!", ":")) or _AFTERTHOUGHT.match(line):
        return False
    if _CARD_LABEL.match(line):
        return True
    if _OTHER_LABEL.match(line):
        return False
    return reaches(line) or len(line.split()) <= 8  # noqa: PLR2004


def is_legal(paragraph: str, *, below_greeting: bool) -> bool:
    """Whether a paragraph is the lawyers': several of their words, and in the place or with the opening they use."""
    if not _LEAST_LEGAL <= len(paragraph) <= 6000 or "?" in paragraph:  # noqa: PLR2004
        return False
    low = paragraph.lower()
    if low.lstrip(_ORNAMENT).startswith(SCANNED):
        return True
    opening = low.lstrip(_ORNAMENT)
    headed = opening.startswith(LEGAL_HEADS)
    hits = sum(1 for group in LEGAL if any(one in low for one in group))
    return hits >= 3 if headed or below_greeting else False  # noqa: PLR2004


def is_legal_head(line: str) -> bool:
    """`Disclaimer`: the heading of the lawyers' paragraph, on a line of its own."""
    bare = line.strip(_ORNAMENT + ":").lower()
    return len(bare.split()) <= 4 and bare in LEGAL_HEADS  # noqa: PLR2004


def only_points(text: str) -> bool:
    """`FYI`, `see below`: words that send the reader to what stands below them, and are no use alone."""
    said = [line for line in text.split("\n") if line.strip() and not is_advert(line)]
    words = " ".join(said).split()
    return len(words) <= 12 and _POINTER.search(" ".join(words)) is not None  # noqa: PLR2004


def only_signs(text: str) -> bool:
    """Whether nothing is said but a greeting, a name and a card."""
    said = [line for line in text.split("\n") if line.strip() and not is_advert(line)]
    if not said or len(said) > _LONGEST_CARD:
        return not said
    if is_closing(said[0]) and not _THANKS.match(said[0].strip()):
        return len(said) > 1 and all(is_name(line) or reaches(line) for line in said[1:])
    return False
