"""Agents: adding, inviting, signing in, changing, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from hostdesk.audit.actions import note
from hostdesk.kit import addresses
from hostdesk.kit.actors import Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people import mails, passwords, queries, rules, seals
from hostdesk.people.actions import limits, second_step, sessions
from hostdesk.people.models import Agent, Membership, Passkey, Role, Step, Team

WRONG = "Address and password do not fit together. Check both, or ask an administrator for a new invitation."
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An agent just added; `invitation` is the secret of the link with which the first password is set."""

    agent: Agent
    invitation: str | None


@transaction.atomic
def add(
    email: str,
    *,
    name: str,
    role: str,
    by: Actor,
    at: datetime,
    password: str | None = None,
    demo: bool = False,
) -> NewAgent:
    """Add a member of staff: with a password, or with an invitation to set one.

    Everybody joins Support, supervisors also Supervisors.
    Refused: what is no address, an address that an agent has already, no name, an unknown role, a weak password.
    """
    address = addresses.normalised(email)
    clean_name = " ".join(name.split())
    if address is None:
        raise Refused(
            "", f"'{email}' is not a mail address as we keep them: plain letters, such as ann@example.com."
        )
    if not clean_name or len(clean_name) > _LONGEST_NAME or not clean_name.isprintable():
        raise Refused("", "Give the person's name as it is to be shown.")
    if role not in Role.values:
        raise Refused("", f"There is no role '{role}'; choose one of {', '.join(Role.values)}.")
    if Agent.objects.filter(email=address).exists():
        raise Refused("", f"There is an agent with the address {address} already.")
    kept = passwords.hashed(password, email=address) if password is not None else ""
    agent = Agent.objects.create(
        email=address, name=clean_name, role=role, password=kept, demo=demo, created_at=at
    )
    _join(agent, rules.teams_of_role(role))
    note("agent", agent.pk, "added", by=by, at=at, facts={"role": role, "demo": demo})
    return NewAgent(agent, _renew_invitation(agent, at=at) if password is None else None)


@transaction.atomic
def add_and_write(email: str, *, name: str, role: str, by: Actor, at: datetime) -> Agent:
    """`add`, with the invitation mailed to the new agent."""
    new = add(email, name=name, role=role, by=by, at=at)
    assert new.invitation is not None, "an agent without password is always invited"
    mails.invitation(new.agent, token=new.invitation, at=at)
    return new.agent


@transaction.atomic
def invite(agent: Agent, *, by: Actor, at: datetime) -> str:
    """A new invitation, which ends any earlier one; the old password works until it is used.

    Refused: an agent who has left.
    """
    agent = Agent.objects.select_for_update().get(pk=agent.pk)
    if not agent.active:
        raise Refused("", f"{agent.name} has left; nobody can be invited under this address.")
    token = _renew_invitation(agent, at=at)
    note("agent", agent.pk, "invited", by=by, at=at)
    return token


@transaction.atomic
def invite_and_write(agent: Agent, *, by: Actor, at: datetime) -> None:
    """`invite`, with the link mailed."""
    mails.invitation(agent, token=invite(agent, by=by, at=at), at=at)


def invited(token: str, *, at: datetime) -> Agent | None:
    """Whose invitation this is, while it is good."""
    return _open_invitations(token, at).first() if token else None


def accept_invitation(token: str, *, password: str, at: datetime) -> Agent:
    """Set the password that the invitation is for; it is used up, and every session of the agent ends.

    Wrong tries at the old password are forgotten.
    Refused: an invitation that is used, too old or unknown; a weak password, after which it still can be used.
    """
    agent = invited(token, at=at)
    if agent is None:
        raise Refused("", "This invitation has been used or is too old. Ask an administrator for a new one.")
    kept = passwords.hashed(password, email=agent.email)
    with transaction.atomic():
        if not _open_invitations(token, at).update(password=kept, invite_sha256=None, invite_expires_at=None):
            raise Refused(
                "", "This invitation has just been used. Sign in, or ask an administrator for a new one."
            )
        sessions.revoke_all(agent, at=at)
        limits.forgive("agent", whom=agent.email)
        note("agent", agent.pk, "set a password by invitation", by=agent.actor(), at=at)
    agent.refresh_from_db()
    return agent


def sign_in(email: str, password: str, *, browser: sessions.Browser, at: datetime) -> sessions.SignedIn:
    """First step of an agent: a session that is whole, or waits for the second step (`session.step`).

    A second step waits when the agent has one, or must set one up now.
    Refused in one sentence, and after the same time: unknown, wrong, left. Raises `TooOften`.
    Refused apart, but only to who knows the password: a demo agent away from this machine.
    """
    address = addresses.normalised(email)
    with limits.password_try("agent", address or email.lower(), network=browser.network, at=at):
        agent = Agent.objects.active().filter(email=address).first() if address else None
        # Outside of any transaction: hashing takes long, and nobody must wait for it.
        if not passwords.matches(password, agent.password if agent else "") or agent is None:
            raise Refused("", WRONG)
        if agent.demo and not browser.on_this_machine:
            raise Refused("", "Demo agents sign in only from the machine on which the desk runs.")
    with transaction.atomic():
        step = _next_step(agent)
        signed_in = sessions.open_for_agent(agent, step=step, browser=browser, at=at)
        verb = "signed in" if step == Step.FULL else "gave the password"
        note("agent", agent.pk, verb, by=agent.actor(), at=at, facts={"session": signed_in.session.pk})
    return signed_in


