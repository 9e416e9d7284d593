"""The one strict reading of who wrote a mail, on its raw bytes (contact.listed_sender).

Parsers disagree about odd `From` fields, and forgers live in the gap. So nothing is repaired here: exactly one
`From` field, exactly one mailbox, plain syntax, no defect; else a sentence says what is wrong and a person decides.
"""

from __future__ import annotations

import re

from hostdesk.mail.reading import charsets, headers
from hostdesk.mail.reading.shapes import Author

MAX_FROM_BYTES = 2_000
MAX_HEADER_BYTES = 1_000_000
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a0-\U0010ffff-]"
_DOT_ATOM = re.compile(rf"{_ATEXT}+(?:\.{_ATEXT}+)*", re.DOTALL)
# Underscores are no hostname, but names that carry mail have them, and DMARC can be asked about them.
_LABEL = (
    r"[A-Za-z0-9_\u00a1-\U0010ffff](?:[A-Za-z0-9_\u00a1-\U0010ffff-]{0,61}[A-Za-z0-9_\u00a1-\U0010ffff])?"
)
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+", re.DOTALL)
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_QUOTED_NAME = re.compile(r'"((?:[^"\\\r\n]|\\["\\])*)"')
# A name without quotes: RFC 5322 atoms and blanks, and the dots that everybody writes.
_PLAIN_NAME = re.compile(rf"(?:{_ATEXT}|[ \t.])*")
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9_:.-]{1,40}(?:\*[A-Za-z-]{1,20})?\?[bBqQ]\?[!->@-~]*\?=")
_FROM_LINE = re.compile(rb"^from[ \t]*:", re.IGNORECASE)
_INVISIBLE = re.compile("[\0-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
                        "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffd]")  # fmt: skip


def read(raw: bytes) -> Author:  # noqa: PLR0911  (a table of cases)
    """The author of a raw mail, or why there is none that could be relied on."""
    values, problem = _from_values(raw)
    if problem:
        return _nobody(problem, values)
    if not values:
        return _nobody("The mail has no From field.", values)
    if len(values) > 1:
        return _nobody("The mail has more than one From field.", values)
    value = values[0]
    if len(value) > MAX_FROM_BYTES:
        return _nobody("The From field is longer than any honest one.", values)
    if b"\0" in value:
        return _nobody("The From field contains a NUL byte.", values)
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return _nobody("The From field contains bytes that are not UTF-8.", values)
    text = re.sub(r"\r?\n(?=[ \t])", "", text).strip(" \t\r\n")
    if re.search(r"[\r\n]", text):
        return _nobody("The From field contains a bare line break.", values)
    return _one_mailbox(text, values)


