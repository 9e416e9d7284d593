"""Lines by which a client says whose words follow: "On ..., X wrote:", in any order of words and any language.

Every pattern looks at a bounded stretch of text, so that a line of any length costs linear time (T20).
"""

from __future__ import annotations

import re

from hostdesk.mail.reading.reply.words import MONTHS, NOT_PERSONS, PRONOUNS, QUOTING, WROTE, any_of

LONGEST = 600
MOST_LINES = 4

_EMPHASIS = re.compile(r"[*_]{1,2}(?=\S)|(?<=\S)[*_]{1,2}")
_DECORATION = re.compile(r"\A[\s\-–—‐>*|]{0,12}")
_ADDRESS = re.compile(r"[\w.+'=&/-]{1,90}@[\w.-]{1,120}")
_BRACKETED = re.compile(
    r"[<\[(]{1,2}\s?(?:mailto:)?[^\s<>\[\]()]{1,120}@[^\s<>\[\]()]{1,150}(?:[<\[(]?mailto:[^\s<>\[\]()]{1,200}[>\])]{0,2})?\s?[>\])]{0,2}"
)
_CLOCK = r"(?<!\d)\d{1,2}\s?[:.hH]\s?\d{2}(?::\d{2})?(?![\d.])\s?(?:[ap]\.?m\b\.?|uhr\b|h\b|น\.)?|(?<!\d)\d{1,2}\s?(?:[ap]\.?m\b|uhr\b|h\b)|\d{1,2}\s?[時时시]\s?(?:\d{1,2}\s?[分분])?"
_TIME = re.compile(_CLOCK, re.IGNORECASE)
_DATE = re.compile(
    rf"""(?<!\d)\d{{4}}\s?[-./年년]\s?\d{{1,2}}\s?[-./月월]\s?\d{{1,2}}\s?[日일.]?(?!\d)
    |(?<!\d)\d{{1,2}}[-./]\s?\d{{1,2}}[-./]\s?(?:\d{{4}}|\d{{2}})(?!\d)
    |(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|de|\.|º|°)?[ ,.-]{{0,3}}(?:de\s|di\s|ב|í\s)?(?:{any_of(MONTHS)})[^\W\d]{{0,12}}\.?(?:[ ,./-]{{0,3}}(?:de\s|del\s)?(?:\d{{4}}|\d{{2}}(?![:.h\d])))?
    |(?:\d{{4}}\.?\s)?\b(?:{any_of(MONTHS)})[^\W\d]{{0,12}}\.?[ ,-]{{1,2}}\d{{1,2}}(?:st|nd|rd|th|\.)?(?![\d:])(?:[ ,./-]{{1,3}}(?:\d{{4}}|\d{{2}}(?![:.h\d])))?
    |(?<!\d)\d{{1,2}}\.?\s(?:de\s|di\s)?[^\W\d_]{{3,14}}\.?\s(?:de\s)?\d{{4}}(?!\d)
    |(?<!\d)\d{{4}}\.?\s[^\W\d_]{{3,14}}\.?\s\d{{1,2}}(?!\d)
    |(?<!\d)\d{{1,2}}\s?(?:tháng|月|월)\s?\d{{0,2}}\s?[日일]?""",
    re.IGNORECASE | re.VERBOSE,
)
_ZONE = re.compile(
    r"\(?\b(?:GMT|UTC|SAST|CES?T|[ECMP][SD]T|BST|IST|JST|WES?T|EES?T|MSK)\b\s?(?:[+-]\s?\d{1,2}:?\d{0,2})?\)?|(?<!\w)[+-]\d{2}:?\d{2}\b",
)
_WITHOUT_SPACES = re.compile(
    "写道|寫道|のメッセージ|のメール|は書きました|님이 작성|님이 씀|이\\(가\\) 쓴 글|쓴 글|님의 말"
)
_WROTE = re.compile(rf"(?:(?<=[\s>)\]\"”»’',،、，])|\A)(?:{any_of(WROTE)})(?=[\s:：.,(>)]|\Z)", re.IGNORECASE)
_QUOTING = re.compile(rf"\A(?:{any_of(QUOTING)})\s\S", re.IGNORECASE)
_COLON = re.compile(r"[:：]\s*[*_]{0,2}\s*\Z")
_ENDS = re.compile(
    r"[:：]\s*[*_]{0,2}\s*\Z|(?:wrote|schrieb|skryf|geskryf|schreef|geschreven|écrit|escribió|escreveu|scritto|написав|написал|写道|寫道)\s*\Z"
)
_STARTS = (
    "on", "at", "am", "an", "op", "le", "el", "em", "il", "den", "der", "de", "d.", "på", "w", "dniu", "dnia", "dne", "v", "vào", "la", "στις", "kl.", "kl",
    "klo", "ngo", "nge", "na", "a", "à", "as", "às", "om", "um", "ob", "alle", "ore", "ora", "hora", "orele", "las", "los", "o", "godz.", "użytkownik",
    "odesílatel", "uživatel", "heeft", "het", "hat", "ha", "har", "vom", "von", "van", "u", "du", "et", "y", "e", "e.h.", "pe", "ve", "в", "о", "ο", "η", "ώρα",
    "пользователь", "від", "by", "via", "from", "the", "datum", "time", "giorno", "kell", "kello", "időpont", "időpontban", "tarihinde", "saat", "uur", "kirjoitti", "lúc", "p.m.", "a.m.", "pm", "vm", "nm",
    "г.", "р.", "г", "р", "год", "year", "s", "da", "do", "di", "del", "ter", "bin", "al",
)  # fmt: skip
_FILLERS = frozenset(_STARTS)
_THINGS = frozenset(NOT_PERSONS)
_PERSONAL = re.compile(
    rf"(?<!\w)(?:{any_of(PRONOUNS)})\s(?:(?:have|had|has|het|hebt|heeft|haben|hat|avez|ont|has|há|ha|hai)\s)?(?:{any_of(WROTE)})(?!\w)"
    r"|(?<!\w)(?:schrieben sie|schriebst du|schreef (?:u|je|jij|ik)|schrieb ich|skryf (?:ek|jy|u)|het (?:u|jy|julle|ek) geskryf|heeft u geschreven|heb (?:ik|je) geschreven|hast du geschrieben|haben sie geschrieben)(?!\w)",
    re.IGNORECASE,
)
_MACHINE = re.compile(r"[={};?!]|\w\[\d+\]|\d:\d\d:\d\d[.,]\d|::|://")
_DIGIT = re.compile(r"\d")
_LINK = re.compile(r"[<(\[]?(?:https?://|tel:|#m_)[^\s<>]{1,400}[>)\]]?")
_BEGINNING = re.compile(r"(?:\s|(?<=[\w.!?])[-–—]{2,5}\s?)(?=(?:On|Am|Le|Op|El|Em|Il|Den|Dnia|Dne|W dniu)\s)")
_MOST_NAME_WORDS = 9
_MOST_STRANGE_WORDS = 14
_SHORT = 200
_WRAPS = 64


