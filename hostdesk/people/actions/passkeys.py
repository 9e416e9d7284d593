"""Passkeys of agents (WebAuthn): registering, signing in with one, naming, removing.

A ceremony has two halves. The first gives options for the browser and a ticket: the challenge, what it is for, which
session it belongs to and until when, signed, for a cookie. The second checks the browser's answer against the ticket.
A challenge is used up by the first answer, right or wrong. Which keys a person may have is nobody's business:
no attestation is asked for.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, transaction

from hostdesk.audit.actions import Fact, note
from hostdesk.kit.refusals import Refused
from hostdesk.people import queries, rules, seals
from hostdesk.people.actions import limits, second_step, sessions
from hostdesk.people.models import Agent, Passkey, Session, Step, UsedChallenge

if TYPE_CHECKING:
    from hostdesk.people import authenticators

Purpose = Literal["register", "second step", "sign in", "prove"]
NOT_THIS_ONE = "This passkey does not open the desk. Try another one, or another way to sign in."
TOO_OLD = "That took too long, or was sent twice. Please try once more."
NEEDS_A_NAME = "Passkeys need a desk that is reached by a name and TLS, or as localhost (HOSTDESK_URL)."
COPIED = "This passkey answered with a counter that went back: it may have been copied. Use another way, and remove it."
_LONGEST_ANSWER = 20_000
_SECRET_BYTES = 32
_TIMEOUT = int(rules.CHALLENGE_LIFE.total_seconds() * 1000)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """The first half: options as JSON for the browser, and the ticket that the second half wants back."""

    options: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey; recovery codes come with an agent's first second step, and are shown this once."""

    passkey: Passkey
    codes: list[str]


def are_possible() -> bool:
    """Whether browsers allow passkeys at this desk's address."""
    parts = urlsplit(settings.HOSTDESK_URL)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    return False


def begin_registration(agent: Agent, session: Session, *, issuer: str, at: datetime) -> Ceremony:
    """What a browser needs to make a new passkey for this agent. Refused where browsers allow none."""
    from hostdesk.people import authenticators

    _refuse_where_impossible()
    challenge = secrets.token_bytes(_SECRET_BYTES)
    options = authenticators.registration_options(
        _here(),
        issuer=issuer,
        handle=_handle_of(agent),
        email=agent.email,
        name=agent.name,
        challenge=challenge,
        timeout=_TIMEOUT,
        known=_ids_of(agent),
    )
    return Ceremony(options, _ticket(challenge, "register", session.pk, at=at))


def register(
    agent: Agent, session: Session, *, ticket: str, answer: str, name: str, at: datetime
) -> Registered:
    """Keep the passkey that the browser made.

    Refused: an answer to another challenge or from another address, a key that is registered already, too many.
    """
    from hostdesk.people import authenticators

    challenge = _use_ticket(ticket, "register", session.pk, at=at)
    try:
        made = authenticators.made(_sized(answer), challenge=challenge, here=_here())
    except ValueError as wrong:
        raise Refused("", "Your browser's answer could not be read. Please try once more.") from wrong
    with transaction.atomic():
        # The agent's row is held, so that two at once count each other, and so that one who has left gets none.
        held = Agent.objects.active().select_for_update().filter(pk=agent.pk).first()
        if held is None or held.passkeys.count() >= rules.MOST_PASSKEYS:
            raise Refused("", f"You have {rules.MOST_PASSKEYS} passkeys; remove one first.")
        is_first = not queries.has_second_step(held)
        try:
            with transaction.atomic():
                passkey = Passkey.objects.create(
                    agent=held,
                    name=_clean(name),
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    transports=made.transports,
                    synced=made.synced,
                    created_at=at,
                )
        except IntegrityError as known:
            raise Refused("", "This passkey is registered already.") from known
        facts: dict[str, Fact] = {"passkey": passkey.pk, "name": passkey.name}
        note("agent", agent.pk, "added a passkey", by=agent.actor(), at=at, facts=facts)
        return Registered(passkey, second_step.renew_recovery_codes(held) if is_first else [])


def begin_sign_in(*, at: datetime) -> Ceremony:
    """What a browser needs to sign somebody in who has not said who they are: a key that knows it, and a verified person."""
    return _begin_use("sign in", [], verified=True, session_id=0, at=at)


