"""The table "who may ask for what": every role, request, channel and proof with its outcome, worked out by the rule. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hostdesk.policy.catalogue import RequestType
from hostdesk.policy.rules import requests as rules
from hostdesk.policy.terms import Terms

ROLES: tuple[str | None, ...] = ("primary", "secondary", "authorised", None)
STATES: tuple[rules.ContactState, ...] = ("current", "out_of_date", "unverified", "removed")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking: a channel, and what proves there that the contact asks."""

    channel: rules.Channel
    proof: str
    trust: str = ""
    signed_in: bool = False
    confirmed: bool = False
    pin_spoken: bool = False

    def asking(self, role: str | None, state: rules.ContactState) -> rules.Asking:
        """The facts that the rule looks at when a contact of this role and state asks in this way."""
        return rules.Asking(
            role=role,
            channel=self.channel,
            contact_state=state,
            trust=self.trust,
            signed_in=self.signed_in,
            confirmed=self.confirmed,
            pin_spoken=self.pin_spoken,
        )


WAYS = (
    Way("client", "signed in", signed_in=True),
    Way("mail", "proven mail", trust="proven"),
    Way("mail", "plausible mail", trust="plausible"),
    Way("mail", "unproven mail", trust="unproven"),
    Way("mail", "forged mail", trust="forged"),
    Way("mail", "proven mail and button", trust="proven", confirmed=True),
    Way("mail", "unproven mail and button", trust="unproven", confirmed=True),
    Way("mail", "proven mail and signed in", trust="proven", signed_in=True),
    Way("phone", "no PIN"),
    Way("phone", "PIN spoken", pin_spoken=True),
    Way("phone", "no PIN, and button", confirmed=True),
    Way("phone", "PIN spoken, and button", pin_spoken=True, confirmed=True),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: who asks for what in which way, and what becomes of it; `role` is None for who is no contact."""

    kind: str
    role: str | None
    contact_state: str
    channel: str
    proof: str
    outcome: str
    clause: str
    sentence: str


def cells(
    kinds: Mapping[str, RequestType],
    terms: Terms,
    *,
    states: tuple[rules.ContactState, ...] = ("current",),
) -> Iterator[Cell]:
    """All cells in the order of the catalogue; who is no contact stands in no state but one."""
    for key, kind in kinds.items():
        for role, state, way in itertools.product(ROLES, states, WAYS):
            if role is not None or state == states[0]:
                asking = way.asking(role, state)
                verdict = rules.judge(asking, kind, terms)
                yield Cell(
                    kind=key,
                    role=role,
                    contact_state=state,
                    channel=way.channel,
                    proof=way.proof,
                    outcome=verdict.outcome,
                    clause=verdict.clause,
                    sentence=verdict.sentence,
                )
