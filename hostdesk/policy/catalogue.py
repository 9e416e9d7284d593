"""What customers may ask for: `catalogue.yaml`, one entry a request type, with class, clause, price and who
may ask; for changes to an account also how it is proven, confirmed, delayed and carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from hostdesk.policy import strict_yaml
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.terms import TermNote

FREE = "free"
RequestClass = Literal["general", "advanced", "not_supported", "administrative"]
WhoMayAsk = Literal["every_contact", "restricted_roles"]
Proof = Literal["signed_in", "confirmed_mail", "believed_mail", "spoken_pin"]
"""What shows that a contact asks: signed in to the client area; a mail and a button pressed behind a link to the stored
address; a believed mail alone; a PIN spoken on the telephone."""
Second = Literal["none", "contact", "agent"]
"""Who must say yes beside the one who asks: nobody, another contact of the restricted roles, or a second agent."""
DetailKind = Literal["text", "domain", "mailbox", "choice", "number", "date"]
BY_HAND = "by_hand"
OPERATIONS = (
    "reset_account_password",
    "reset_mailbox_password",
    "create_mailbox",
    "delete_mailbox",
    "set_dns_record",
    "remove_dns_record",
    "suspend_account",
    "unsuspend_account",
    "change_plan",
    "add_domain",
    "restore_backup",
    "delete_account",
)
"""What a control panel can be told to do; everything else is done by hand, by a checklist."""
_PRICE_UNITS = ("cents", "cents per hour")
_TIME_UNITS = ("minutes", "hours", "days")


class Detail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that must be known before the request can be carried out; asked in its own field.

    `key` is what the operation of a panel calls it. `mailbox` and `domain` are checked against the account's own
    domains unless `foreign` says that it may lie elsewhere. A date that is `coming` is today or later, and the request is
    carried out only when that day has ended; one that is `past` is today or earlier.
    """

    key: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9_]*\Z")]
    label: Annotated[str, Meta(min_length=2, max_length=80)]
    kind: DetailKind = "text"
    choices: tuple[str, ...] = ()
    example: str = ""
    required: bool = True
    foreign: bool = False
    day: Literal["any", "past", "coming"] = "any"


class RequestType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of request.

    `price` is `free` or the key of a figure in the terms; `destroys` marks what cannot be undone and is
    confirmed twice; `answer` is what we tell the customer beside the class, such as whom to turn to; `words`
    suggest the type from a text.

    The rest belongs to administrative requests. `group` is the heading under which people look for it. `proof` lists what suffices, any one of it. `waits` is the key of a
    time in the terms that must pass, with notice to every contact, before it is carried out. `carried_out` is an
    operation that control panels know, or `by_hand` with `steps` to tick off.
    """

    name: Annotated[str, Meta(min_length=3, max_length=160)]
    class_: RequestClass = msgspec.field(name="class")
    clause: str
    price: str
    who_may_ask: WhoMayAsk
    destroys: bool = False
    answer: str = ""
    words: tuple[str, ...] = ()
    group: str = ""
    proof: tuple[Proof, ...] = ()
    second: Second = "none"
    waits: str = ""
    offpeak: bool = False
    carried_out: str = BY_HAND
    details: tuple[Detail, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def is_restricted(self) -> bool:
        """Whether only some roles may ask for it (contact.restricted)."""
        return self.who_may_ask == "restricted_roles"


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
        return tuple(key for key, kind in self.types.items() if kind.is_restricted)

    @property
    def administrative(self) -> dict[str, RequestType]:
        """Changes to an account: what the room `requests` carries out."""
        return self.of_class("administrative")


def read(source: str, *, name: str, figures: tuple[TermNote, ...], strict: bool = True) -> Catalogue:
    """The catalogue of a policy whose terms have these figures.

    Raises `Misconfigured` naming file, line and key: unknown or missing key, unknown clause, a price that is
    no figure of the terms, a general request with a price or an advanced one without.
    """
    file, lines = strict_yaml.read(source, CatalogueFile, name=name, strict=strict)
    prices = {note.key for note in figures if note.unit in _PRICE_UNITS}
    times = {note.key for note in figures if note.unit in _TIME_UNITS}
    known = {field.encode_name for field in msgspec.structs.fields(RequestType)}
    types = {}
    for key, entry in file.request_types.items():
        path = ("request_types", key)
        said = entry if strict else {name: value for name, value in entry.items() if name in known}
        types[key] = strict_yaml.shaped(said, RequestType, path, lines)
        if strict:
            _check(path, types[key], prices, lines)
            _check_administrative(path, types[key], times, lines)
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


def _check_administrative(
    path: strict_yaml.Path, kind: RequestType, times: set[str], lines: strict_yaml.Lines
) -> None:
    """How a change to an account is proven and carried out must be said, and must hold together."""
    if kind.class_ != "administrative":
        said = {
            "group": kind.group,
            "proof": kind.proof,
            "waits": kind.waits,
            "details": kind.details,
            "steps": kind.steps,
        }
        for key in (key for key, value in said.items() if value):
            raise lines.wrong((*path, key), "belongs to administrative requests only")
        return
    if not kind.proof:
        known = ", ".join(get_args(Proof))
        raise lines.wrong((*path, "proof"), f"is missing: say what proves who asks ({known})")
    if kind.is_restricted and "believed_mail" in kind.proof:
        raise lines.wrong(
            (*path, "proof"), "a restricted request needs more than a mail alone (contact.restricted)"
        )
    if kind.destroys and "believed_mail" in kind.proof:
        raise lines.wrong((*path, "proof"), "what cannot be undone needs more than a mail alone")
    if kind.waits and kind.waits not in times:
        raise lines.wrong((*path, "waits"), f"'{kind.waits}' is no time in the terms")
    if kind.carried_out != BY_HAND and kind.carried_out not in OPERATIONS:
        known = ", ".join((BY_HAND, *OPERATIONS))
        raise lines.wrong((*path, "carried_out"), f"'{kind.carried_out}' is not one of {known}")
    keys = [detail.key for detail in kind.details]
    if len(set(keys)) < len(keys):
        raise lines.wrong((*path, "details"), "names a key twice")
    for detail in kind.details:
        if (detail.kind == "choice") != bool(detail.choices):
            raise lines.wrong((*path, "details"), f"'{detail.key}' has choices exactly when it is a choice")
