"""Bounces in free words: what qmail, Exim, Exchange and a hundred others write instead of RFC 3464.

Two questions, asked separately: is this a machine's notice of failure, and whose address failed? Both look at
what notices have in common (who sends them, an address alone on its line, an SMTP reply, a copy of the mail),
not at single products.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hostdesk.mail.reading.shapes import FailedRecipient

MAX_NOTICE = 60_000
_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}"
_ANY_ADDRESS = re.compile(rf"(?<![\w.+=-]){_ADDRESS}(?![\w@])")
_DAEMON = re.compile(
    r"mailer[-_. ]?daemon|mail[-_. ]?daemon|mdaemon|mail delivery|mail deliver system|delivery (?:sub)?system|mail administrator"
    r"|system administrator|\bsysadmin|mail system|non-?delivery|no-?reply|do-?not-?reply|\bmta\b|mailserver"
    r"|anti-?virus|bounce|interscan|mail transfer|\bdaemon@",
    re.IGNORECASE,
)
_POSTMASTER = re.compile(
    r"post-?master|admin(?:istrator)?@|microsoft outlook|internet mail|exchange", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"""undeliver|undelivrable|non[- ]?(?:delivery|remis|distribu|recapita|consegna|livr)|deliver\w*\s+(?:status|fail\w*|error|problem|report|notif|delay|has\ failed|unsuccess)
    |delivery\ status|fail\w*\s+(?:notice|deliver|notification|mail)|return(?:ed|ing)\ (?:mail|message|to\ sender|email)|returned\ by|mail\ (?:error|failure|not\ deliver|system\ error|delivery\ (?:failed|failure|system|problem|status))
    |(?:message|mail|e-?mail)\ (?:delivery\ )?(?:fail\w*|bounced|rejected|blocked|could\ not|not\ delivered|undeliver|delayed|has\ not\ been)
    |could\ not\ (?:be\ )?(?:send|sent|deliver)|not\ (?:be\ )?deliver|cannot\ (?:send|be\ deliver)|error\ (?:sending|delivering)|(?:could\ not|unable\ to)\ (?:send|deliver)|sending\ your\ mail
    |unzustellbar|unzustellbarkeit|nicht\ zugestellt|zustell(?:ung)?\ ?(?:fehl|problem|status)|onbestelbaar|onafleverbaar|niet\ (?:af)?(?:geleverd|bezorgd)|onaflewerbaar
    |nicht\ zustellbar|rückläufer|retour\ à\ l|échec\ de|mensaje\ (?:devuelto|no\ entregado)|no\ se\ (?:pudo|puede)\ entregar|não\ (?:pôde|entreg|foi)|devolvid[ao]|falha\ na\ entrega
    |mancata\ consegna|не\ доставлен|недоставлен|niedostarczon|zwrot|nedoruč|nemohla\ být|kézbesíthetetlen|teslim\ edilemedi|エラー|配信(?:不能|でき|エラー)|退信|投递失败|系统退信|반송|배달
    |user\ unknown|unknown\ user|mailbox\ (?:full|unavailable)|quota|warning:\ (?:could\ not|message)|nondeliverable|mail\ delivery""",
    re.IGNORECASE | re.VERBOSE,
)
_FAILURE = re.compile(
    r"""could\ ?n[o']t\ be\ (?:\w+\ )?(?:delivered|sent|reached)|can\s?not\ be\ delivered|(?:not|n't)\ (?:been\ )?(?:able\ to\ )?deliver|unable\ to\ (?:\w+\ )?deliver|was\ not\ delivered|undeliverable|undelivered
    |(?:did|has|have)\ not\ (?:reach|receive|been\ delivered)|n't\ reach|deliver\w*\ .{0,60}?\ ?(?:failed|delayed|unsuccessful|failure|aborted)|fail(?:ed|ure)\ .{0,40}?deliver|(?:permanent|fatal|delivery|temporary)\ .{0,20}?(?:error|failure|problem)s?
    |address(?:\(es\)|es)?\s(?:had|failed|has|have|below)|user\ (?:is\ )?unknown|unknown\ (?:user|recipient|address|local)|no\ such\ (?:user|mailbox|address|recipient|person|account)|(?:mailbox|quota|account)\ .{0,30}?(?:full|exceed|over|disabled|unavailable|not\ found|inactive)
    |exceed\w*\ .{0,30}quota|quota\ (?:exceeded|is\ full)|recipient\ .{0,60}?(?:rejected|unknown|not\ recognized|refused|failed|invalid)|(?:rejected|refused|blocked|bounced)\ by|rejected\ your\ message|\b5[05]\d[ -](?:\d\.\d\.\d|[A-Za-z<])|\(\#[45]\.\d\.\d\)|smtp\ error|remote\ (?:host|server|smtp)\ .{0,30}?(?:said|responded|returned)
    |invalid\ .{0,30}?(?:user\w*|recipient|address|mailbox)|trouble\ delivering|delayed|warning\ message|will\ be\ retried|relay(?:ing)?\ (?:access\ )?denied|error\ (?:delivering|sending|description|was\ detected|occurred)|no\ valid\ recipient|did\ not\ like|wasn't\ found|host\ (?:or\ domain\ name\ )?(?:unknown|not\ found)|too\ many\ hops|loop(?:ing)?\b|timed\ out|expired
    |nicht\ (?:zugestellt|zustellbar|ausgeliefert)|konnte\ nicht|unbekannt|onbestelbaar|niet\ (?:worden\ )?(?:af)?(?:geleverd|bezorgd)|kon\ nie\ afgelewer|nie\ afgelewer|n'a\ pas\ (?:pu|été)|ne\ peut\ pas\ être|impossible\ de|no\ (?:se\ )?(?:pudo|puede|ha\ podido)|não\ (?:pôde|pode|foi)|nao\ (?:pode|foi)|non\ (?:è\ stato|può|recapitabile)|не\ (?:удалось|доставлен|может)|невозможно|nie\ (?:można|został|mógł)|配信(?:でき|不能)|エラー|無法|无法|失败|退信|undelivrable""",
    re.IGNORECASE | re.VERBOSE,
)
# From here on a notice shows the mail that came back.
_COPY = re.compile(
    r"""^[ \t>*=_-]{0,60}+(?:(?:below\ )?this\ (?:line\ )?is\ a\ copy|included\ is\ a\ copy|the\ header\ (?:and|of\ the\ original)|(?:original|unsent|returned|undelivered|your|old|mail|bounced)\ (?:message|mail|headers?)\ ?(?:follows?|headers?\ follow|body\ follow|below|text|--|:\s*$|-{2,}|$)
    |message\ (?:headers?|body|text)\ (?:follows?|suppressed)|unsent\ message|message\ header\ follows|copy\ of\ (?:the|your)\ (?:original\ )?(?:message|mail)|below\ the\ next\ line|enclosed\ is\ a\ copy|attachment\ is\ a\ copy|forwarded\ message|start\ of\ (?:returned|forwarded)|a\ summary\ of\ the\ undelivered|mensaje\ original|header\s+text\ follows|first\ \d+\ lines|the\ original\ message\ (?:headers?|follows))""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_HEADER_START = re.compile(
    r"^>?\s{0,6}(?:Received|Return-Path|DKIM-Signature|Message-Id|MIME-Version|X-[\w-]{2,40})\s?:",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_ADDRESS = re.compile(
    rf"^[\s>*\"'({{\[;|-]{{0,20}}(?:[\w\" ]{{0,40}}<|smtp:)?({_ADDRESS})[>)\]\"']{{0,3}}\s*(?:[:;,(\[]|on\ |\.{{3}}|$|\s-|\s+<)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?:(?:final|original|failed)[- ]recipient|error-for|recipient|rcpt\ to|undeliverable\ (?:to|address)|addressed\ to(?:\ email\ address)?|(?:deliver\w*|message|mail)\ to|to\ (?:the\ )?(?:recipient|address)|userid|user\ is|permanent\ errors|for\ user|<{{3}}\ RCPT\ TO)\s?[:;]?\s?-{{0,2}}\s{{0,5}}(?:rfc822\s?;\s?)?[\[(<\"']{{0,3}}(?:SMTP:)?({_ADDRESS})",
    re.IGNORECASE,
)
_ODD_ADDRESS = re.compile(rf"(?:dda:)?SMTP[:=]({_ADDRESS})", re.IGNORECASE)
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:])([45]\d\d)(?=[ -][^\d]|\s*[:,])")
_NOT_FAILED = re.compile(r"\A(?:post-?master|mailer-?daemon|abuse|support|help)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is asked about. `own` are the notice's own addresses, `returned` fields of the mail that came back."""

    text: str
    subject: str
    sender: str
    return_path: str
    own: frozenset[str]
    failed_header: list[str]
    is_report: bool
    returned: dict[str, str] | None


def failures(notice: Notice) -> list[FailedRecipient]:
    """The failed recipients of a notice; empty when it is none, or when nobody can tell whom it is about."""
    if not _is_by_machine(notice):
        return []
    words = _own_words(notice.text)
    if not _speaks_of_failure(notice, words):
        return []
    action = "delayed" if _is_delay(notice.subject, words) else "failed"
    found = _recipients(notice, words)
    return [_failed(address, words, action=action) for address in found]


def _own_words(text: str) -> str:
    """The notice without the copy of the mail; the whole text when the copy stands first."""
    text = text[:MAX_NOTICE]
    ends = [match.start() for match in (_COPY.search(text), _HEADER_START.search(text)) if match]
    cut = min(ends, default=len(text))
    return text[:cut] if text[:cut].strip() else text


def _is_by_machine(notice: Notice) -> bool:
    """Whether the mail bears a machine's mark: its name, an empty return path, its own header, a report's form.

    A person's complaint about a bounce has all the words and none of these, and stays a person's mail.
    """
    return bool(
        notice.failed_header
        or notice.is_report
        or _has_empty_path(notice)
        or _DAEMON.search(notice.sender)
        or _POSTMASTER.search(notice.sender)
    )


def _has_empty_path(notice: Notice) -> bool:
    path = notice.return_path.strip()
    return path in ("<>", '<"">') or "MAILER-DAEMON" in path.upper()


def _speaks_of_failure(notice: Notice, words: str) -> bool:
    if notice.failed_header:
        return True
    says_so = _SUBJECT.search(notice.subject) is not None
    fails = _FAILURE.search(words) is not None
    if notice.is_report:
        return fails or says_so
    if _DAEMON.search(notice.sender):
        return fails or (says_so and _ANY_ADDRESS.search(words) is not None)
    return says_so and (fails or notice.returned is not None)


def _is_delay(subject: str, words: str) -> bool:
    return re.search(r"\bdelay|warning|will be retried|will continue to be made|still being", f"{subject} {words[:2000]}", re.IGNORECASE) is not None and (
        re.search(r"permanent|giving up|given up|failed permanently", words[:3000], re.IGNORECASE) is None
    )  # fmt: skip


def _recipients(notice: Notice, words: str) -> list[str]:
    """Whose address failed, by the surest place that names any."""
    surest = [one for one in _line_addresses(words) + _NAMED.findall(words) if not _NOT_FAILED.match(one)]
    sources = (
        surest,
        notice.failed_header,
        _ODD_ADDRESS.findall(words),
        _addresses_near_failure(words),
        _ANY_ADDRESS.findall(words),
    )
    for found in sources:
        usable = _distinct(
            [one for one in found if one.lower() not in notice.own and not _NOT_FAILED.match(one)]
        )
        if usable:
            return usable
        if found is surest and surest:
            # A mail to oneself that failed: the notice is sent to the very address it names.
            return _distinct(surest)
    return _distinct(_addressees(notice))


def _line_addresses(words: str) -> list[str]:
    out = []
    for line in words.split("\n"):
        found = _LINE_ADDRESS.match(line[:400])
        if found and not re.search(r"contact|please|\bfrom\b", line[:80], re.IGNORECASE):
            out.append(found[1])
    return out


def _addresses_near_failure(words: str) -> list[str]:
    out: list[str] = []
    for line in words.split("\n"):
        if "@" in line and _FAILURE.search(line[:600]):
            out.extend(_ANY_ADDRESS.findall(line[:600]))
    return out


def _addressees(notice: Notice) -> list[str]:
    """Whom the mail that came back was for, by its own header, attached or written below the notice."""
    fields = notice.returned if notice.returned is not None else _fields_below(notice.text)
    for name in ("x-original-to", "to"):
        found = _ANY_ADDRESS.findall(fields.get(name, ""))
        if found:
            return found
    return re.findall(rf"\bfor <?({_ADDRESS})>?;", notice.text[:MAX_NOTICE])[-1:]


def _fields_below(text: str) -> dict[str, str]:
    start = _HEADER_START.search(text) or re.search(r"^(?:From|To|Date|Subject)\s?:", text, re.MULTILINE)
    return fields_in(text[start.start() : start.start() + 20_000]) if start else {}


def fields_in(text: str) -> dict[str, str]:
    """`Name: value` lines with their continuations, the first of a name; other lines are passed over."""
    out: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if line[:1] in (" ", "\t") and last:
            if len(out[last]) < 2000:  # noqa: PLR2004
                out[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        last = ""
        if colon and re.fullmatch(r"[A-Za-z][\w-]{1,50}\s?", name):
            key = name.strip().lower()
            if key not in out:
                out[key], last = value.strip(), key
    return out


def _distinct(found: list[str]) -> list[str]:
    return list({one.lower().rstrip("."): one.rstrip(".") for one in found}.values())


def _failed(address: str, words: str, *, action: str) -> FailedRecipient:
    """One recipient with the words that stand at its name, and the status they give."""
    at = words.lower().find(address.lower())
    at = words.rfind("\n", 0, at) + 1 if at != -1 else 0
    near = words[at : at + 1200]
    status = status_of(near) or status_of(words)
    if action == "delayed":
        status = status if status.startswith("4") else "4.0.0"
    elif status.startswith("4") and not _ENHANCED.search(words) and not _REPLY.search(words):
        # Nobody gave a code, and the sender has given up: that is final.
        status = "5" + status[1:]
    diagnostic = " ".join(near.split())[:500]
    return FailedRecipient(address, status or "5.0.0", action, diagnostic)


# What the words make likely when no code is given; the first that fits.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (
        r"mailbox (?:is )?full|quota|over ?quota|too much mail|storage|disk (?:space|full)|exceed\w* .{0,20}(?:size|limit) .{0,20}mailbox",
        "5.2.2",
    ),
    (
        r"user (?:is )?unknown|unknown (?:user|recipient|local|address)|no such (?:user|mailbox|address|recipient|account|person)|(?:user|recipient|address|account|mailbox) .{0,30}(?:not (?:found|exist|listed|recognized|known)|doesn't|does not exist|unknown|invalid|wasn't found)|invalid .{0,20}(?:user|recipient|address|mailbox)|no mailbox here|unbekannt",
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
    (r"delivery time|expired|retry timeout|too long|in the queue|after \d+ (?:hours|days|attempt)", "5.4.7"),
    (
        r"timed? ?out|connection refused|could not connect|no smtp connection|not responding|unavailable or busy|greylist|try again",
        "4.4.1",
    ),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), status) for pattern, status in _MEANINGS)


def status_of(words: str) -> str:
    """An RFC 3463 status for a diagnostic: the code that stands in it, else one by its SMTP reply and meaning."""
    words = words[:5000]
    enhanced = next((code for code in _ENHANCED.findall(words) if code[0] in "45" and code[2:] != "0.0"), "")
    reply = _REPLY.search(words)
    if enhanced and (reply is None or reply[1][0] == enhanced[0]):
        return enhanced
    meaning = next((status for pattern, status in _COMPILED if pattern.search(words)), "")
    if enhanced and not meaning:
        return enhanced
    if reply:
        return reply[1][0] + (meaning or "x.0.0")[1:]
    return meaning
