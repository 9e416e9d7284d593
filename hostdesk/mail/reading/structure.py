"""What HTML itself says about its lines: the attribution, where older mail begins, a signature.

Clients name these by class or id. `html.to_text` begins each such line with one character that no text can have;
the search for the new text reads it, everybody else gets the text without it.
"""

from __future__ import annotations

import re

ATTRIBUTION = "\ufdd0"
OLDER = "\ufdd1"
SIGNATURE = "\ufdd2"
_MARKS = {ATTRIBUTION: "a", OLDER: "s", SIGNATURE: "g"}
_ANY = re.compile("[\ufdd0-\ufddf]")

# Names that clients give, as they stand in class, id or name; some web mailers put `x_` before all of them.
_NAMES = {
    "gmail_attr": ATTRIBUTION,
    "moz-cite-prefix": ATTRIBUTION,
    "reply-intro": ATTRIBUTION,
    "divrplyfwdmsg": OLDER,
    "appendonsend": OLDER,
    "outlookmessageheader": OLDER,
    "yahoo_quoted": OLDER,
    "zmail_extra": OLDER,
    "zwchr": OLDER,
    "ms-outlook-mobile-reference-message": OLDER,
    "mail-editor-reference-message-container": OLDER,
    "gmail_signature": SIGNATURE,
    "gmail_signature_prefix": SIGNATURE,
    "moz-signature": SIGNATURE,
    "ms-outlook-mobile-signature": SIGNATURE,
    "signature": SIGNATURE,
    "protonmail_signature_block": SIGNATURE,
    "applemailsignature": SIGNATURE,
}


def name_of(value: str) -> str | None:
    """The one name in a class or id that tells what the element is; None when there is none."""
    for word in value.split()[:20]:
        name = word.lower()
        while name.startswith("x_"):
            name = name[2:]
        if name in _NAMES:
            return name
    return None


def mark_for(name: str) -> str:
    """The character for the lines of an element with this name; "" for any other."""
    return _NAMES.get(name, "")


def mark_of(line: str) -> str:
    """How the search for the new text calls a line that the HTML has marked; "" when it has not."""
    return _MARKS.get(line[:1], "")


def unmarked(text: str) -> str:
    """The text as people read it."""
    return _ANY.sub("", text)
