"""Judgements of the room that no clause settles: who at the desk may do what. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MAY_RECORD_PAYMENT = frozenset({"billing", "supervisor", "admin"})
"""Roles of staff who note that a price was paid."""
_NOT_ANY_MORE = frozenset({"owner", "doing", "unclear", "done", "undone", "refused", "withdrawn", "expired"})


@dataclass(frozen=True, slots=True)
class AgentCan:
    """What one agent can do with a request now; the verbs check the same again."""

    approve: bool
    pay: bool
    begin: bool
    finish: bool
    refuse: bool

    @property
    def anything(self) -> bool:
        """Whether there is a button that brings it on."""
        return self.approve or self.pay or self.begin or self.finish


def agent_can(*, state: str, role: str, agent_id: int, said_by: Iterable[int]) -> AgentCan:
    """`said_by` are the agents who approved it: they neither say so twice nor carry it out.

    `state` is that of the request, or "owner" while the owner of an address is asked: then nobody at the desk has a part.
    """
    has_said = agent_id in set(said_by)
    return AgentCan(
        approve=state == "approval" and not has_said,
        pay=state == "payment" and role in MAY_RECORD_PAYMENT,
        begin=state == "ready" and not has_said,
        finish=state in ("doing", "unclear") and not has_said,
        refuse=state not in _NOT_ANY_MORE,
    )


@dataclass(frozen=True, slots=True)
class ContactCan:
    """What one contact can say to a request now; the verbs check the same again."""

    confirm: bool
    agree: bool
    accept_price: bool
    confirm_details: bool
    choose_password: bool
    stop: bool

    @property
    def anything(self) -> bool:
        """Whether there is a button for this contact."""
        say = self.confirm or self.agree or self.accept_price
        return say or self.confirm_details or self.choose_password or self.stop


CHOSEN_HERE = "reset_mailbox_password"
"""The operation whose password the contact chooses on the page of the request, signed in."""


def contact_can(
    *, state: str, operation: str, is_asker: bool, may_agree: bool, role: str, restricted_roles: Iterable[str]
) -> ContactCan:
    """`operation` is how the request is carried out; `may_agree`: this contact's yes would be the second one that counts."""
    return ContactCan(
        confirm=state == "confirm" and is_asker,
        agree=state == "second" and may_agree,
        accept_price=state == "price" and is_asker,
        confirm_details=state == "details" and is_asker,
        choose_password=state == "ready" and is_asker and operation == CHOSEN_HERE,
        stop=state not in _NOT_ANY_MORE and (is_asker or role in set(restricted_roles)),
    )
