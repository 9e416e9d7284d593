"""Checks who sent a mail: SPF, DKIM, DMARC (RFC 9989), ARC; and how far that is believed.

`checking.check(raw, ...)` asks DNS through a `Resolver`, and is brought in by whoever checks: pages only know the shapes.
`believe(result, ...)` is pure.
Its `sentences` say what each check found; `sentences_of(decision.facts)` says it again from a recorded Decision.
Clause: contact.listed_sender.
"""

from hostdesk.mail.auth.belief import Belief, Trust, believe
from hostdesk.mail.auth.resolver import Answer, DnsDown, DnsResolver, Resolver, ZoneResolver
from hostdesk.mail.auth.sentences import facts_of, sentences_of
from hostdesk.mail.auth.shapes import AuthResult, Dkim, Dmarc, Spf

__all__ = [
    "Answer",
    "AuthResult",
    "Belief",
    "Dkim",
    "Dmarc",
    "DnsDown",
    "DnsResolver",
    "Resolver",
    "Spf",
    "Trust",
    "ZoneResolver",
    "believe",
    "facts_of",
    "sentences_of",
]