def _from_values(raw: bytes) -> tuple[list[bytes], str | None]:  # noqa: PLR0911  (a table of cases)
    """The raw values of every line of the header that any reader could take for a From field."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    end = re.search(rb"\r?\n\r?\n", raw)
    if (end.start() if end else len(raw)) > MAX_HEADER_BYTES:
        return [], "The header is longer than any honest one."
    block = raw[: end.start()] if end else raw
    values: list[list[bytes]] = []
    inside = False
    for number, line in enumerate(block.split(b"\n")):
        if line[:1] in (b" ", b"\t"):
            if inside:
                values[-1].append(line)
            elif number == 0:
                return [], "The header begins with a folded line."
            continue
        inside = _FROM_LINE.match(line) is not None
        if inside:
            if not line.lower().startswith(b"from:"):
                return [line.partition(b":")[2]], "A blank stands between From and its colon."
            values.append([line.partition(b":")[2]])
        elif re.search(rb"\r(?=from[ \t]*:)", line, re.IGNORECASE):
            return [], "A second From field hides behind a bare carriage return."
        elif re.match(rb"[\x00-\x20\x7f-\xff]*from[\x00-\x20\x7f-\xff]*:", line, re.IGNORECASE):
            return [], "A From field is disguised by odd bytes."
        elif (
            b":" not in line and line.strip() and not (number == 0 and line.startswith((b"From ", b">From ")))
        ):
            return [b"\n".join(one) for one in values], "The header contains a line that is no header field."
    return [b"\n".join(one) for one in values], None


def _one_mailbox(text: str, values: list[bytes]) -> Author:  # noqa: PLR0911  (a table of cases)
    if not text:
        return _nobody("The From field is empty.", values)
    if _INVISIBLE.search(text):
        return _nobody("The From field contains invisible or control characters.", values)
    if not text.endswith(">"):
        if "<" in text or ">" in text:
            return _nobody("Something stands after the address in the From field.", values)
        return _address(text, "", values)
    head, _, inner = text[:-1].rpartition("<")
    head = head.strip(" \t")
    if ">" in inner or "<" in _unquoted_rest(head) or ">" in _unquoted_rest(head):
        return _nobody("The From field has more than one address in angle brackets.", values)
    name, problem = _display_name(head)
    if problem:
        return _nobody(problem, values)
    return _address(inner, name, values)


def _unquoted_rest(head: str) -> str:
    return _QUOTED_NAME.sub("", head)


def _display_name(head: str) -> tuple[str, str | None]:  # noqa: PLR0911  (a table of cases)
    """The decoded display name, or why it makes the field ambiguous."""
    quoted = _QUOTED_NAME.fullmatch(head)
    if quoted:
        name = re.sub(r"\\(.)", r"\1", quoted[1])
    else:
        rest = _ENCODED_WORD.sub("", head)
        if "=?" in rest:
            return "", "The name in the From field is encoded wrongly."
        rest = _unquoted_rest(rest)
        if any(char in rest for char in ",;:"):
            return "", "The From field names more than one mailbox or a group."
        if "(" in rest or ")" in rest:
            return "", "The From field contains a comment."
        if "@" in rest:
            return "", "An address stands unquoted in the name of the From field."
        if not _PLAIN_NAME.fullmatch(rest):
            return "", "The name in the From field is not written by the rules."
        name = head.replace('"', "")
    name = charsets.decode_words(name)
    if re.search("[\0-\x08\x0a-\x1f\x7f\x85\u2028\u2029]", name):
        return "", "The name in the From field hides a control character or line break."
    return headers.clean(name), None


def _address(text: str, name: str, values: list[bytes]) -> Author:  # noqa: PLR0911  (a table of cases)
    if "=?" in text:
        return _nobody("The address in the From field is encoded, which no standard allows.", values)
    if "(" in text or ")" in text:
        return _nobody("The From field contains a comment.", values)
    if '"' in text:
        return _nobody("The address in the From field has a quoted local part.", values)
    if "," in text or ";" in text:
        return _nobody("The From field names more than one mailbox or a group.", values)
    if ":" in text:
        return _nobody("The address in the From field has a route or belongs to a group.", values)
    if text.count("@") != 1:
        return _nobody("The From field has no single plain address.", values)
    local, _, domain = text.partition("@")
    if not _DOT_ATOM.fullmatch(local) or len(local) > 64:  # noqa: PLR2004  (RFC 5321 4.5.3.1.1)
        return _nobody("The local part of the address in the From field is not written by the rules.", values)
    if not _DOMAIN.fullmatch(domain) or len(domain) > 253:  # noqa: PLR2004  (RFC 1035)
        return _nobody("The domain of the address in the From field is not written by the rules.", values)
    # Only ASCII is folded: Unicode's lower case turns the Kelvin sign into a plain k.
    return Author(address=f"{local}@{domain.translate(_ASCII_LOWER)}", name=name, problem=None)


def _nobody(problem: str, values: list[bytes]) -> Author:
    shown = headers.addresses([value[:MAX_FROM_BYTES] for value in values[:1]])
    return Author(address=None, name=shown[0].name if shown else "", problem=problem)
