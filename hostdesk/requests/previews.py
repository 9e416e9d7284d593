"""What a person sees before pressing: what is there, what would be there, and what stands in the way. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field

from hostdesk.ports.panels import records, wishes
from hostdesk.ports.panels.wishes import Facts, Operation, Panel, Snapshot


@dataclass(frozen=True)
class Change:
    """One line: what it is called, how it stands, how it will stand; both "" where there is nothing."""

    what: str
    now: str
    then: str


@dataclass(frozen=True)
class Preview:
    """Show: `panel_name`; `by_hand_because` (then the checklist, and nothing below); `problem` (then no button);
    `is_done_already` ("the panel shows it so already": the button notes it and sends nothing); a table of `changes`; `notes`;
    and before the press whether `may_be_undone`. `needs_secret`: the contact chooses a password, staff has no button.
    `seen` is a hidden field of the button. `before` is kept with the run.
    """

    panel: str
    panel_name: str
    by_hand_because: str = ""
    problem: str = ""
    before: Facts = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    is_done_already: bool = False
    may_be_undone: bool = False
    needs_secret: bool = False
    seen: str = ""


_INSIDE = re.compile(r"\S+:[0-9]{2,5}\b")


def for_contacts(sentence: str) -> str:
    """A sentence about a panel as a contact reads it: without the names of our machines and what ails them."""
    return "The control panel cannot be asked at this moment." if _INSIDE.search(sentence) else sentence


def by_hand(because: str) -> Preview:
    """No panel does it."""
    return Preview("by_hand", "By hand", by_hand_because=because)


def out_of_reach(panel: Panel, name: str, wish: Operation, answer: str) -> Preview:
    """The panel could not be asked."""
    problem = f"The panel cannot be asked now: {answer}"
    return Preview(panel.kind, name, problem=problem, needs_secret=wish.name in wishes.NEEDS_SECRET)


def of(panel: Panel, name: str, wish: Operation, snapshot: Snapshot) -> Preview:
    """What a look at the panel means for the wish."""
    facts, needs_secret = snapshot.facts, wish.name in wishes.NEEDS_SECRET
    found = _changes(wish, facts)
    changes, unwritable = ((), found) if isinstance(found, str) else (found, "")
    problem = snapshot.problem or unwritable
    answer = "no" if needs_secret or problem else wishes.answer(wish, facts, before=facts)
    return Preview(
        panel.kind,
        name,
        problem=problem,
        before=facts,
        changes=changes,
        notes=_NOTES.get(wish.name, ()),
        is_done_already=answer == "yes",
        may_be_undone=wish.name in panel.undoes,
        needs_secret=needs_secret,
        seen=fingerprint(facts),
    )


def fingerprint(facts: Facts) -> str:
    """The same for what looks the same."""
    told = {key: sorted(value) if isinstance(value, list) else value for key, value in facts.items()}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


_NOTES: dict[str, tuple[str, ...]] = {
    "create_mailbox": (
        "A new mailbox gets a random password that nobody knows; the contact chooses one by asking for a new password.",
    ),
    "delete_mailbox": ("The mail in the mailbox is deleted with it.",),
    "delete_account": (
        "Everything on the account is deleted: files, databases, mail. Nothing brings it back.",
    ),
    "restore_backup": ("What changed after that day is replaced by the backup.",),
}


def _changes(wish: Operation, facts: Facts) -> tuple[Change, ...] | str:
    """The lines, or a sentence that says why there cannot be any."""
    details = wish.details
    if wish.name in ("set_dns_record", "remove_dns_record"):
        return _records(wish, facts)
    shown = {key: value for key, value in facts.items() if isinstance(value, str)}
    lines: dict[str, tuple[Change, ...]] = {
        "reset_account_password": (Change(f"Password of {wish.account}", "as it is", "the contact chooses"),),
        "reset_mailbox_password": (
            Change(f"Password of {details.get('mailbox')}", "as it is", "the contact chooses"),
        ),
        "create_mailbox": _mailbox(wish, shown),
        "delete_mailbox": (Change(f"Mailbox {details.get('mailbox')}", _there(shown, "mailbox"), "gone"),),
        "suspend_account": (Change(f"Account {wish.account}", _suspended(shown), "suspended"),),
        "unsuspend_account": (Change(f"Account {wish.account}", _suspended(shown), "open"),),
        "change_plan": (Change("Plan", shown.get("plan", ""), details.get("plan", "")),),
        "add_domain": (Change(f"Domain {details.get('domain')}", _there(shown, "domain"), "on the account"),),
        "restore_backup": (
            Change(f"{details.get('what', '').capitalize()}", "as now", f"as on {details.get('date')}"),
        ),
        "delete_account": (Change(f"Account {wish.account}", _there(shown, "account"), "deleted"),),
    }
    return lines.get(wish.name, ())


def _mailbox(wish: Operation, shown: dict[str, str]) -> tuple[Change, ...]:
    name, wanted = wish.details.get("mailbox"), wish.details.get("quota_mb", "")
    then = f"{wanted} MB" if wanted not in ("", "0") else ("unlimited" if wanted else "as the panel sets it")
    if shown.get("mailbox") != "present":
        return (Change(f"Mailbox {name}", "", "new"), Change("Size", "", then))
    return (Change(f"Size of {name}", shown.get("quota_mb", ""), then),) if wanted else ()


def _records(wish: Operation, facts: Facts) -> tuple[Change, ...] | str:
    there = facts.get("records")
    try:
        name = records.name_of(wish.details)
        remove, add = records.plan(
            wish.name, wish.details, records.read(there if isinstance(there, list) else [])
        )
    except records.WrongRecord as wrong:
        return str(wrong)
    gone = [Change(f"{name} {one.type}", _value(one), "") for one in remove]
    come = [Change(f"{name} {one.type}", "", _value(one)) for one in add]
    if len(gone) == len(come) == 1:
        return (Change(gone[0].what, gone[0].now, come[0].then),)
    return (*gone, *come)


def _value(record: records.Record) -> str:
    return record.value if record.ttl is None else f"{record.value} (for {record.ttl} s)"


def _there(shown: dict[str, str], thing: str) -> str:
    return {"present": "there", "missing": ""}.get(shown.get(thing, ""), "")


def _suspended(shown: dict[str, str]) -> str:
    return {"yes": "suspended", "no": "open"}.get(shown.get("suspended", ""), "")