def plain(text: str) -> str:
    """A line without emphasis and the invisible marks of writing direction."""
    if text.isascii() and "*" not in text and "_" not in text:
        return text
    return _EMPHASIS.sub("", _invisible.sub("", text))


_invisible = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def has_address(text: str) -> bool:
    """Whether a mail address stands in this text."""
    return _ADDRESS.search(text) is not None


def has_date(text: str) -> bool:
    """Whether a date stands in this text."""
    return _DIGIT.search(text) is not None and _DATE.search(text) is not None


def is_moment(text: str) -> bool:
    """Whether a line is a date with its time, and hardly more."""
    return len(text) < 60 and has_date(text) and _TIME.search(_DATE.sub(" ", text)) is not None  # noqa: PLR2004


def attribution_at(lines: list[str], index: int, *, quoted_follows: bool) -> int:
    """How many lines from `index` on are one attribution; 0 when none begins there.

    With a marked quotation below, little is asked; without, the words must be those of a client and nothing else.
    """
    joined = ""
    for count in range(1, MOST_LINES + 1):
        if index + count > len(lines):
            return 0
        line = plain(lines[index + count - 1][: LONGEST + 1]).strip()
        if not line or len(line) > LONGEST or (count > 1 and line[0] == ">" and not _is_address_rest(line)):
            return 0
        joined = f"{joined} {line}" if joined else line
        if len(joined) > LONGEST:
            return 0
        if _ENDS.search(line) and is_attribution(joined, loosely=quoted_follows):
            torn = count > 1 and len(lines[index]) + len(lines[index + 1].split(" ", 1)[0]) >= _WRAPS
            later = _begins_later(lines[index + 1 : index + count], loosely=quoted_follows, torn=torn)
            return 0 if later else count
    return 0