def begin_second_step(session: Session, *, at: datetime) -> Ceremony:
    """What a browser needs for the second step of this half signed-in session, or to prove a whole one anew."""
    assert session.agent is not None, "only agents have passkeys"
    purpose: Purpose = "prove" if session.step == Step.FULL else "second step"
    keys = _ids_of(session.agent)
    return _begin_use(purpose, keys, verified=False, session_id=session.pk, at=at)


def _begin_use(
    purpose: Purpose, keys: list[str], *, verified: bool, session_id: int, at: datetime
) -> Ceremony:
    from hostdesk.people import authenticators

    _refuse_where_impossible()
    challenge = secrets.token_bytes(_SECRET_BYTES)
    options = authenticators.request_options(
        _here(), challenge=challenge, timeout=_TIMEOUT, allowed=keys, verified=verified
    )
    return Ceremony(options, _ticket(challenge, purpose, session_id, at=at))


def sign_in(*, ticket: str, answer: str, browser: sessions.Browser, at: datetime) -> sessions.SignedIn:
    """Sign an agent in by passkey alone; the key has verified the person, by finger, face or PIN.

    Refused: what `use` refuses, and a demo agent away from this machine.
    """
    with limits.limited("passkey", whom=_id_in(answer), network=browser.network, at=at):
        passkey = use(None, ticket=ticket, answer=answer, purpose="sign in", session_id=0, at=at)
        agent = passkey.agent
        if agent.demo and not browser.on_this_machine:
            raise Refused("", "Demo agents sign in only from the machine on which the desk runs.")
    with transaction.atomic():
        signed_in = sessions.open_for_agent(agent, step=Step.FULL, browser=browser, at=at)
        facts: dict[str, Fact] = {"session": signed_in.session.pk, "passkey": passkey.pk}
        note("agent", agent.pk, "signed in", by=agent.actor(), at=at, facts=facts)
    return signed_in


def take(session: Session, *, ticket: str, answer: str, network: str, at: datetime) -> sessions.SignedIn:
    """Finish a half signed-in session with a passkey of its agent.

    Refused: what `use` refuses. Raises `TooOften`, and `Missing` for a session that ended.
    """
    agent = session.agent
    assert agent is not None, "only agents have passkeys"
    with limits.limited("code", whom=str(agent.pk), network=network, at=at):
        passkey = use(
            agent, ticket=ticket, answer=answer, purpose="second step", session_id=session.pk, at=at
        )
    with transaction.atomic():
        signed_in = sessions.finish(session, at=at)
        facts: dict[str, Fact] = {"session": session.pk, "passkey": passkey.pk}
        note("agent", agent.pk, "signed in", by=agent.actor(), at=at, facts=facts)
    return signed_in


def use(
    agent: Agent | None, *, ticket: str, answer: str, purpose: Purpose, session_id: int, at: datetime
) -> Passkey:
    """The passkey that answered, of this agent or, where nobody is named, of an active one; the caller counts the tries.

    Refused: another challenge, address, purpose or session; an unknown key or signature; a counter that went back.
    """
    from hostdesk.people import authenticators

    challenge = _use_ticket(ticket, purpose, session_id, at=at)
    try:
        signed = authenticators.signed(_sized(answer))
        passkey = _known(agent, signed.credential_id, signed.handle)
        counter = authenticators.counter_of(
            signed,
            challenge=challenge,
            here=_here(),
            public_key=bytes(passkey.public_key),
            verified=agent is None,
        )
    except ValueError as wrong:
        raise Refused("", NOT_THIS_ONE) from wrong
    counted = counter > passkey.sign_count or counter == passkey.sign_count == 0
    same = Passkey.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    if not counted or not same.update(sign_count=counter, last_used_at=at):
        facts: dict[str, Fact] = {
            "passkey": passkey.pk,
            "kept": passkey.sign_count,
            "given": counter,
        }
        note(
            "agent",
            passkey.agent_id,
            "passkey counter went back",
            by=passkey.agent.actor(),
            at=at,
            facts=facts,
        )
        raise Refused("", COPIED)
    return passkey


def _known(agent: Agent | None, credential_id: str, handle: str) -> Passkey:
    """The registered key of this id; refused when it is another agent's, or of one who has left."""
    keys = Passkey.objects.select_related("agent").filter(credential_id=credential_id, agent__active=True)
    passkey = keys.first()
    if passkey is None or (agent is not None and passkey.agent_id != agent.pk):
        raise Refused("", NOT_THIS_ONE)
    if handle != passkey.agent.passkey_handle and (handle or agent is None):
        raise Refused("", NOT_THIS_ONE)
    return passkey


