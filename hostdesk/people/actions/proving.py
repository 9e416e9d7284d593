"""An agent shows again who is there, before something dangerous: by second step, or by password where there is none."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.refusals import Refused
from hostdesk.people import passwords, queries
from hostdesk.people.actions import limits, passkeys, second_step, sessions
from hostdesk.people.models import Agent, Session


def by_code(session: Session, code: str, *, network: str, at: datetime) -> sessions.SignedIn:
    """With the code of the moment, or a recovery code. Refused: a wrong or used one. Raises `TooOften`, `Missing`."""
    agent = _agent_of(session)
    with limits.limited("code", whom=str(agent.pk), network=network, at=at), transaction.atomic():
        second_step.use(agent, code, at=at)
        return _proven(session, by="code", at=at)


def by_passkey(
    session: Session, *, ticket: str, answer: str, network: str, at: datetime
) -> sessions.SignedIn:
    """With a passkey of the agent. Refused: what `passkeys.use` refuses. Raises `TooOften`, `Missing`."""
    agent = _agent_of(session)
    with limits.limited("code", whom=str(agent.pk), network=network, at=at):
        passkeys.use(agent, ticket=ticket, answer=answer, purpose="prove", session_id=session.pk, at=at)
    with transaction.atomic():
        return _proven(session, by="passkey", at=at)


def by_password(session: Session, password: str, *, network: str, at: datetime) -> sessions.SignedIn:
    """With the password, for an agent who has no second step and for demo agents.

    Refused: a wrong one, and an agent who has a second step. Raises `TooOften`, `Missing`.
    """
    agent = _agent_of(session)
    if not is_by_password(agent):
        raise Refused("", "Show your second step; the password alone is not enough here.")
    with limits.password_try("agent", agent.email, network=network, at=at):
        # Outside of any transaction: hashing takes long, and nobody must wait for it.
        if not passwords.matches(password, agent.password):
            raise Refused("", "That is not your password.")
    with transaction.atomic():
        return _proven(session, by="password", at=at)


def is_by_password(agent: Agent) -> bool:
    """Whether the password is all that this agent can show."""
    return agent.demo or not queries.has_second_step(agent)


def _proven(session: Session, *, by: str, at: datetime) -> sessions.SignedIn:
    agent = _agent_of(session)
    signed_in = sessions.prove(session, at=at)
    note(
        "agent",
        agent.pk,
        "showed again who they are",
        by=agent.actor(),
        at=at,
        facts={"session": session.pk, "by": by},
    )
    return signed_in


def _agent_of(session: Session) -> Agent:
    assert session.agent is not None, "only agents prove who they are"
    return session.agent
