"""DMARC by RFC 9989: records, the tree walk that finds policy and organisation, alignment, and the verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from msgspec.structs import replace

from hostdesk.mail.auth.domains import ascii_name, registrable
from hostdesk.mail.auth.resolver import DnsDown, Resolver
from hostdesk.mail.auth.shapes import Dkim, Dmarc, Policy, Spf

# RFC 9989 4.10: never more than eight questions for one walk.
MAX_QUERIES = 8
_VERSION = re.compile(rb"\A[ \t]*[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|\Z)")
_POLICIES = ("none", "quarantine", "reject")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s,]+")


@dataclass(frozen=True, slots=True)
class Record:
    """One published DMARC policy record and the domain it stands at."""

    domain: str
    tags: dict[str, str]

    def policy(self, *names: str) -> Policy:
        """The first of these tags that is there; a record that is not readable asks for nothing."""
        value = next((self.tags[name].lower() for name in names if name in self.tags), "none")
        return cast("Policy", value) if self.is_readable and value in _POLICIES else "none"

    @property
    def is_readable(self) -> bool:
        """Whether `p` is there and it, `sp` and `np` hold policies (RFC 9989 4.10.1)."""
        said = [self.tags[name].lower() for name in ("p", "sp", "np") if name in self.tags]
        return "p" in self.tags and all(value in _POLICIES for value in said)

    @property
    def wants_reports(self) -> bool:
        """Whether `rua` names an address; that keeps a record alive whose policy cannot be read."""
        return any(_URI.match(one.strip()) for one in self.tags.get("rua", "").split(","))

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
        record, aligned, exists = _looked_up(domain, _passed(spf, dkim), resolver)
    except DnsDown as trouble:
        return Dmarc("temperror", domain, why=f"DNS did not answer: {trouble}"), []
    if record is None:
        return Dmarc("none", domain, why="no DMARC record"), aligned
    if not (record.is_readable or record.wants_reports):
        return Dmarc("none", domain, why=f"the record of {record.domain} holds no policy"), aligned
    found = Dmarc(
        "pass",
        domain=domain,
        policy=_policy_for(domain, record, exists=exists),
        record_domain=record.domain,
        testing=record.testing,
        by=aligned[0] if aligned else "",
    )
    return (found if aligned else _not_aligned(found, spf, dkim)), aligned


def _not_aligned(found: Dmarc, spf: Spf, dkim: list[Dkim]) -> Dmarc:
    if _may_still_pass(found.domain, spf, dkim):
        return replace(found, result="temperror", why="SPF or DKIM could not be decided")
    wished = _one_step_less(found.policy) if found.testing else found.policy
    return replace(found, result="fail", disposition=wished, why="nothing that passed is aligned")


def _looked_up(
    domain: str, passed: list[tuple[Literal["aspf", "adkim"], str, str]], resolver: Resolver
) -> tuple[Record | None, list[str], bool]:
    """The record that speaks for the domain, what is aligned with it, and whether the domain exists."""
    record = _record_at(domain, resolver)
    same = [words for _, name, words in passed if name == domain]
    if record is not None and same:
        # Identical names need no walk, so DNS trouble further up cannot hurt them.
        return record, same, True
    records = walk(domain, resolver, first=record)
    record = policy_record(domain, records)
    aligned = _aligned(domain, records, record, passed=passed, resolver=resolver)
    return record, aligned, record is None or record.domain == domain or _exists(domain, resolver)


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


def walk(domain: str, resolver: Resolver, *, first: Record | None = None) -> list[Record]:
    """Records from the domain up to the root, longest name first; stops at a record that says what it is.

    `first` is the domain's own record where it has been asked for already.
    """
    labels = domain.split(".")
    # A long name is asked itself, then cut to seven labels, so that the walk stays within eight questions.
    start = 1 if len(labels) < MAX_QUERIES else len(labels) - (MAX_QUERIES - 1)
    found = [first] if first else []
    for cut in range(start, len(labels)):
        if found and found[-1].psd in ("y", "n"):
            break
        record = _record_at(".".join(labels[cut:]), resolver)
        found += [record] if record else []
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


def _passed(spf: Spf, dkim: list[Dkim]) -> list[tuple[Literal["aspf", "adkim"], str, str]]:
    """What passed and may speak for its domain: the tag that rules its alignment, the domain, and words for it."""
    passed: list[tuple[Literal["aspf", "adkim"], str, str]] = [
        ("adkim", one.domain, f"dkim:{one.domain}") for one in dkim if one.result == "pass" and one.counts
    ]
    if spf.result == "pass" and spf.domain:
        passed.append(("aspf", spf.domain, "spf"))
    return [(tag, name, words) for tag, domain, words in passed if (name := ascii_name(domain))]


def _aligned(
    domain: str,
    records: list[Record],
    record: Record | None,
    *,
    passed: list[tuple[Literal["aspf", "adkim"], str, str]],
    resolver: Resolver,
) -> list[str]:
    """What passed for the author's organisation; without a record alignment is relaxed."""
    out = []
    for tag, other, words in passed:
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
    return organisational(other, walk(other, resolver, first=_record_at(other, resolver))) == own


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
    names = [one.domain for one in dkim if one.result == "temperror"]
    if spf.result == "temperror":
        names.append(spf.domain)
    return any(may_align(ascii_name(name) or "", domain) for name in names)


def may_align(name: str, domain: str) -> bool:
    """Whether two names can be of one organisation at all, whatever their records say."""
    if not name or not domain:
        return False
    if name == domain or name.endswith("." + domain) or domain.endswith("." + name):
        return True
    top = registrable(domain)
    return top is not None and registrable(name) == top


def _one_step_less(policy: Policy) -> Policy:
    steps: dict[Policy, Policy] = {"reject": "quarantine", "quarantine": "none", "none": "none"}
    return steps[policy]