@transaction.atomic
def rename(passkey: Passkey, *, name: str, at: datetime) -> None:
    """Call a passkey something else. Refused: no name."""
    clean = _clean(name)
    Passkey.objects.filter(pk=passkey.pk).update(name=clean)
    facts: dict[str, Fact] = {"passkey": passkey.pk, "name": clean}
    note("agent", passkey.agent_id, "renamed a passkey", by=passkey.agent.actor(), at=at, facts=facts)


@transaction.atomic
def remove(passkey: Passkey, *, at: datetime) -> None:
    """Forget a passkey of one's own.

    Refused: the last second step of a role that may sign in only with one.
    """
    agent = Agent.objects.select_for_update().get(pk=passkey.agent_id)
    is_last = agent.totp_confirmed_at is None and agent.passkeys.count() == 1
    if is_last and rules.needs_second_step(agent.role, demo=agent.demo):
        raise Refused(
            "", "This is your only second step. Set up an authenticator app or another passkey first."
        )
    agent.passkeys.filter(pk=passkey.pk).delete()
    facts: dict[str, Fact] = {"passkey": passkey.pk, "name": passkey.name}
    note("agent", agent.pk, "removed a passkey", by=agent.actor(), at=at, facts=facts)


def sweep(at: datetime) -> int:
    """Drop used challenges that nobody could use any more; how many."""
    return UsedChallenge.objects.filter(expires_at__lt=at).delete()[0]


def _ticket(challenge: bytes, purpose: Purpose, session_id: int, *, at: datetime) -> str:
    until = int((at + rules.CHALLENGE_LIFE).timestamp())
    return Signer(salt="people.passkeys").sign_object([_as_text(challenge), purpose, session_id, until])


def _use_ticket(ticket: str, purpose: Purpose, session_id: int, *, at: datetime) -> bytes:
    """The challenge of a ticket for this purpose and session, used up by this. Refused: any other, old or used."""
    try:
        challenge, given_for, given_to, until = Signer(salt="people.passkeys").unsign_object(ticket)
    except (BadSignature, ValueError) as wrong:
        raise Refused("", TOO_OLD) from wrong
    if (given_for, given_to) != (purpose, session_id) or until < at.timestamp():
        raise Refused("", TOO_OLD)
    used = UsedChallenge(sha256=seals.fingerprint(challenge), expires_at=at + 2 * rules.CHALLENGE_LIFE)
    try:
        with transaction.atomic():
            used.save(force_insert=True)
    except IntegrityError as twice:
        raise Refused("", TOO_OLD) from twice
    return base64.urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4))


def _handle_of(agent: Agent) -> str:
    """The agent's name among authenticators: made once, says nothing about the person."""
    if not agent.passkey_handle:
        new = _as_text(secrets.token_bytes(_SECRET_BYTES))
        Agent.objects.filter(pk=agent.pk, passkey_handle="").update(passkey_handle=new)
        agent.refresh_from_db(fields=["passkey_handle"])
    return agent.passkey_handle


def _ids_of(agent: Agent) -> list[str]:
    return [passkey.credential_id for passkey in queries.passkeys_of(agent)]


def _as_text(secret: bytes) -> str:
    """Base64url without padding, as WebAuthn writes bytes."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def _refuse_where_impossible() -> None:
    if not are_possible():
        raise Refused("", NEEDS_A_NAME)


def _here() -> authenticators.Here:
    from hostdesk.people import authenticators

    rp_id = urlsplit(settings.HOSTDESK_URL).hostname or "localhost"
    return authenticators.Here(rp_id, settings.HOSTDESK_URL)


def _id_in(answer: str) -> str:
    """The key that an answer names, for counting tries; nothing is believed yet."""
    try:
        # Encoded to see that it can be: half of a surrogate pair is no text that can be kept.
        return str(json.loads(_sized(answer)).get("id")).encode().decode()
    except (ValueError, AttributeError, RecursionError):
        return ""


def _sized(answer: str) -> str:
    if len(answer) > _LONGEST_ANSWER:
        raise ValueError("longer than any passkey's answer")
    return answer


def _clean(name: str) -> str:
    clean = " ".join(name.split())[:60]
    if not clean or not clean.isprintable():
        raise Refused("", "Give the passkey a name by which you will know it, such as the device it is on.")
    return clean
