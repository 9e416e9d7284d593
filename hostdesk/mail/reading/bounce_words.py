"""Bounces in free words: what qmail, Exim, Exchange and a hundred others write instead of RFC 3464.

Two questions, asked separately: is this a machine's notice of failure, and whose address failed? Both look at
what notices have in common (who sends them, an address alone on its line, an SMTP reply, a copy of the mail),
not at single products.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hostdesk.mail.reading import statuses
from hostdesk.mail.reading.daemons import Trust
from hostdesk.mail.reading.shapes import FailedRecipient
from hostdesk.mail.reading.statuses import status_of

MAX_NOTICE = 60_000
LONGEST_SENTENCE = 300
_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z0-9-]{2,63}"
_ANY_ADDRESS = re.compile(rf"(?<![\w.+=-]){_ADDRESS}(?![\w@])")
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
# The same in the languages that mail servers are translated to; in a subject or in the text.
_FOREIGN = re.compile(
    r"""kan\ (?:inte|ikke)\ lever|gick\ inte\ att\ leverera|olevererbar|ikke\ lever|levering\w*\ mislykkedes|(?:toimit|lähett)\w+\ epäonnistui|ei\ voi(?:tu|da)?\ toimittaa|niedostarczal|nie\ (?:można|udało\ się)\ dostarczyć|nedoručiteln|nelze\ doručit|doručen\w+\ .{0,60}nezdařil|nedoručen
    |kézbesíthetetlen|nem\ (?:sikerült|lehet)\ kézbesíteni|sikertelen\ kézbesítés|teslim\ (?:edileme|başarısız)|не\ уда(?:ется|ётся|лось)\ (?:выполнить\ )?достав|недоставлен|не\ может\ быть\ (?:отправлено|доставлен)|не\ вдалося\ (?:доставити|надіслати)|не\ доставлено|ανεπίδοτ|δεν\ είναι\ δυνατή\ η\ παράδοση|αποτυχία\ παράδοσης
    |无法(?:送达|传递|投递|发送)|未(?:送达|能成功送达)|(?:传递|投递|发送)\D{0,30}失败|無法(?:傳遞|送達|投遞)|傳遞\D{0,30}失敗|(?:被)?退(?:回|信)|配信(?:不能|に失敗|できません|エラー)|配送(?:できません|エラー)|送信(?:できません|エラー)|失敗しました|전송\ ?실패|배달(?:되지|하지|\ ?실패)|반송
    |não\ (?:é|foi)\ possível\ (?:entregar|encontrar|enviar)|falha\ na\ entrega|não\ entregue|no\ se\ (?:puede|pudo|ha\ podido)\ entregar|error\ (?:al|en\ la)\ entreg|entrega\ fallida|no\ entregado|non\ (?:remis|distribu|délivr)|échec\ de\ (?:la\ )?(?:remise|livraison)|impossible\ de\ (?:remettre|livrer)|n'a\ pas\ pu\ être
    |impossibile\ (?:recapitare|consegnare)|recapito\ non\ riuscito|mancat[oa]\ (?:recapito|consegna)|non\ recapitabile|onbestelbaar|bezorg\w+\ .{0,80}mislukt|kan\ niet\ worden\ (?:af|be)\w+|zustell\w{0,8}fehler|fehler\ bei\ der\ (?:nachrichten)?zustellung|nicht\ zugestellt|unzustellbar|nelivrat|nu\ a\ putut\ fi\ livrat|nu\ se\ poate\ livra
    |לא\ ניתן\ למסור|تعذ\ر\ تسليم|لم\ يتم\ (?:ال)?تسليم|không\ (?:gửi|thể\ gửi|phân\ phối)|tidak\ (?:terkirim|dapat\ (?:di)?kirim)|gagal\ (?:di)?kirim|nie\ afgelewer|onaflewerbaar""",
    re.IGNORECASE | re.VERBOSE,
)
# A refusal in an SMTP server's own figures says the same in every language.
_FIGURES = re.compile(
    r"(?<![\d.])[45]\d\d[ -]{1,2}#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])|(?<![\d.])#[45]\d\d [45]\.\d{1,3}\.\d{1,3}"
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
_NOT_FAILED = re.compile(r"\A(?:post-?master|mailer-?daemon|abuse|support|help)@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is asked about. `own` are the notice's own addresses, `returned` fields of the mail that came back.

    `linked` are addresses behind links. `trust` says how sure it is that a mail server wrote it; `by_daemon` that it bears a daemon's name.
    """

    text: str
    subject: str
    trust: Trust
    own: frozenset[str]
    failed_header: list[str]
    linked: list[str]
    is_report: bool
    by_daemon: bool
    returned: dict[str, str] | None


def failures(notice: Notice) -> list[FailedRecipient]:
    """The failed recipients of a notice; empty when it is none, or when nobody can tell whom it is about."""
    words = _own_words(notice.text)
    if not _speaks_of_failure(notice, words):
        return []
    action = "delayed" if _is_delay(notice.subject, words) else "failed"
    found = _recipients(notice, words)
    return [_failed(address, words, others=found, action=action) for address in found]


def _own_words(text: str) -> str:
    """The notice without the copy of the mail; the whole text when the copy stands first."""
    text = text[:MAX_NOTICE]
    ends = [match.start() for match in (_COPY.search(text), _HEADER_START.search(text)) if match]
    cut = min(ends, default=len(text))
    return text[:cut] if text[:cut].strip() else text


