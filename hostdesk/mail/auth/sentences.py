"""What each check found, one sentence a check, for agents.

`facts_of(auth)` is what `believe` keeps in `Belief.facts` and what a Decision records; its keys `spf`, `dkim`,
`dmarc`, `arc` hold these sentences. A page that has only the recorded facts shows `sentences_of(decision.facts)`.
Names and addresses in them come from strangers: they are plain text, templates escape them.
"""

from __future__ import annotations

from collections.abc import Mapping

from hostdesk.mail.auth.shapes import AuthResult, Dkim, Dmarc, Spf

_CHECKS = ("spf", "dkim", "dmarc", "arc")
_MOST_SIGNATURES = 3
_NAMES = {"spf": "SPF", "dkim": "DKIM", "relay": "the relay's word"}
_WISHES = {
    "none": "asks for nothing when it fails",
    "quarantine": "asks to quarantine failures",
    "reject": "asks to reject failures",
}


def sentences_of(facts: Mapping[str, object]) -> list[str]:
    """The sentences among recorded facts: SPF, DKIM, DMARC, ARC, in this order; [] where nobody was checked."""
    return [str(facts[check]) for check in _CHECKS if facts.get(check)]


def facts_of(auth: AuthResult) -> dict[str, str]:
    """The facts as words, for a Decision that people read."""
    return {
        "spf": spf_sentence(auth.spf),
        "dkim": dkim_sentence(auth.dkim),
        "dmarc": dmarc_sentence(auth.dmarc),
        "arc": _ARC[auth.arc],
        "dmarc_result": auth.dmarc.result,
        "dmarc_domain": auth.dmarc.domain,
        "dmarc_policy": auth.dmarc.policy if auth.dmarc.has_record else "no record",
        "aligned": ", ".join(auth.aligned) or "nothing",
        "checked_by": auth.source,
    }


def spf_sentence(spf: Spf) -> str:
    """`SPF: 203.0.113.5 may send for acme.example.`"""
    if not spf.client_ip:
        return "SPF: not checked, because the address of the sending server is not known."
    ip, domain = spf.client_ip, _named(spf.domain)
    said = {
        "pass": f"{ip} may send for {domain}",
        "fail": f"{ip} may not send for {domain}",
        "softfail": f"{ip} probably may not send for {domain}",
        "neutral": f"{domain} does not say whether {ip} may send for it",
        "none": f"{domain} does not publish who may send for it",
        "temperror": f"DNS did not answer, so it is not known whether {ip} may send for {domain}",
        "permerror": f"the record of {domain} cannot be followed ({_reason(spf.explanation)})",
    }
    return f"SPF: {said[spf.result]}."


def dkim_sentence(signatures: list[Dkim]) -> str:
    """`DKIM: a signature of mail.acme.example is valid.`; those that count come first."""
    if not signatures:
        return "DKIM: the mail carries no signature."
    ordered = sorted(signatures, key=lambda one: not (one.result == "pass" and one.counts))
    said = [_signature_sentence(one) for one in ordered[:_MOST_SIGNATURES]]
    if len(ordered) > _MOST_SIGNATURES:
        said.append(f"{len(ordered) - _MOST_SIGNATURES} more")
    return f"DKIM: {'; '.join(said)}."


def _signature_sentence(one: Dkim) -> str:
    domain = _named(one.domain)
    if one.result == "pass":
        return f"a signature of {domain} is valid" + (
            "" if one.counts else f" but does not count ({one.why})"
        )
    if one.result == "temperror":
        return f"the key for a signature of {domain} could not be fetched"
    return f"a signature of {domain} is not valid ({_reason(one.why)})"


def dmarc_sentence(dmarc: Dmarc) -> str:
    """`DMARC: passes by DKIM; acme.example asks to reject failures.`"""
    if dmarc.result == "permerror":
        return f"DMARC: cannot be evaluated ({_reason(dmarc.why)})."
    if not dmarc.has_record:
        if dmarc.result == "temperror":
            return f"DMARC: DNS did not answer about {_named(dmarc.domain)}."
        if dmarc.result == "pass":
            return f"DMARC: passes by {_way(dmarc.by)}."
        return f"DMARC: {_named(dmarc.domain)} publishes no policy."
    said = {
        "pass": f"passes by {_way(dmarc.by)}",
        "fail": f"fails, nothing that passed belongs to {_named(dmarc.domain)}",
        "temperror": "cannot be decided yet, DNS did not answer",
    }
    wish = f"{_named(dmarc.record_domain)} {_WISHES[dmarc.policy]}"
    if dmarc.testing and dmarc.policy != "none":
        wish += ", one step milder while it is testing"
    return f"DMARC: {said.get(dmarc.result, dmarc.result)}; {wish}."


_ARC = {
    "none": "ARC: no forwarder has sealed the mail.",
    "pass": "ARC: the seals of the forwarders are whole; this is information and proves no sender.",
    "fail": "ARC: the seals of the forwarders are broken.",
}


def _way(by: str) -> str:
    kind, _, name = by.partition(":")
    return f"{_NAMES.get(kind, kind)} of {name}" if name else _NAMES.get(kind, kind)


def _named(domain: str) -> str:
    return domain[:253] or "a nameless domain"


def _reason(why: str) -> str:
    return " ".join(why.split())[:200].rstrip(".") or "no reason is known"
