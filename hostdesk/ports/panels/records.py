"""DNS records as wishes name them, and what a wish changes among those that are there. Pure.

Names are whole (`www.acme.example`), values in the one form in which two are compared: addresses and host names as DNS
software writes them, with a dot at the end of host names; the text of a TXT record without quotation marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hostdesk.kit import addresses

ALONE = ("A", "AAAA", "CNAME")
"""Types of which a new value takes the place of what was there; of the others it is added beside."""
_ONE_OF_A_KIND = ("v=spf1", "v=dmarc1")
"""Texts of which a name may have one only: two of them make receivers ignore both (RFC 7208 4.5, RFC 7489 6.6.3)."""
_LONGEST_LABEL = 63  # RFC 1035
_LONGEST_TTL = 2_147_483_647  # RFC 2181, section 8
_HOST_POSITION = {"CNAME": 0, "MX": 1, "SRV": 3}


class WrongRecord(ValueError):  # noqa: N818  (named for what it says)
    """What was asked for is no DNS record; the text is a sentence for people."""


@dataclass(frozen=True, order=True)
class Record:
    """One record of one name; `ttl` is None where it does not matter. `line` is where the panel keeps it."""

    type: str
    value: str
    ttl: int | None = None
    line: str = ""

    def shown(self) -> str:
        """As it stands in facts."""
        return f"{self.ttl if self.ttl is not None else '-'} {self.type} {self.value}"


@dataclass(frozen=True)
class Zone:
    """A zone that a panel keeps, with the records of the one name that a wish is about.

    `mark` is what the panel knows its present state by: a serial, or a number of the zone.
    """

    name: str
    records: list[Record]
    mark: str = ""


Edit = tuple[list[Record], list[Record]]
"""(what goes, what comes)."""


def read(lines: Sequence[str]) -> list[Record]:
    """Records from facts."""
    found = []
    for line in lines:
        ttl, kind, value = line.split(" ", 2)
        found.append(Record(kind, value, None if ttl == "-" else int(ttl)))
    return found


def name_of(details: Mapping[str, str]) -> str:
    """The whole name that a wish is about, in small letters without a dot at its end. Raises `WrongRecord`."""
    domain, written = details["domain"], details["name"].strip().lower()
    typed = written.rstrip(".")
    if typed in ("", "@", domain):
        return domain
    if written.endswith(".") and not typed.endswith(f".{domain}"):
        raise WrongRecord(
            f"'{details['name']}' lies outside of {domain}. Write a name below it, such as www."
        )
    name = typed if typed.endswith(f".{domain}") else f"{typed}.{domain}"
    labels = name.removesuffix(f".{domain}").split(".")
    sound = all(_is_label(label) for label in (labels[1:] if labels[0] == "*" else labels))
    if not sound or len(name) > 253:  # noqa: PLR2004  (RFC 1035)
        raise WrongRecord(f"'{details['name']}' is no name of a record, such as www, _dmarc or @.")
    return name


def _is_label(label: str) -> bool:
    plain = label.replace("_", "a").replace("-", "a")
    return (
        len(label) <= _LONGEST_LABEL
        and plain.isascii()
        and plain.isalnum()
        and not label.startswith("-")
        and not label.endswith("-")
    )


def wanted(details: Mapping[str, str]) -> Record:
    """The record that a wish names. Raises `WrongRecord` with a sentence."""
    ttl = int(details["ttl"]) if details.get("ttl") else None
    if ttl is not None and not 0 < ttl <= _LONGEST_TTL:
        raise WrongRecord("The time to live is a number of seconds, such as 3600.")
    return Record(details["type"], normal(details["type"], details["value"], domain=details["domain"]), ttl)


def normal(kind: str, value: str, *, domain: str) -> str:
    """A value in its one form. A host name with a dot in it is whole, another one lies under the domain."""
    typed = " ".join(value.split()) if kind != "TXT" else value.strip()
    if kind == "TXT":
        return _text(typed)
    parts = typed.split(" ")
    position = _HOST_POSITION.get(kind)
    if position is not None and len(parts) == position + 1:
        parts[position] = _host(parts[position], domain)
    # With the first record: few processes ever change one.
    import dns.exception
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    try:
        rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), " ".join(parts))
    except (dns.exception.DNSException, ValueError, KeyError) as wrong:
        raise WrongRecord(f"'{value}' is no value of a record of type {kind}.") from wrong
    return rdata.to_text()


def _text(typed: str) -> str:
    if len(typed) > 1 and typed[0] == typed[-1] == '"':
        typed = typed[1:-1].replace('" "', "").replace('""', "").replace('\\"', '"')
    if not typed or not typed.isascii() or not typed.isprintable():
        raise WrongRecord("The text of a TXT record is written in letters, digits and signs of ASCII.")
    return typed


def _host(typed: str, domain: str) -> str:
    if typed == ".":
        return typed
    if typed == "@":
        return f"{domain}."
    name = typed.rstrip(".").lower()
    whole = name if "." in name else f"{name}.{domain}"
    if addresses.normalised_domain(whole) is None and not whole.replace("_", "a").isascii():
        raise WrongRecord(f"'{typed}' is no host name.")
    return f"{whole}."


def plan(operation: str, details: Mapping[str, str], there: Sequence[Record]) -> Edit:
    """(what goes, what comes) among the records of the one name; both empty when it is as wanted. Raises `WrongRecord`."""
    new = wanted(details)
    alike = [record for record in there if record.type == new.type]
    if operation == "remove_dns_record":
        return [record for record in alike if record.value == new.value], []
    _refuse_clash(new, there)
    if new.type in ALONE:
        old = alike
    else:
        old = [record for record in alike if record.value == new.value or _is_rival(record, new)]
    right = [record for record in old if record.value == new.value and new.ttl in (None, record.ttl)]
    if len(right) == 1 and len(old) == 1:
        return [], []
    ttl = new.ttl if new.ttl is not None else (old[0].ttl if old else None)
    return list(old), [Record(new.type, new.value, ttl)]


def _refuse_clash(new: Record, there: Sequence[Record]) -> None:
    """An alias stands alone at its name (RFC 1034 3.6.2)."""
    others = {record.type for record in there} - {new.type}
    if new.type == "CNAME" and others:
        raise WrongRecord(
            f"An alias (CNAME) cannot stand beside the records of type {', '.join(sorted(others))} of the same name."
        )
    if new.type != "CNAME" and "CNAME" in others:
        raise WrongRecord("The name is an alias (CNAME) now, beside which nothing else can stand.")


def _is_rival(record: Record, new: Record) -> bool:
    return new.type == "TXT" and any(
        record.value.lower().startswith(mark) and new.value.lower().startswith(mark)
        for mark in _ONE_OF_A_KIND
    )


def adds_first(edit: Edit) -> bool:
    """Whether a panel that takes one step at a time adds before it removes, so that no broken step leaves a name bare.

    Not where an alias lets nothing stand beside it, nor where the same value comes back with another time to live.
    """
    remove, add = edit
    alias = any(one.type == "CNAME" for one in (*remove, *add))
    return not alias and not {(one.type, one.value) for one in remove} & {
        (one.type, one.value) for one in add
    }


def difference(now: Sequence[Record], wanted: Sequence[Record]) -> Edit:
    """(what goes, what comes) to make the records of a name what they were."""
    there = {(one.type, one.value, one.ttl) for one in now}
    back = {(one.type, one.value, one.ttl) for one in wanted}
    return (
        [one for one in now if (one.type, one.value, one.ttl) not in back],
        [one for one in wanted if (one.type, one.value, one.ttl) not in there],
    )
