"""Signs that a person wrote a mail: the program it was written with, its subject, the words it begins with.

None of them is proof; they weigh against the hints of machines, never against a machine's own declaration.
"""

from __future__ import annotations

import re

from hostdesk.mail.reading import headers
from hostdesk.mail.reading.mime import Entity

# Programs in which people write; what programs send by themselves names other ones.
_CLIENT = re.compile(
    r"thunderbird|apple mail|i(?:phone|pad) mail|microsoft (?:office )?outlook|outlook express|microsoft-macoutlook|outlook-ios"
    r"|outlook-android|roundcube|squirrelmail|\bhorde\b|\bimp\b|k-?9 mail|\bfairemail|\b(?:neo)?mutt\b|alpine|evolution|\bkmail|kmail2|the bat"
    r"|zimbra|em client|mailbird|airmail|\bsogo\b|rainloop|snappymail|claws|sylpheed|mailmate|postbox|yahoomail|\bspark\b"
    r"|seamonkey|windows live mail|windows mail|lotus notes|ibm notes|hcl notes|groupwise|kerio connect|open-?xchange|betterbird|blue ?mail|afterlogic",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)?(?:re|aw|antw(?:oord)?|sv|vs|odp|rv|rif|ynt|res|回复|答复|返信)\s?(?:\[\d+\])?\s?[:：]",
    re.IGNORECASE,
)
_FORWARDS = re.compile(
    r"\s*(?:\[[^\]]{0,60}\]\s*)?(?:(?:re|aw|antw|sv)\s?[:：]\s*)?(?:fwd?|wg|tr|rv|enc|i|vb|vl|doorst|doorgestuurd|aangestuur|pd|fs|ilt|továbbítás|转发|轉寄)\s?[:：]"
    r"|\s*\[fwd\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"""^[ \t>]{0,4}(?:hi|hello|hey|hiya|howzit|dear|good\ ?(?:day|morning|afternoon|evening)|greetings|hallo|haai|hoi|dag|goei(?:e|en|e\ dag|emôre|emore|emiddag|enaand)\w{0,8}|goede\w{0,8}
    |beste|geagte|geachte|liebe[rs]?|sehr\ geehrte|guten\ (?:tag|morgen|abend)|moin|bonjour|bonsoir|salut|ol[áa]|bom\ dia|boa\ (?:tarde|noite)|prezad\w{1,3}|car[oa]s?|hola|buen[oa]s|estimad\w{1,3}
    |sawubona|sanibona|ngiyabingelela|mholo|molo|molweni|dumela|ciao|buongiorno|salve|gentile|egregi\w|hej|hei|witam|dzień\ dobry|добрый\ день|здравствуйте)\b
    # Machines greet as well, and then say what they are.
    (?![^\w\n]{0,6}(?:this\ is\ (?:the|an?)|user|customer|sender|subscriber|member|mail\ user|client|nutzer|kunde|absender|utilisateur|usu[áa]rio|here\ is))""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_OWN_WORDS = re.compile(
    r"""\b(?:I\ (?:get|got|keep|am\ (?:getting|not|trying|unable)|receive[d]?|need|think|believe|just|tried\ to\ (?:send|mail)|don'?t|sent)|I'm\ (?:getting|trying|not)|we\ (?:get|got|keep|receive[d]?|need|cannot|can't|are\ (?:getting|unable|not))
    |my\ \w{3,}|our\ (?:client|customer|supplier|boss|colleague|user|mail|e-?mail|domain|website|site|account|office|staff|company|debit|new)s?\b|please\ (?:help|advise|assist|look\ into|fix|investigate|sort)|(?:can|could|would)\ (?:you|someone|anyone|somebody)
    |what\ (?:does|is|can|should)\b|why\ (?:do|does|is|am|are|did)\b|how\ (?:do|can|come)\b|kindly|any\ ideas?|see\ below|below\ is\ (?!a\ copy)|help\ me|pls|plz|asap
    |bitte\ (?:helfen|prüfen|um)|warum|wieso|ich\ (?:bekomme|erhalte|kann|habe)|wir\ (?:bekommen|erhalten|können)|waarom|hoekom|ek\ (?:kry|kan|het|probeer)|ons\ kry|help\ asseblief|ik\ (?:krijg|kan|heb|probeer)|kan\ (?:jy|julle|u|jullie|iemand)|kunnen\ jullie
    |pourquoi|je\ (?:reçois|ne|n'arrive)|pouvez-vous|por\ ?qu[eé]|recebo|estou|podem|recibo|pueden?\s+ayudar|ngicela|perché|ricevo|potete)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_PASSED_ON = re.compile(
    r"^[ \t>]{0,4}-{2,}[ \t]{0,4}(?:forwarded|original|weitergeleitet|ursprüngliche|doorgestuurd|oorspronkelijk|message transféré|message d'origine|mensaje|mensagem)"
    r"|^[ \t]{0,4}(?:begin forwarded message|anfang der weitergeleiteten|begin doorgestuurd)",
    re.IGNORECASE | re.MULTILINE,
)

_REFUSAL = re.compile(r"(?<![\d.])[45]\d\d[ -]#?(?:[45]\.\d|[A-Z<\"])|\(reason:")


def client_of(root: Entity) -> str:
    """The program in which a person wrote, by what the mail says of itself; "" when it names none such."""
    for name in ("user-agent", "x-mailer"):
        said = headers.text_of(root.raw(name))[:200]
        if said and _CLIENT.search(said):
            return said
    return ""


def answers(subject: str) -> bool:
    """Whether the subject says "Re:" in any of the usual ways."""
    return _ANSWERS.match(subject[:200]) is not None


def forwards(subject: str) -> bool:
    """Whether the subject says "Fwd:" in any of the usual ways."""
    return _FORWARDS.match(subject[:200]) is not None


def begins_as_person(words: str) -> bool:
    """Whether these first words of a mail greet, ask, tell of oneself, or pass somebody else's words on.

    What follows a server's refusal is the server's: "our users" are not the writer's there.
    """
    words = words[:1500]
    refusal = _REFUSAL.search(words)
    own = words[: refusal.start()] if refusal is not None else words
    if _GREETING.search(own) is not None or _OWN_WORDS.search(own) is not None:
        return True
    return _PASSED_ON.search(words[:300]) is not None
