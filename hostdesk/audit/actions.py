"""Writing history: always inside the transaction of the change that it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hostdesk.audit.inserting import insert_later
from hostdesk.audit.models import Decision, Entry, Look
from hostdesk.kit.actors import Actor

Fact = str | int | float | bool | None | list[str]


def note(
    subject_type: str,
    subject_id: int,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Add one event to the history of one thing."""
    note_all([Event(subject_type, subject_id, verb, facts or {})], by=by, at=at)


@dataclass(frozen=True)
class Event:
    """One event, for `note_all`."""

    subject_type: str
    subject_id: int
    verb: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def note_all(events: Iterable[Event], *, by: Actor, at: datetime) -> None:
    """Add several events in one statement."""
    insert_later(*(Entry(**_columns(event, by=by, at=at)) for event in events))


def _columns(event: Event, *, by: Actor, at: datetime) -> dict[str, object]:
    return {
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "verb": event.verb,
        "actor_kind": by.kind,
        "actor_id": by.id,
        "actor_name": by.name[:200],
        "at": at,
        "facts": dict(event.facts),
    }


_LOOK_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Seen:
    """What an agent is being shown, and in which browser or through which token."""

    agent_id: int
    agent_name: str
    session_id: int
    token_id: int
    kind: str
    thing_id: int
    words: str

    def slot(self, at: datetime) -> int:
        """The quarter of an hour in which the same look is one look."""
        return int(at.timestamp()) // _LOOK_SECONDS


def keep_look(seen: Seen, *, customer_id: int | None, at: datetime) -> None:
    """Keep that somebody looked; the same look in the same quarter of an hour is kept once, whoever keeps it."""
    look = Look(
        agent_id=seen.agent_id,
        agent_name=seen.agent_name,
        session_id=seen.session_id,
        token_id=seen.token_id,
        kind=seen.kind,
        thing_id=seen.thing_id,
        customer_id=customer_id,
        words=seen.words,
        slot=seen.slot(at),
        at=at,
    )
    Look.objects.bulk_create([look], ignore_conflicts=True)


@dataclass(frozen=True)
class Judgement:
    """An automatic judgement before it is recorded: clause, outcome in one word, the facts looked at."""

    clause: str
    outcome: str
    facts: Mapping[str, Fact] = field(default_factory=dict)


def decide(
    subject_type: str, subject_id: int, judgements: Iterable[Judgement], *, version_id: int, at: datetime
) -> None:
    """Record judgements made about one thing under one policy version, in one statement.

    Clause: scope.versions (the decision keeps the version it was made under).
    """
    insert_later(
        *(
            Decision(
                subject_type=subject_type,
                subject_id=subject_id,
                clause=judgement.clause,
                policy_version_id=version_id,
                outcome=judgement.outcome,
                facts=dict(judgement.facts),
                at=at,
            )
            for judgement in judgements
        )
    )
