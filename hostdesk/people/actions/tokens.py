"""Keys with which programs act for an agent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people import rules, seals
from hostdesk.people.models import Agent, ApiToken

# What a token may be limited to; more come with the writing half of the API.
SCOPES = ("tickets:read", "mails:read")
# Secret scanners know a leaked key by its beginning.
PREFIX = "hostdesk_"
_LONGEST_NAME = 100


@transaction.atomic
def create(
    agent: Agent,
    *,
    name: str,
    scopes: Sequence[str],
    by: Actor,
    at: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A new token; the secret is given here and never again. No scopes: all that the agent may read.

    Refused: an agent who has left, no name, a scope that does not exist.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    clean_name = " ".join(name.split())[:_LONGEST_NAME]
    if not agent.active:
        raise Refused("", f"{agent.name} has left and can have no token.")
    if not clean_name:
        raise Refused("", "Give the token a name that says what it is for.")
    if unknown:
        raise Refused("", f"There is no scope '{unknown[0]}'; choose among {', '.join(SCOPES)}.")
    secret = PREFIX + seals.new_token()
    token = ApiToken.objects.create(
        agent=agent,
        name=clean_name,
        token_sha256=seals.fingerprint(secret),
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=expires_at,
    )
    note("agent", agent.pk, "token created", by=by, at=at, facts={"token": token.pk, "name": clean_name})
    return secret


@transaction.atomic
def revoke(token_id: int, *, by: Actor, at: datetime) -> ApiToken:
    """End a token at once; ending it twice is no error. `Missing` when there is none."""
    token = ApiToken.objects.select_related("agent").filter(pk=token_id).first()
    if token is None:
        raise Missing(f"there is no token {token_id}")
    if ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=at):
        note("agent", token.agent_id, "token revoked", by=by, at=at, facts={"token": token_id})
    return token


def touch(token: ApiToken, *, at: datetime) -> bool:
    """Keep when a token was used last, at most every few minutes; whether it was written."""
    if token.last_used_at is not None and at - token.last_used_at < rules.SEEN_EVERY:
        return False
    return bool(ApiToken.objects.filter(pk=token.pk).update(last_used_at=at))
