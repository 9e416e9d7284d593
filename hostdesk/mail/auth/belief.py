"""How far a listed sender is believed: the four words of the policy's sender rule (contact.listed_sender)."""

from __future__ import annotations

from typing import Literal

import msgspec

from hostdesk.mail.auth.domains import ascii_name
from hostdesk.mail.auth.sentences import facts_of, sentences_of
from hostdesk.mail.auth.shapes import AuthResult
from hostdesk.policy.registry import rule

Trust = Literal["proven", "plausible", "unproven", "forged"]


class Belief(msgspec.Struct, frozen=True):
    """The judgement and what it rests on. `retry`: DNS failed; judge again later, then take `trust` as it stands.

    `why` is the judgement in one sentence, `sentences` what each check found, `facts` both for a Decision: a page that
    shows a Decision later rebuilds the sentences by `sentences_of(facts)`.
    """

    trust: Trust
    retry: bool
    why: str
    facts: dict[str, str]

    @property
    def sentences(self) -> list[str]:
        """What each check found, one sentence a check."""
        return sentences_of(self.facts)


@rule("contact.listed_sender")
def believe(auth: AuthResult, *, author_domain: str | None) -> Belief:
    """Judge one mail. `author_domain` is that of the strictly read author; None, or another than the one that
    DMARC was evaluated on, is never believed.

    Clause: contact.listed_sender.
    """
    facts = facts_of(auth)
    if author_domain is None or not _is_about(auth, author_domain):
        return Belief(
            "unproven", retry=False, why="There is no single author the checks could be about.", facts=facts
        )
    dmarc = auth.dmarc
    if dmarc.result == "pass":
        return Belief("proven", retry=False, why="DMARC passes for the author's domain.", facts=facts)
    if dmarc.result == "none" and auth.aligned:
        why = "There is no DMARC record, and SPF or DKIM passes for the author's own domain."
        return Belief("plausible", retry=False, why=why, facts=facts)
    if dmarc.result == "fail" and dmarc.disposition in ("quarantine", "reject"):
        why = f"DMARC fails, and the domain asks to {dmarc.disposition} such mail."
        return Belief("forged", retry=False, why=why, facts=facts)
    return Belief("unproven", retry=auth.must_retry, why=_why_unproven(auth), facts=facts)


def _is_about(auth: AuthResult, author_domain: str) -> bool:
    return auth.dmarc.domain == (ascii_name(author_domain) or "")


def _why_unproven(auth: AuthResult) -> str:
    if auth.dmarc.result == "temperror":
        return "DNS did not answer, so the sender could not be checked."
    if auth.dmarc.result == "permerror":
        return "The author's domain or its records cannot be read."
    if auth.dmarc.result == "fail":
        return "DMARC fails, but the domain's policy asks for nothing."
    return "There is no DMARC record, and nothing passes for the author's own domain."
