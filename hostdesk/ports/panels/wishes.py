"""What a control panel is asked for, what it shows, and whether what it shows is what was wanted. Pure.

Facts have one vocabulary for all panels, so that pages, history and judgement need not know which panel it was:
`account` and `mailbox` and `domain` are "present" or "missing"; `suspended` "yes" or "no"; `plan` a name; `quota_mb` a
number or "unlimited"; `used_mb`; `records` lines of DNS as `TTL TYPE value`; `backups` days; `restoring` "yes" or "no";
`restored` how many restores of that day have ended; `password` "accepted" or "not accepted" where the panel can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from hostdesk.kit import addresses
from hostdesk.ports.panels import records

Facts = Mapping[str, str | list[str]]
Answer = Literal["yes", "no", "working", "unseen"]
"""Whether the wish is fulfilled: it is; it is not; the panel is at it; nobody can see it from outside."""
NEEDS_SECRET = ("reset_account_password", "reset_mailbox_password")
"""Operations with a password that the contact chooses; staff never see it, and nothing keeps it."""
UNLIMITED = "unlimited"


@dataclass(frozen=True)
class Operation:
    """One wish: an operation of the catalogue for the account of this username, with its details by key.

    `secret` is a new password: in no row, log or history, and not in the text form of this value.
    """

    name: str
    account: str
    details: Mapping[str, str]
    secret: str = field(default="", repr=False, compare=False)

    @property
    def domain(self) -> str:
        """The domain that the wish touches: the one named, or the mailbox's."""
        mailbox = self.details.get("mailbox", "")
        return addresses.domain_of(mailbox) if mailbox else self.details.get("domain", "")


@dataclass(frozen=True)
class Snapshot:
    """What the panel shows now of that which the wish touches; `problem` says why it cannot be done as things stand."""

    facts: Facts
    problem: str = ""


@dataclass(frozen=True)
class Done:
    """The panel said that it did it, in these words."""

    answer: str


class Panel(Protocol):
    """Raises `PortAway` (nobody there, nothing was sent), `PortDown` (no clear answer: it may have been done) and
    `PortRefused` (a clear no: nothing was done), and nothing else.
    """

    kind: str
    by_hand: Mapping[str, str]
    """Operations that this panel is not asked for, each with the reason."""
    undoes: frozenset[str]

    def look(self, wish: Operation) -> Snapshot:
        """What the panel shows now; changes nothing."""

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """Do it, once; `key` stands in the panel's own log. Nobody calls this twice for one key."""

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """Bring back what was there before; for operations in `undoes` only."""

    def check(self) -> str:
        """Sign in and change nothing; what the panel calls itself."""


def answer(wish: Operation, now: Facts, *, before: Facts) -> Answer:
    """Whether what the panel shows `now` is what was wanted; `before` is what it showed beforehand."""
    judge = _JUDGES.get(wish.name)
    return judge(wish, now, before) if judge else "unseen"


_TOUCHES = {
    "suspend_account": ("account", "suspended"),
    "unsuspend_account": ("account", "suspended"),
    "change_plan": ("account", "plan"),
    "set_dns_record": ("account", "records"),
    "remove_dns_record": ("account", "records"),
}
"""Which facts an operation that can be taken back has to do with; the others may change without being in its way."""


def undone(operation: str, now: Facts, *, before: Facts) -> Answer:
    """Whether what the operation touched is again as it was."""
    return "yes" if same(operation, now, before) else "no"


def same(operation: str, one: Facts, other: Facts) -> bool:
    """Whether two looks show the same of what the operation touches; the order of records does not count."""

    def told(facts: Facts) -> dict[str, object]:
        touched = {key: facts.get(key) for key in _TOUCHES.get(operation, tuple(facts))}
        return {key: sorted(value) if isinstance(value, list) else value for key, value in touched.items()}

    return told(one) == told(other)


def _password(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return {"accepted": "yes", "not accepted": "no"}.get(str(now.get("password")), "unseen")  # type: ignore[return-value]


def _mailbox_made(wish: Operation, now: Facts, _before: Facts) -> Answer:
    if now.get("mailbox") != "present":
        return _if_missing(now, "mailbox", "no")
    wanted = wish.details.get("quota_mb", "")
    if wanted and "quota_mb" not in now:
        return "unseen"
    return "yes" if not wanted or now.get("quota_mb") == (wanted if wanted != "0" else UNLIMITED) else "no"


def _mailbox_gone(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return _if_missing(now, "mailbox", "yes")


def _account_gone(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return _if_missing(now, "account", "yes")


def _if_missing(now: Facts, thing: str, then: Answer) -> Answer:
    shown = now.get(thing)
    if shown not in ("present", "missing"):
        return "unseen"
    if shown == "missing":
        return then
    return "no" if then == "yes" else "yes"


def _suspended(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return {"yes": "yes", "no": "no"}.get(str(now.get("suspended")), "unseen")  # type: ignore[return-value]


def _open(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return {"yes": "no", "no": "yes"}.get(str(now.get("suspended")), "unseen")  # type: ignore[return-value]


def _plan(wish: Operation, now: Facts, _before: Facts) -> Answer:
    if "plan" not in now:
        return "unseen"
    return "yes" if str(now["plan"]).casefold() == wish.details.get("plan", "").casefold() else "no"


def _domain_there(_wish: Operation, now: Facts, _before: Facts) -> Answer:
    return _if_missing(now, "domain", "no")


def _records(wish: Operation, now: Facts, _before: Facts) -> Answer:
    shown = now.get("records")
    if not isinstance(shown, list):
        return "unseen"
    try:
        remove, add = records.plan(wish.name, wish.details, records.read(shown))
    except records.WrongRecord:
        return "no"
    return "no" if remove or add else "yes"


def _restored(_wish: Operation, now: Facts, before: Facts) -> Answer:
    if "restored" not in now:
        return "unseen"
    if now["restored"] != before.get("restored"):
        return "yes"
    return "working" if now.get("restoring") in ("yes", "waiting") else "no"


_JUDGES = {
    "reset_account_password": _password,
    "reset_mailbox_password": _password,
    "create_mailbox": _mailbox_made,
    "delete_mailbox": _mailbox_gone,
    "set_dns_record": _records,
    "remove_dns_record": _records,
    "suspend_account": _suspended,
    "unsuspend_account": _open,
    "change_plan": _plan,
    "add_domain": _domain_there,
    "restore_backup": _restored,
    "delete_account": _account_gone,
}
