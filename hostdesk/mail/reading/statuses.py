"""RFC 3463 statuses out of the words of a mail server: the code that stands there, or the one that the words mean."""

from __future__ import annotations

import re
from functools import lru_cache

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])(?<!\d:)([45]\d\d)(?=[ -][^\d]|\s*[:,])")
_LONGEST = 5000


def status_of(words: str) -> str:
    """An RFC 3463 status for a diagnostic: the code that stands in it, else one by its SMTP reply and meaning."""
    words = words[:_LONGEST]
    enhanced = enhanced_in(words)
    reply = _REPLY.search(words)
    if enhanced and (reply is None or reply[1][0] == enhanced[0]):
        return enhanced
    meaning = meaning_of(words)
    if enhanced and not meaning:
        return enhanced
    if reply:
        return reply[1][0] + (meaning or "x.0.0")[1:]
    return meaning


def enhanced_in(words: str) -> str:
    """The first RFC 3463 status of a failure that says more than x.0.0, or ""."""
    return next((code for code in _ENHANCED.findall(words) if code[0] in "45" and code[2:] != "0.0"), "")


def has_code(words: str) -> bool:
    """Whether a status or an SMTP reply stands in the words at all."""
    return _ENHANCED.search(words) is not None or _REPLY.search(words) is not None


def meaning_of(words: str) -> str:
    """The status that the words alone make likely, or ""."""
    return next((status for pattern, status in _meanings() if pattern.search(words)), "")


@lru_cache(maxsize=1)
def _meanings() -> tuple[tuple[re.Pattern[str], str], ...]:
    # By the first bounce: most processes never meet one.
    return tuple((re.compile(pattern, re.IGNORECASE), status) for pattern, status in _MEANINGS)


# What the words make likely when no code is given; the first that fits.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"mailbox (?:is )?full|(?:mailbox|account) .{0,30}(?:exceed|over|full)|boîte .{0,60}pleine|postfach .{0,30}voll|postvak .{0,20}vol|quota|over ?quota|too much mail|storage|disk (?:space|full)|exceed\w* .{0,20}(?:size|limit) .{0,20}mailbox",
        "5.2.2",
    ),
    (
        r"user (?:is )?unknown|unknown (?:user|recipient|local|address)|no such (?:user|mailbox|address|recipient|account|person)|(?:user|recipient|address|account|mailbox) .{0,30}(?:not (?:found|exist|listed|recognized|known)|doesn't|does not exist|unknown|invalid|wasn't found)|invalid .{0,20}(?:user|recipient|address|mailbox)|no mailbox here|unbekannt|(?:user|mailbox|recipient)\S{0,2} unavailable|> is not found|nicht (?:im |in |gefunden|vorhanden|aufgelistet)|onbekend|niet gevonden|inconnu|introuvable|no (?:se encontr|existe)|não (?:existe|foi encontrad|encontrad)|non trovato|sconosciuto|не (?:найден|существует)|不存在|見つかりません|存在しません|找不到|찾을 수 없",
        "5.1.1",
    ),
    (r"disabled|discontinued|inactive|suspended|deactivated|expired account", "5.2.1"),
    (
        r"host (?:or domain name )?(?:unknown|not found)|unknown (?:host|domain)|no (?:mx|such domain|route)|couldn't find (?:any|a) (?:host|mail exchanger)|domain .{0,30}not (?:found|exist)|unrout",
        "5.1.2",
    ),
    (r"spam|blocked|blacklist|black list|dnsbl|rbl|policy|reputation|dmarc|spf\b|unsolicited", "5.7.1"),
    (r"relay(?:ing)?|access denied|permission denied|not authori[sz]ed|authentication required", "5.7.1"),
    (r"too (?:large|big)|size (?:limit|exceeds)|message size", "5.3.4"),
    (r"loop|too many hops", "5.4.6"),
    (
        r"delivery time|expired|(?:not be delivered|cannot send|could not send|undelivered) (?:message )?(?:for|after) \d+|retry timeout|too long|in the queue|after \d+ (?:hours|days|attempt)",
        "5.4.7",
    ),
    (
        r"timed? ?out|connection refused|(?:host|server) (?:is )?not reachable|unreachable|could not connect|no smtp connection|not responding|unavailable or busy|greylist|try again",
        "4.4.1",
    ),
)