def _speaks_of_failure(notice: Notice, words: str) -> bool:
    if notice.failed_header:
        return True
    says_so = _SUBJECT.search(notice.subject) is not None or _FOREIGN.search(notice.subject) is not None
    figures = _FIGURES.search(words) is not None
    fails = figures or _FAILURE.search(words) is not None or _FOREIGN.search(words) is not None
    if notice.is_report:
        return fails or says_so
    if notice.by_daemon:
        return fails or (says_so and (_ANY_ADDRESS.search(words) is not None or bool(notice.linked)))
    if figures and (notice.trust == "sure" or _line_addresses(words)):
        return True
    return says_so and (fails or notice.returned is not None)


_LATE = re.compile(
    r"\bdelay|\bwarning|will (?:be retried|retry|keep trying|continue)|keep trying|still being|not yet been delivered|delivery incomplete|verzögert|vertraagd|vertraag|retard[ée]e?\b|retrasad|atrasad|ritardat|försenad|forsinket|opóźnion|задерж|延迟|延遲|遅延|지연",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"permanent(?:ly)? (?:error|fail|fatal|delivery)|this is a permanent|failed permanently|giv(?:ing|en) up|will not (?:continue|be retried|try)|has been (?:removed|deleted)|will be deleted from",
    re.IGNORECASE,
)


def _is_delay(subject: str, words: str) -> bool:
    return _LATE.search(f"{subject} {words[:2000]}") is not None and _FINAL.search(words[:3000]) is None


def _recipients(notice: Notice, words: str) -> list[str]:
    """Whose address failed, by the surest place that names any."""
    surest = [one for one in _line_addresses(words) + _NAMED.findall(words) if not _NOT_FAILED.match(one)]
    sources = (
        surest,
        notice.failed_header,
        _ODD_ADDRESS.findall(words),
        _addresses_near_failure(words),
        _ANY_ADDRESS.findall(words),
        notice.linked,
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


def is_address(word: str) -> bool:
    """Whether a word is one mail address and nothing else."""
    return _ANY_ADDRESS.fullmatch(word) is not None


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


def _failed(address: str, words: str, *, others: list[str], action: str) -> FailedRecipient:
    """One recipient with the words that stand at its name, and the status they give."""
    near = _near(address, words, others=others)
    status = status_of(near) or status_of(words)
    if action == "delayed":
        lasting = status_of(_EXPIRY.sub(" ", near)) or status
        status = lasting if lasting[:1] == "4" else "4.0.0" if lasting[2:3] != "4" else f"4{lasting[1:]}"
    elif status.startswith("4") and not statuses.has_code(words):
        # Nobody gave a code, and the sender has given up: that is final.
        status = "5" + status[1:]
    said = sentence_of(near) or sentence_of(words) or " ".join(near.split())[:LONGEST_SENTENCE]
    return FailedRecipient(address, status or "5.0.0", action, said)


def _near(address: str, words: str, *, others: list[str]) -> str:
    """What stands at a recipient's name, up to the next recipient's."""
    at = words.lower().find(address.lower())
    start = words.rfind("\n", 0, at) + 1 if at != -1 else 0
    lines = words[start : start + 1200].split("\n")
    rest = [other.lower() for other in others if other.lower() != address.lower()]
    for index, line in enumerate(lines[1:], start=1):
        if any(other in line.lower() for other in rest):
            return "\n".join(lines[:index])
    return "\n".join(lines)


def sentence_of(words: str) -> str:
    """The one useful piece of a diagnostic, on one line: the server's refusal, else the first words that say why."""
    lines = [line.strip() for line in words.split("\n")[:60]]
    start = next((n for look in _USEFUL for n in range(len(lines)) if look(lines, n)), -1)
    if start < 0:
        return ""
    piece: list[str] = []
    for line in lines[start : start + 6]:
        if piece and (not line or _BREAK.match(line)):
            break
        piece.append(line)
    said = " ".join(" ".join(piece).split())
    return said if len(said) <= LONGEST_SENTENCE else f"{said[: LONGEST_SENTENCE - 1].rsplit(' ', 1)[0]}…"


def _gives_reply(lines: list[str], n: int) -> bool:
    found = _REFUSAL.search(lines[n])
    rest = " ".join([lines[n][found.end() :], *lines[n + 1 : n + 2]]) if found is not None else ""
    return re.search(r"[^\W\d_]{3}", rest) is not None


def _gives_reason(lines: list[str], n: int) -> bool:
    return not lines[n].endswith(":") and statuses.meaning_of(lines[n]) != ""


def _says_more_than_an_address(lines: list[str], n: int) -> bool:
    rest = _ANY_ADDRESS.sub("", lines[n])
    return not lines[n].endswith(":") and len(re.findall(r"[^\W\d_]{2,}", rest)) > 2  # noqa: PLR2004


_USEFUL = (_gives_reply, _gives_reason, _says_more_than_an_address)
_BREAK = re.compile(r"[-|=*#>]{2,}|<<<|giving up on|DSN generated by|MSEXCH|please |further ", re.IGNORECASE)
_EXPIRY = re.compile(r"\b(?:after|for|in the queue)\b[^\n]{0,40}", re.IGNORECASE)
_REFUSAL = re.compile(r"(?<![\d.])[45]\d\d[ -](?=\S)|(?<![\d.])#?[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
