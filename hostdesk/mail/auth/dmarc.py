"""DMARC by RFC 9989: records, the tree walk that finds policy and organisation, alignment, and the verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from hostdesk.mail.auth.domains import ascii_name, registrable
from hostdesk.mail.auth.resolver import DnsDown, Resolver
from hostdesk.mail.auth.shapes import Dkim, Dmarc, Policy, Spf

# RFC 9989 4.10: never more than eight questions for one walk.
MAX_QUERIES = 8
_VERSION = re.compile(rb"\A[ \t]*v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_POLICIES = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class Record:
    """One published DMARC policy record and the domain it stands at."""

    domain: str
    tags: dict[str, str]

    def policy(self, *names: str) -> Policy:
        """The first of these tags that is there; an absent or unknown value asks for nothing."""
        for name in names:
            if name in self.tags:
                value = self.tags[name].lower()
                return cast("Policy", value) if value in _POLICIES else "none"
        return "none"

    def is_strict(self, tag: Literal["aspf", "adkim"]) -> bool:
        """Whether alignment must be exact."""
        return self.tags.get(tag, "r").lower() == "s"

    @property
    def psd(self) -> str:
        """`y` for a public suffix, `n` for an organisation's top, `u` when unsaid."""
        return self.tags.get("psd", "u").lower()

    @property
    def testing(self) -> bool:
        """`t=y`: the owner asks for one step less than the policy says."""
        return self.tags.get("t", "n").lower() == "y"


def check(author_domain: str, *, spf: Spf, dkim: list[Dkim], resolver: Resolver) -> tuple[Dmarc, list[str]]:
    """The verdict for the author's domain, and everything that passed for its organisation."""
    domain = ascii_name(author_domain)
    if domain is None:
        return Dmarc("permerror", why="the author's domain is no domain"), []
    try:
        records = walk(domain, resolver)
        record = policy_record(domain, records)
        aligned = _aligned(domain, records, record, spf=spf, dkim=dkim, resolver=resolver)
        exists = record is None or record.domain == domain or _exists(domain, resolver)
    except DnsDown as trouble:
        return Dmarc("temperror", domain, why=f"DNS did not answer: {trouble}"), []
    if record is None:
        return Dmarc("none", domain, why="no DMARC record"), aligned
    asked = _policy_for(domain, record, exists=exists)
    facts = {"domain": domain, "policy": asked, "record_domain": record.domain, "testing": record.testing}
    if aligned:
        return Dmarc("pass", by=aligned[0], **facts), aligned  # type: ignore[arg-type]
    if _may_still_pass(domain, spf, dkim):
        return Dmarc("temperror", why="SPF or DKIM could not be decided", **facts), []  # type: ignore[arg-type]
    wished = _one_step_less(asked) if record.testing else asked
    return Dmarc("fail", disposition=wished, why="nothing that passed is aligned", **facts), []  # type: ignore[arg-type]


def parse(record: bytes) -> dict[str, str] | None:
    """The tags of one TXT record, or None when it is no DMARC record; unknown and broken tags are ignored."""
    if not _VERSION.match(record):
        return None
    tags: dict[str, str] = {}
    for piece in record.decode("ascii", "replace").split(";"):
        name, equals, value = piece.partition("=")
        if equals and name.strip():
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


def walk(domain: str, resolver: Resolver) -> list[Record]:
    """Records from the domain up to the root, longest name first; stops at a record that says what it is."""
    labels = domain.split(".")
    names = [labels]
    # A long name is asked itself, then cut to seven labels, so that the walk stays within eight questions.
    start = 1 if len(labels) < MAX_QUERIES else len(labels) - (MAX_QUERIES - 1)
    names += [labels[cut:] for cut in range(start, len(labels))]
    found: list[Record] = []
    for name in names:
        record = _record_at(".".join(name), resolver)
        if record is None:
            continue
        found.append(record)
        if record.psd in ("y", "n"):
            break
    return found


