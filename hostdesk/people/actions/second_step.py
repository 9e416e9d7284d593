"""The second step of an agent's sign-in: a code that a telephone shows (RFC 6238), or a recovery code."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from django.db import transaction

from hostdesk.audit.actions import note
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Misconfigured, Refused
from hostdesk.people import mails, queries, rules, seals
from hostdesk.people.actions import limits, sessions
from hostdesk.people.models import Agent, Passkey, RecoveryCode, Session

WRONG_CODE = (
    "That code is not right. It changes every half minute, and each works only once: wait for the next one."
)
# Without the letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_CODE_LETTERS = 16


def begin(agent: Agent) -> None:
    """Make a secret for an agent who has none confirmed; one already made and shown stays."""
    if agent.totp_confirmed_at is None and not (agent.totp_secret and seals.unseal(agent.totp_secret)):
        agent.totp_secret = seals.seal(pyotp.random_base32())
        Agent.objects.filter(pk=agent.pk, totp_confirmed_at=None).update(totp_secret=agent.totp_secret)


def address_for_app(agent: Agent, *, issuer: str) -> str:
    """The `otpauth://` address that goes into the picture. Refused once the second step is confirmed."""
    return pyotp.TOTP(secret_to_show(agent)).provisioning_uri(name=agent.email, issuer_name=issuer)


def secret_to_show(agent: Agent) -> str:
    """The secret while it is being set up; never again afterwards."""
    if agent.totp_confirmed_at is not None or not agent.totp_secret:
        raise Refused("", "The second step is set up already. An administrator can reset it.")
    return _secret_of(agent)


def confirm(agent: Agent, code: str, *, network: str, at: datetime) -> list[str]:
    """The first right code switches the second step on; gives the recovery codes, which are shown this once.

    Refused: a wrong code, and when it is on already. Raises `TooOften`.
    """
    secret_to_show(agent)
    with limits.limited("code", whom=str(agent.pk), network=network, at=at), transaction.atomic():
        _use_step(agent, code, at=at)
        if not Agent.objects.filter(pk=agent.pk, totp_confirmed_at=None).update(totp_confirmed_at=at):
            raise Refused("", "The second step is set up already.")
        codes = renew_recovery_codes(agent)
        note("agent", agent.pk, "set up the second step", by=agent.actor(), at=at)
    return codes


def renew_recovery_codes(agent: Agent) -> list[str]:
    """New recovery codes, which are shown this once; those before are worth nothing any more."""
    agent.recovery_codes.all().delete()
    codes = [_new_code() for _ in range(rules.RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(agent=agent, code_sha256=seals.fingerprint(_letters(code))) for code in codes]
    )
    return codes


def take(session: Session, code: str, *, network: str, at: datetime) -> sessions.SignedIn:
    """Finish a sign-in with the code of the moment, or with a recovery code.

    Refused: a code that is wrong or was used before. Raises `TooOften`, and `Missing` for a session that ended.
    """
    agent = session.agent
    assert agent is not None, "only agents have a second step"
    with limits.limited("code", whom=str(agent.pk), network=network, at=at), transaction.atomic():
        use(agent, code, at=at)
        signed_in = sessions.finish(session, at=at)
        note("agent", agent.pk, "signed in", by=agent.actor(), at=at, facts={"session": session.pk})
    return signed_in


def use(agent: Agent, code: str, *, at: datetime) -> None:
    """Use up the code of the moment, or a recovery code; the caller counts the tries. Refused: a wrong or used one."""
    if not queries.has_second_step(agent):
        raise Refused("", "Set up the second step first.")
    if len(_letters(code)) == _CODE_LETTERS:
        _use_recovery_code(agent, code, at=at)
    elif agent.totp_confirmed_at is None:
        raise Refused("", "You have no authenticator app set up: use a passkey or a recovery code.")
    else:
        _use_step(agent, code, at=at)


@transaction.atomic
def reset(agent: Agent, *, by: Actor, at: datetime) -> None:
    """Forget app, passkeys and codes, for an agent who lost them; every session ends, and the agent is told."""
    Agent.objects.filter(pk=agent.pk).update(totp_secret="", totp_confirmed_at=None)
    Passkey.objects.filter(agent=agent).delete()
    agent.recovery_codes.all().delete()
    sessions.revoke_all(agent, at=at)
    mails.second_step_reset(agent, at=at)
    note("agent", agent.pk, "second step reset", by=by, at=at)


def _use_step(agent: Agent, code: str, *, at: datetime) -> None:
    """Use up the half minute that the code belongs to; one step early or late is forgiven, twice the same never."""
    totp = pyotp.TOTP(_secret_of(agent))
    given = "".join(code.split())
    now = int(at.timestamp()) // rules.TOTP_STEP_SECONDS
    fitting = [
        step
        for step in (now - 1, now, now + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode())
    ]
    if not fitting or not Agent.objects.filter(pk=agent.pk, totp_last_step__lt=fitting[0]).update(
        totp_last_step=fitting[0]
    ):
        raise Refused("", WRONG_CODE)


def _use_recovery_code(agent: Agent, code: str, *, at: datetime) -> None:
    unused = agent.recovery_codes.filter(code_sha256=seals.fingerprint(_letters(code)), used_at=None)
    if not unused.update(used_at=at):
        raise Refused(
            "", "That recovery code is not right, or was used before. Try the next one on your list."
        )
    note("agent", agent.pk, "used a recovery code", by=agent.actor(), at=at)


def _secret_of(agent: Agent) -> str:
    secret = seals.unseal(agent.totp_secret)
    if secret is None:
        raise Misconfigured(
            "HOSTDESK_SECRET_KEY", "has changed, so second steps must be reset: hostdesk agents reset-totp"
        )
    return secret


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LETTERS))
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LETTERS, 4))


def _letters(code: str) -> str:
    return "".join(code.lower().replace("-", "").split())
