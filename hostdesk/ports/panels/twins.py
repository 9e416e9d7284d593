"""The twins: no panel at all (an agent does it by hand), and one in memory for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hostdesk.policy.catalogue import OPERATIONS
from hostdesk.ports.outcomes import PortRefused
from hostdesk.ports.panels.wishes import Done, Facts, Operation, Snapshot


class ByHand:
    """The default: there is nothing to ask, an agent ticks off the steps."""

    kind = "by_hand"
    undoes: frozenset[str] = frozenset()

    def __init__(self, because: str) -> None:
        self.by_hand: Mapping[str, str] = dict.fromkeys(OPERATIONS, because)

    def look(self, wish: Operation) -> Snapshot:  # noqa: ARG002
        """Nothing can be seen from here."""
        return Snapshot({})

    def carry_out(self, wish: Operation, *, key: str) -> Done:  # noqa: ARG002
        """Nobody carries it out but an agent."""
        raise PortRefused(f"{self.by_hand[wish.name]} An agent does it by hand.")

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:  # noqa: ARG002
        """Nobody undoes it but an agent."""
        raise PortRefused(f"{self.by_hand[wish.name]} An agent does it by hand.")

    def check(self) -> str:
        """Always there."""
        return "by hand"


@dataclass
class MemoryPanel:
    """The twin for tests: shows `facts`, and changes them when told to.

    `trouble` is raised front first by whatever is called next; `after_doing` once the next work has been done, as by a
    panel whose answer is lost. `keys` lists every work with its key, `changes` what each operation does to the facts.
    """

    facts: dict[str, str | list[str]] = field(default_factory=dict)
    trouble: list[Exception] = field(default_factory=list)
    after_doing: list[Exception] = field(default_factory=list)
    changes: dict[str, Callable[[dict[str, str | list[str]], Operation], None]] = field(default_factory=dict)
    keys: list[tuple[str, str]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    problem: str = ""
    kind: str = "memory"
    by_hand: Mapping[str, str] = field(default_factory=dict)
    undoes: frozenset[str] = frozenset(("suspend_account", "unsuspend_account", "change_plan"))

    def look(self, wish: Operation) -> Snapshot:  # noqa: ARG002
        """The facts as they are."""
        self._maybe_trouble()
        return Snapshot(dict(self.facts), self.problem)

    def carry_out(self, wish: Operation, *, key: str) -> Done:
        """Change the facts, unless trouble comes first."""
        self._maybe_trouble()
        self.keys.append((wish.name, key))
        self.secrets += [wish.secret] if wish.secret else []
        _CHANGES.get(wish.name, _nothing)(self.facts, wish)
        if wish.name in self.changes:
            self.changes[wish.name](self.facts, wish)
        if self.after_doing:
            raise self.after_doing.pop(0)
        return Done("done in memory")

    def undo(self, wish: Operation, *, before: Facts, key: str) -> Done:
        """Bring the facts back."""
        self._maybe_trouble()
        self.keys.append((f"undo {wish.name}", key))
        self.facts = dict(before)
        if self.after_doing:
            raise self.after_doing.pop(0)
        return Done("undone in memory")

    def check(self) -> str:
        """Always there."""
        return "a twin in memory"

    def _maybe_trouble(self) -> None:
        if self.trouble:
            raise self.trouble.pop(0)


def _nothing(_facts: dict[str, str | list[str]], _wish: Operation) -> None:
    pass


def _set(key: str, value: str) -> Callable[[dict[str, str | list[str]], Operation], None]:
    def change(facts: dict[str, str | list[str]], _wish: Operation) -> None:
        facts[key] = value

    return change


def _plan(facts: dict[str, str | list[str]], wish: Operation) -> None:
    facts["plan"] = wish.details["plan"]


_CHANGES = {
    "suspend_account": _set("suspended", "yes"),
    "unsuspend_account": _set("suspended", "no"),
    "change_plan": _plan,
    "create_mailbox": _set("mailbox", "present"),
    "delete_mailbox": _set("mailbox", "missing"),
    "add_domain": _set("domain", "present"),
    "delete_account": _set("account", "missing"),
}

MEMORY = MemoryPanel()