def _record_at(domain: str, resolver: Resolver) -> Record | None:
    """The single record of one name; several are as good as none (RFC 9989 4.10)."""
    name = f"_dmarc.{domain}"
    if len(name) > 253:  # noqa: PLR2004  (RFC 1035)
        return None
    answer = resolver.lookup(name, "TXT")
    tags = [found for one in answer.records if isinstance(one, bytes) and (found := parse(one)) is not None]
    return Record(domain, tags[0]) if len(tags) == 1 else None


def organisational(domain: str, records: list[Record]) -> str:
    """The organisational domain of `domain`, given the records of its own walk (RFC 9989 4.10.2)."""
    for record in records:
        if record.psd == "y" and record.domain != domain:
            below = len(record.domain.split(".")) + 1
            return ".".join(domain.split(".")[-below:])
        if record.psd == "n":
            return record.domain
    return min((record.domain for record in records), key=lambda name: name.count("."), default=domain)


def policy_record(domain: str, records: list[Record]) -> Record | None:
    """The record that speaks for `domain`: its own, its organisation's, or the public suffix's."""
    by_name = {record.domain: record for record in records}
    if domain in by_name:
        return by_name[domain]
    top = organisational(domain, records)
    if top in by_name:
        return by_name[top]
    return next((record for record in records if record.psd == "y"), None)


def _policy_for(domain: str, record: Record, *, exists: bool) -> Policy:
    if record.domain == domain:
        return record.policy("p")
    return record.policy("sp", "p") if exists else record.policy("np", "sp", "p")


def _exists(domain: str, resolver: Resolver) -> bool:
    """RFC 9989 3.2.13: a name without A, AAAA and MX does not exist."""
    for kind in ("A", "MX", "AAAA"):
        answer = resolver.lookup(domain, kind)  # type: ignore[arg-type]
        if answer.records:
            return True
        if not answer.exists:
            return False
    return False


def _aligned(
    domain: str,
    records: list[Record],
    record: Record | None,
    *,
    spf: Spf,
    dkim: list[Dkim],
    resolver: Resolver,
) -> list[str]:
    """What passed for the author's organisation; without a record alignment is relaxed."""
    passed = [
        ("dkim", one.domain, f"dkim:{one.domain}") for one in dkim if one.result == "pass" and one.counts
    ]
    if spf.result == "pass" and spf.domain:
        passed.append(("spf", spf.domain, "spf"))
    out = []
    for kind, name, words in passed:
        tag: Literal["aspf", "adkim"] = "aspf" if kind == "spf" else "adkim"
        other = ascii_name(name)
        if other is None:
            continue
        strict = record is not None and record.is_strict(tag)
        if other == domain or (not strict and _same_organisation(domain, records, other, resolver)):
            out.append(words)
    return out


def _same_organisation(domain: str, records: list[Record], other: str, resolver: Resolver) -> bool:
    """Whether two different names belong to one organisation, under relaxed alignment."""
    if domain.endswith("." + other) and _owns(other, records):
        return True
    own = organisational(domain, records)
    if not (other == own or other.endswith("." + own)):
        return False
    return organisational(other, walk(other, resolver)) == own


def _owns(parent: str, records: list[Record]) -> bool:
    """Whether a name above the author's may speak for it.

    By the tree walk alone, a lone record at `news.example.com` would make that name a stranger to `example.com`,
    which delegates it and could publish anything there. A public suffix owns nobody, and a `psd` tag is obeyed.
    """
    if any(record.psd in ("y", "n") for record in records):
        return False
    return registrable(parent) is not None


def _may_still_pass(domain: str, spf: Spf, dkim: list[Dkim]) -> bool:
    """Whether a check that could not be made would count if it were; others cannot change the verdict."""
    top = domain.rpartition(".")[2]
    names = [one.domain for one in dkim if one.result == "temperror"]
    if spf.result == "temperror":
        names.append(spf.domain)
    return any(name.rpartition(".")[2] == top and _shares_name(name, domain) for name in names)


def _shares_name(one: str, other: str) -> bool:
    return one == other or one.split(".")[-2:] == other.split(".")[-2:]


def _one_step_less(policy: Policy) -> Policy:
    steps: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}
    return steps[policy]
