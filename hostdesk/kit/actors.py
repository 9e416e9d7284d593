"""Who does something: handed to every verb as `by`, written into every history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["agent", "contact", "system", "operator"]


@dataclass(frozen=True, slots=True)
class Actor:
    """One doer.

    `id` is the key of the Agent or Contact row; None for the system itself and for the operator at the command line.
    """

    kind: ActorKind
    id: int | None
    name: str


SYSTEM = Actor("system", None, "hostdesk")
OPERATOR = Actor("operator", None, "command line")
