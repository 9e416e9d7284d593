"""SPF records and macros as RFC 7208 writes them (sections 4.6, 5, 6, 7): text in, terms out. No DNS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

LONGEST_NAME = 253
QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MODIFIER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)=")
_MECHANISM = re.compile(r"([+?~-]?)([A-Za-z0-9]+)(?=[:/]|\Z)")
_CIDR = re.compile(r"(?:/(0|[1-9][0-9]?))?(?://(0|[1-9][0-9]{0,2}))?\Z")
_MACRO = re.compile(r"%(?:([%_-])|\{([A-Za-z])([0-9]*)([Rr]?)([.+,/_=-]*)\})")
_TOP_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_IP4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!\Z)|\Z)){4}")
_LETTERS, _LETTERS_OF_EXP = frozenset("slodiphv"), frozenset("slodiphvcrt")
_PLAIN = {"%": "%", "_": " ", "-": "%20"}


class BadRecord(Exception):  # noqa: N818
    """A permanent error: the message says what cannot be read."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One directive. `spec` is its domain-spec, None for the current domain; `network` is that of ip4 and ip6."""

    result: str
    name: str
    spec: str | None = None
    network: Network | None = None
    bits4: int = 32
    bits6: int = 128


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record, all of it checked. `redirect` and `exp` are domain-specs."""

    mechanisms: tuple[Mechanism, ...]
    redirect: str | None
    exp: str | None


def is_record(text: bytes) -> bool:
    """Whether a TXT record is one of SPF, readable or not."""
    return text[:6].lower() == b"v=spf1" and text[6:7] in (b"", b" ")


def parse(text: bytes) -> Record:
    """The terms of a record. Raises BadRecord for an error anywhere in it."""
    if not text.isascii():
        raise BadRecord("the record holds characters that are not ASCII")
    mechanisms: list[Mechanism] = []
    known: dict[str, str] = {}
    for term in text.decode("ascii").split(" ")[1:]:
        modifier = _MODIFIER.match(term)
        if not term:
            continue
        if modifier is None:
            mechanisms.append(_mechanism(term))
            continue
        name, value = modifier[1].lower(), term[modifier.end() :]
        if name not in ("redirect", "exp"):
            check_macros(value)
            continue
        if name in known:
            raise BadRecord(f"{name}= stands twice")
        known[name] = _domain_spec(value)
    return Record(tuple(mechanisms), known.get("redirect"), known.get("exp"))


def _mechanism(term: str) -> Mechanism:
    found = _MECHANISM.match(term)
    if found is None:
        raise BadRecord(f"the term {term[:60]} is unknown")
    result, name, rest = QUALIFIERS[found[1] or "+"], found[2].lower(), term[found.end() :]
    if name == "all" and not rest:
        return Mechanism(result, name)
    if name in ("include", "exists") and rest.startswith(":"):
        return Mechanism(result, name, _domain_spec(rest[1:]))
    if name == "ptr" and rest[:1] in ("", ":"):
        return Mechanism(result, name, _domain_spec(rest[1:]) if rest else None)
    if name in ("a", "mx"):
        return _with_addresses(result, name, rest)
    if name in ("ip4", "ip6") and rest.startswith(":"):
        return Mechanism(result, name, network=_network(name, rest[1:]))
    raise BadRecord(f"the term {term[:60]} is unknown or cannot be read")


def _with_addresses(result: str, name: str, rest: str) -> Mechanism:
    cidr = _CIDR.search(rest)
    assert cidr is not None, "the pattern may match nothing"
    bits4, bits6 = int(cidr[1] or 32), int(cidr[2] or 128)
    if bits4 > 32 or bits6 > 128:  # noqa: PLR2004  (bits of an address)
        raise BadRecord("the length of a network is too great")
    target = rest[: cidr.start()]
    if target and not target.startswith(":"):
        raise BadRecord(f"the term {name}{rest[:60]} cannot be read")
    return Mechanism(result, name, _domain_spec(target[1:]) if target else None, None, bits4, bits6)


def _network(name: str, text: str) -> Network:
    address, slash, bits = text.partition("/")
    if slash and re.fullmatch(r"0|[1-9][0-9]{0,2}", bits) is None:
        raise BadRecord(f"the network {text[:60]} cannot be read")
    try:
        if name == "ip4" and _IP4.fullmatch(address):
            return ipaddress.IPv4Network((address, int(bits or 32)), strict=False)
        if name == "ip6" and "%" not in address:
            return ipaddress.IPv6Network((address, int(bits or 128)), strict=False)
    except ValueError:
        pass
    raise BadRecord(f"the network {text[:60]} cannot be read")


def _domain_spec(text: str) -> str:
    """A domain-spec: macros, then a top label that is no number, or a macro at the very end."""
    last = check_macros(text)
    _, dot, label = text[last:].removesuffix(".").rpartition(".")
    named = dot and _TOP_LABEL.fullmatch(label) and not label.isdigit()
    if not text or not (last == len(text) or named):
        raise BadRecord(f"the domain {text[:60]} cannot be read")
    return text


def check_macros(text: str, letters: frozenset[str] = _LETTERS) -> int:
    """Check a macro-string and tell where its last macro ends (0 without one). Raises BadRecord."""
    last = place = 0
    while (place := text.find("%", place)) >= 0:
        found = _MACRO.match(text, place)
        if found is None:
            raise BadRecord(f"the macro {text[place : place + 20]} cannot be read")
        if found[2] and (found[2].lower() not in letters or (found[3] and not int(found[3][:9]))):
            raise BadRecord(f"the macro {found[0][:20]} is unknown here")
        last = place = found.end()
    if re.search(r"[^\x21-\x7e]", text):
        raise BadRecord("a term holds a character that must not be there")
    return last


def expand(text: str, value_of: Callable[[str], str]) -> str:
    """A checked macro-string with its macros replaced; `value_of` knows what the lower-case letters stand for."""

    def one(found: re.Match[str]) -> str:
        plain, letter, digits, reverse, delimiters = found.groups()
        if plain:
            return _PLAIN[str(plain)]
        parts = re.split(f"[{re.escape(delimiters or '.')}]", value_of(letter.lower()))
        if reverse:
            parts.reverse()
        if digits:
            parts = parts[-int(digits[:9]) :]
        value = ".".join(parts)
        return quote(value, safe="-._~") if letter.isupper() else value

    return _MACRO.sub(one, text)


def expand_domain(text: str, value_of: Callable[[str], str]) -> str:
    """The name that a domain-spec stands for; labels go from its left until it is short enough."""
    name = expand(text, value_of).removesuffix(".")
    if len(name) > LONGEST_NAME:
        name = name[name.find(".", len(name) - LONGEST_NAME - 1) + 1 :]
    return name


def expand_explanation(text: bytes, value_of: Callable[[str], str]) -> str:
    """The sentence of a domain's owner about a refusal. Raises BadRecord."""
    if not text.isascii():
        raise BadRecord("the explanation holds characters that are not ASCII")
    words = text.decode("ascii")
    check_macros(words.replace(" ", ""), _LETTERS_OF_EXP)
    return expand(words, value_of)
