"""What each role may do, as one table for people. `tests/test_powers.py` holds it to what the views say."""

from __future__ import annotations

from dataclasses import dataclass

from hostdesk.people.models import Role

EVERYBODY = frozenset(Role.values)
KEEPERS = frozenset({"supervisor", "admin"})
ADMIN = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class Power:
    """One thing that some roles may do; `addresses` are the names of the pages that do it."""

    words: str
    roles: frozenset[str]
    addresses: tuple[str, ...] = ()
    asks_again: bool = False


POWERS = (
    Power("Read and answer tickets, take the next one", EVERYBODY, ("tickets:ticket", "tickets:answer")),
    Power("See complaints", KEEPERS - ADMIN),
    Power("Read mails and their source", EVERYBODY, ("gateway:mail", "gateway:source")),
    Power("Plan shifts and exceptions from them", KEEPERS, ("schedule:plan", "schedule:changes")),
    Power("Look at customers and their contacts", EVERYBODY, ("people:customers", "people:customer")),
    Power("See who looked at a customer, and at what an agent looked", KEEPERS, ("people:looks",)),
    Power(
        "See who went before whom in the queue, and say which skills tickets need",
        KEEPERS,
        ("tickets:fairness", "tickets:skill"),
    ),
    Power("See how many people the coming week needs", KEEPERS, ("tickets:forecast",)),
    Power(
        "Add and remove contacts on a customer's behalf",
        KEEPERS,
        ("requests:staff_adds_contact", "requests:staff_removes_contact"),
        asks_again=True,
    ),
    Power(
        "Invite agents, reset a second step, deactivate",
        ADMIN,
        ("people:invite", "people:reset_second_step", "people:deactivate"),
        asks_again=True,
    ),
    Power("Change roles; make and end API tokens: only at the command line of the machine", frozenset()),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: a yes or no for each role, in the order of `Role`."""

    words: str
    asks_again: bool
    cells: tuple[bool, ...]


def table() -> list[Line]:
    """The table as it is shown."""
    return [
        Line(power.words, power.asks_again, tuple(role in power.roles for role in Role.values))
        for power in POWERS
    ]