def _next_step(agent: Agent) -> Step:
    if not agent.demo and queries.has_second_step(agent):
        return Step.PASSWORD
    if rules.needs_second_step(agent.role, demo=agent.demo):
        second_step.begin(agent)
        return Step.PASSWORD
    return Step.FULL


def change_password(
    agent: Agent, *, current: str, new: str, browser: sessions.Browser, keep: int, at: datetime
) -> None:
    """Change one's own password; all other sessions end, only the one with the key `keep` stays.

    Refused: a wrong current password, a weak new one. Raises `TooOften`.
    """
    with limits.password_try("agent", agent.email, network=browser.network, at=at):
        if not passwords.matches(current, agent.password):
            raise Refused("", "That is not your current password.")
    kept = passwords.hashed(new, email=agent.email)
    with transaction.atomic():
        Agent.objects.filter(pk=agent.pk).update(password=kept)
        agent.sessions.filter(revoked_at=None).exclude(pk=keep).update(revoked_at=at)
        mails.agent_password_changed(agent, at=at)
        note("agent", agent.pk, "changed the password", by=agent.actor(), at=at)


@transaction.atomic
def deactivate(agent: Agent, *, by: Actor, at: datetime) -> None:
    """The agent has left: sessions end now, API tokens, passkeys and the invitation are dead.

    Refused: oneself, and the last administrator, for then nobody could add one.
    """
    agent = _locked_beside_admins(agent)
    if by.kind == "agent" and by.id == agent.pk:
        raise Refused("", "You cannot deactivate yourself; another administrator can.")
    if agent.active and _is_last_admin(agent):
        raise Refused("", f"{agent.name} is the last administrator; add another one first.")
    Agent.objects.filter(pk=agent.pk).update(active=False, invite_sha256=None, invite_expires_at=None)
    agent.api_tokens.filter(revoked_at=None).update(revoked_at=at)
    Passkey.objects.filter(agent=agent).delete()
    sessions.revoke_all(agent, at=at)
    note("agent", agent.pk, "deactivated", by=by, at=at)


@transaction.atomic
def change_role(agent: Agent, *, role: str, by: Actor, at: datetime) -> None:
    """Give an agent another role: joins and leaves teams with it, and every session ends, so that no old right lasts.

    Refused: an unknown role, somebody who has left, and taking the role from the last administrator.
    """
    agent = _locked_beside_admins(agent)
    if not agent.active:
        raise Refused("", f"{agent.name} has left.")
    if role not in Role.values:
        raise Refused("", f"There is no role '{role}'; choose one of {', '.join(Role.values)}.")
    if role == agent.role:
        return
    if _is_last_admin(agent):
        raise Refused("", f"{agent.name} is the last administrator; add another one first.")
    Agent.objects.filter(pk=agent.pk).update(role=role)
    lost = set(rules.teams_of_role(agent.role)) - set(rules.teams_of_role(role))
    agent.memberships.filter(team__slug__in=lost).delete()
    _join(agent, rules.teams_of_role(role))
    sessions.revoke_all(agent, at=at)
    note("agent", agent.pk, "changed role", by=by, at=at, facts={"from": agent.role, "to": role})


def _locked_beside_admins(agent: Agent) -> Agent:
    """The agent as it is now, locked with all administrators, always in the same order.

    Two who send each other away would otherwise each hold their own row and wait for the other's.
    """
    rows = Agent.objects.select_for_update().filter(Q(pk=agent.pk) | Q(role=Role.ADMIN)).order_by("pk")
    return next(row for row in rows if row.pk == agent.pk)


def _is_last_admin(agent: Agent) -> bool:
    admins = Agent.objects.active().filter(role=Role.ADMIN)
    return agent.role == Role.ADMIN and [admin.pk for admin in admins] == [agent.pk]


def _join(agent: Agent, slugs: Sequence[str]) -> None:
    teams = Team.objects.filter(slug__in=slugs)
    Membership.objects.bulk_create(
        [Membership(agent=agent, team=team) for team in teams], ignore_conflicts=True
    )


def _renew_invitation(agent: Agent, *, at: datetime) -> str:
    token = seals.new_token()
    Agent.objects.filter(pk=agent.pk).update(
        invite_sha256=seals.fingerprint(token), invite_expires_at=at + rules.INVITATION_LIFE
    )
    return token


def _open_invitations(token: str, at: datetime) -> QuerySet[Agent]:
    return Agent.objects.active().filter(invite_sha256=seals.fingerprint(token), invite_expires_at__gt=at)