def _begins_later(rest: list[str], *, loosely: bool, torn: bool) -> bool:
    """Whether the lines after the first are a whole attribution with its date: then the first is somebody's text.

    Below a line so long that it was `torn`, only the words count with which attributions begin.
    """
    for start in range(len(rest)):
        joined = " ".join(plain(line).strip() for line in rest[start:])
        if torn and not _BEGINNING.match(f" {joined}"):
            continue
        if joined[:1] not in "<([" and has_date(joined) and is_attribution(joined, loosely=loosely):
            return True
    return False


def _is_address_rest(line: str) -> bool:
    return line.startswith((">:", "> :")) or (_ENDS.search(line) is not None and "@" in line)


def is_attribution(text: str, *, loosely: bool) -> bool:  # noqa: PLR0911  (a table of cases)
    """A date or time, somebody, and a verb or an address; the words may come in any order and language."""
    text = _DECORATION.sub("", text, count=1)
    if len(text) > LONGEST or not _ENDS.search(text):
        return False
    bare = _LINK.sub(" ", text)
    bracketed, addressed = _BRACKETED.search(bare) is not None, _ADDRESS.search(bare) is not None
    wrote = _WROTE.search(bare) is not None or _WITHOUT_SPACES.search(bare) is not None
    if _QUOTING.match(bare) and (bracketed or loosely):
        return len(bare) < _SHORT
    if not (wrote or addressed):
        return False
    dated = timed = False
    if _DIGIT.search(bare):
        without_dates = _DATE.sub(" ", bare)
        dated, timed = without_dates != bare, _TIME.search(without_dates) is not None
    if not (dated or timed):
        if not wrote or len(bare) > _SHORT or not _ends_with_verb(bare):
            return False
        return (bracketed or loosely) and _names_somebody(bare, strange_verb=False, personal=loosely)
    if wrote:
        named = _names_somebody(bare, strange_verb=bracketed or loosely, personal=bracketed or loosely)
        return named and (dated or addressed or loosely)
    if not addressed or not _COLON.search(bare) or not dated:
        return False
    return _names_somebody(bare, strange_verb=True, personal=False)


def _ends_with_verb(text: str) -> bool:
    """Whether the verb closes the line, as in `Jan <jan@example.com> schreef:`."""
    ends = [found.end() for found in _WROTE.finditer(text)]
    ends += [found.end() for found in _WITHOUT_SPACES.finditer(text)]
    return bool(ends) and len(text) - max(ends) <= 3  # noqa: PLR2004


def _names_somebody(text: str, *, strange_verb: bool, personal: bool) -> bool:
    """Whether nothing is left but a name, once date, time, address, verb and small words are taken away."""
    if not personal and _PERSONAL.search(text):
        return False
    rest = _BRACKETED.sub(" ", text)
    rest = _ADDRESS.sub(" ", rest)
    rest = _ZONE.sub(" ", _TIME.sub(" ", _DATE.sub(" ", rest)))
    rest = _WITHOUT_SPACES.sub(" ", _WROTE.sub(" ", rest))
    if _MACHINE.search(rest):
        return False
    words = [
        word
        for word in re.findall(r"[^\s,.:：()<>\[\]\"“”„«»'’،、，/|-]+", rest)
        if word.lower() not in _FILLERS
    ]
    if _is_a_thing(words):
        return False
    small = [word for word in words if word[0].islower()]
    if strange_verb:
        return len(words) <= _MOST_STRANGE_WORDS and len(small) <= 7  # noqa: PLR2004
    return len(words) <= _MOST_NAME_WORDS and len(small) <= 2  # noqa: PLR2004


def _is_a_thing(words: list[str]) -> bool:
    """Whether a program is named, `the server` or `Apache log`; a company may have such a word in its name."""
    things = [word for word in words if word.lower() in _THINGS]
    if not things:
        return False
    named = any(word[0].isupper() and word.lower() not in _THINGS for word in words)
    return not named or any(word[0].islower() for word in things)


def split_shared(line: str) -> tuple[str, str] | None:
    """A person's last words and the attribution that stands on the same line behind them."""
    if not 20 < len(line) <= LONGEST or not _ENDS.search(line):  # noqa: PLR2004
        return None
    line = line.strip()
    places = [found for found in _BEGINNING.finditer(line) if has_date(line[found.end() : found.end() + 50])]
    for found in places[:2]:
        own, attribution = line[: found.start()].rstrip("-–— "), line[found.end() :]
        if not re.search(r"\w", own) or _WROTE.search(own) or _BRACKETED.search(own) or has_date(own):
            return None
        if is_attribution(attribution, loosely=False):
            return own, attribution
    return None
