"""Opening, finishing, prolonging and ending sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Missing
from hostdesk.people import rules, seals
from hostdesk.people.models import Agent, Person, Session, Step

_KEEP_ENDED = timedelta(days=30)
_LONGEST_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a sign-in comes from: `address` and `network` as `people.clients` reads them."""

    address: str
    network: str
    user_agent: str
    on_this_machine: bool


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new or finished session; `token` is what the cookie carries and exists nowhere else."""

    token: str
    session: Session


def open_for_agent(agent: Agent, *, step: Step, browser: Browser, at: datetime) -> SignedIn:
    """A session of an agent; one that still waits for the second step lives a few minutes only."""
    expires_at = (
        rules.expiry(rules.AGENT_LIFE, created_at=at, seen_at=at)
        if step == Step.FULL
        else at + rules.HALF_SIGNED_IN_LIFE
    )
    teams = sorted(agent.memberships.values_list("team_id", flat=True))
    session = Session(agent=agent, step=step, expires_at=expires_at, team_ids=teams)
    session.proven_at = at if step == Step.FULL else None
    return _open(session, browser=browser, at=at)


def open_for_person(person: Person, *, browser: Browser, at: datetime) -> SignedIn:
    """A session of a contact's person."""
    expires_at = rules.expiry(rules.PERSON_LIFE, created_at=at, seen_at=at)
    return _open(Session(person=person, step=Step.FULL, expires_at=expires_at), browser=browser, at=at)


def _open(session: Session, *, browser: Browser, at: datetime) -> SignedIn:
    token = seals.new_token()
    session.token_sha256 = seals.fingerprint(token)
    session.created_at = session.last_seen_at = at
    session.client_address = browser.address
    session.user_agent = browser.user_agent[:_LONGEST_USER_AGENT].replace("\0", "")
    session.save(force_insert=True)
    return SignedIn(token, session)


def finish(session: Session, *, at: datetime) -> SignedIn:
    """The second step was taken: the session is whole and gets a new token. `Missing` when it has ended meanwhile."""
    token = seals.new_token()
    changed = Session.objects.alive(at).filter(pk=session.pk, step=Step.PASSWORD)
    expires_at = rules.expiry(rules.AGENT_LIFE, created_at=at, seen_at=at)
    if not changed.update(
        step=Step.FULL,
        token_sha256=seals.fingerprint(token),
        created_at=at,
        last_seen_at=at,
        proven_at=at,
        expires_at=expires_at,
    ):
        raise Missing
    return SignedIn(token, Session.objects.get(pk=session.pk))


def prove(session: Session, *, at: datetime) -> SignedIn:
    """The second step was given again: the session is proven anew and gets a new token. `Missing` when it has ended."""
    token = seals.new_token()
    same = Session.objects.alive(at).filter(pk=session.pk, step=Step.FULL, token_sha256=session.token_sha256)
    if not same.update(token_sha256=seals.fingerprint(token), proven_at=at):
        raise Missing
    return SignedIn(token, Session.objects.select_related("agent").get(pk=session.pk))


def touch(session: Session, *, at: datetime) -> bool:
    """Prolong a session that is in use, at most every few minutes; whether it was written."""
    if session.step != Step.FULL or at - session.last_seen_at < rules.SEEN_EVERY:
        return False
    life = rules.PERSON_LIFE if session.agent_id is None else rules.AGENT_LIFE
    expires_at = rules.expiry(life, created_at=session.created_at, seen_at=at)
    return bool(
        Session.objects.alive(at).filter(pk=session.pk).update(last_seen_at=at, expires_at=expires_at)
    )


def revoke(owner: Agent | Person, session_id: int, *, by: Actor, at: datetime) -> None:
    """End one session of this owner; `Missing` for another's. Ending it twice is no error."""
    whose = _of(owner)
    if not Session.objects.filter(whose, pk=session_id).exists():
        raise Missing
    if Session.objects.filter(whose, pk=session_id, revoked_at=None).update(revoked_at=at):
        note(_subject(owner), owner.pk, "session ended", by=by, at=at, facts={"session": session_id})


def revoke_all(owner: Agent | Person, *, at: datetime, keep: Session | None = None) -> int:
    """End every session of an owner but the one to `keep`; how many. The verb that calls it writes the history."""
    alive = Session.objects.filter(_of(owner), revoked_at=None)
    if keep is not None:
        alive = alive.exclude(pk=keep.pk)
    return alive.update(revoked_at=at)


def sweep(at: datetime) -> int:
    """Drop sessions that ended long ago; how many."""
    return Session.objects.filter(expires_at__lt=at - _KEEP_ENDED).delete()[0]


def _of(owner: Agent | Person) -> Q:
    return Q(agent=owner) if isinstance(owner, Agent) else Q(person=owner)


def _subject(owner: Agent | Person) -> str:
    return "agent" if isinstance(owner, Agent) else "person"
