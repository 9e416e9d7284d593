"""What customers may ask for: `catalogue.yaml`, one entry a request type, with class, clause, price and who
may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hostdesk.policy import strict_yaml
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.terms import TermNote

FREE = "free"
RequestClass = Literal["general", "advanced", "not_supported", "administrative"]
WhoMayAsk = Literal["every_contact", "restricted_roles"]
_PRICE_UNITS = ("cents", "cents per hour")


class RequestType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of request.

    `price` is `free` or the key of a figure in the terms; `destroys` marks what cannot be undone and is
    confirmed twice; `answer` is what we tell the customer beside the class, such as whom to turn to; `words`
    suggest the type from a text.
    """

    name: Annotated[str, Meta(min_length=3, max_length=160)]
    class_: RequestClass = msgspec.field(name="class")
    clause: str
    price: str
    who_may_ask: WhoMayAsk
    destroys: bool = False
    answer: str = ""
    words: tuple[str, ...] = ()


class CatalogueFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as a whole; its entries are read one by one, so that each mistake has a line."""

    request_types: Annotated[dict[str, dict[str, object]], Meta(min_length=1)]


@dataclass(frozen=True)
class Catalogue:
    """All request types by id, in the order of the file."""

    types: dict[str, RequestType]

    def of_class(self, wanted: RequestClass) -> dict[str, RequestType]:
        """The types of one class."""
        return {key: kind for key, kind in self.types.items() if kind.class_ == wanted}

    @property
    def restricted(self) -> tuple[str, ...]:
        """Ids of the requests that not every contact may make."""
        return tuple(key for key, kind in self.types.items() if kind.who_may_ask == "restricted_roles")


def read(source: str, *, name: str, figures: tuple[TermNote, ...], strict: bool = True) -> Catalogue:
    """The catalogue of a policy whose terms have these figures.

    Raises `Misconfigured` naming file, line and key: unknown or missing key, unknown clause, a price that is
    no figure of the terms, a general request with a price or an advanced one without.
    """
    file, lines = strict_yaml.read(source, CatalogueFile, name=name, strict=strict)
    prices = {note.key for note in figures if note.unit in _PRICE_UNITS}
    known = {field.encode_name for field in msgspec.structs.fields(RequestType)}
    types = {}
    for key, entry in file.request_types.items():
        path = ("request_types", key)
        said = entry if strict else {name: value for name, value in entry.items() if name in known}
        types[key] = strict_yaml.shaped(said, RequestType, path, lines)
        if strict:
            _check(path, types[key], prices, lines)
    return Catalogue(types)


def _check(path: strict_yaml.Path, kind: RequestType, prices: set[str], lines: strict_yaml.Lines) -> None:
    if not str(path[-1]).replace("_", "").isalnum() or str(path[-1]) != str(path[-1]).lower():
        raise lines.wrong(path, "must be named in small letters, digits and underscores")
    if kind.clause not in CLAUSES:
        raise lines.wrong((*path, "clause"), f"'{kind.clause}' is not a clause of the policy")
    if kind.price != FREE and kind.price not in prices:
        known = ", ".join(sorted(prices))
        raise lines.wrong(
            (*path, "price"), f"'{kind.price}' is neither 'free' nor a price in the terms ({known})"
        )
    if kind.class_ == "general" and kind.price != FREE:
        raise lines.wrong((*path, "price"), "must be free: general support is not charged (class.general)")
    if kind.class_ == "advanced" and kind.price == FREE:
        raise lines.wrong((*path, "price"), "must name a rate: advanced support is charged (class.advanced)")
