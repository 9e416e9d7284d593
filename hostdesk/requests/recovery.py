"""A recovery with everything that the rules look at, gathered in one place, and how it is said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hostdesk.hosting.queries import account_of_domain, domains_of
from hostdesk.kit import addresses
from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import password as rules
from hostdesk.policy.rules.password import Approver, Recovering, Registered
from hostdesk.requests.models import Recovery, RegistrationRecord

DNS_LABEL = "_hostdesk-recovery"
FILE_PATH = "/.well-known/hostdesk-recovery.txt"
MARKS = {
    "redacted": "The registry does not show who owns the domain.",
    "private": "A privacy service stands in the place of the owner.",
    "many_addresses": "Several mail addresses are named.",
    "odd_address": "A mail address in it is none that we accept.",
}
"""What is said of an answer beside its doubts; none of it weighs, since an address in a registry proves nothing."""


@dataclass(frozen=True)
class RecoveryCase:
    """One recovery that found its account, with the policy version under which it was asked for."""

    recovery: Recovery
    version: Version


def case_of_recovery(recovery: Recovery) -> RecoveryCase:
    """The case of a recovery whose account is known; it keeps the version it was opened under (scope.versions)."""
    assert recovery.policy_version_id is not None, "only a recovery that found its account is a case"
    return RecoveryCase(recovery, policy.by_id(recovery.policy_version_id))


def registered_of(records: Iterable[RegistrationRecord]) -> Registered | None:
    """What the kept answers say when they are taken together, the worse of two counting; None without any."""
    said = [record.said for record in records]
    if not said:
        return None

    def moments(key: str) -> list[datetime]:
        return [datetime.fromisoformat(one[key]) for one in said if one.get(key)]

    registered, changed, ends = moments("registered_at"), moments("changed_at"), moments("expires_at")
    return Registered(
        registered_at=max(registered) if registered else None,
        changed_at=max(changed) if changed else None,
        expires_at=min(ends) if ends else None,
        marks=frozenset(mark for one in said for mark in one.get("marks", ())),
    )


def recovering_of(
    case: RecoveryCase, *, approvers: tuple[Approver, ...] | None = None, at: datetime
) -> Recovering:
    """How far a recovery has come, from its rows; `approvers` where they are not to be those who count now."""
    row = case.recovery
    assert row.account is not None, "a case has its account"
    found = rules.doubts(
        registered_of(row.records.all()),
        account_opened_at=row.account.created_at,
        terms=case.version.terms,
        at=at,
    )
    return Recovering(
        proof=row.proof,  # type: ignore[arg-type]  # the table knows these proofs only
        doubts=found,
        address_proven=row.address_proven_at is not None,
        approvers=approvers_of(row) if approvers is None else approvers,
        opened_by=row.opened_by_id,
        told_at=row.told_at,
    )


def approvers_of(recovery: Recovery) -> tuple[Approver, ...]:
    """Who said yes and is still with us, each in the lesser of the role of then and the role of now."""
    return tuple(
        Approver(one.agent_id, one.role if one.agent.role in rules.SUPERVISORS else one.agent.role)
        for one in recovery.approvals.all()
        if one.agent.active
    )


def approvers_then(recovery: Recovery) -> tuple[Approver, ...]:
    """Who had said yes, each in the role of then, whoever has left since."""
    return tuple(Approver(one.agent_id, one.role) for one in recovery.approvals.all())


def step_of(case: RecoveryCase, *, at: datetime) -> rules.Step:
    """The first thing that is missing."""
    return rules.recovery_step(recovering_of(case, at=at), case.version.terms, at=at)


def other_domains(recovery: Recovery) -> list[str]:
    """The other domains of the account: whoever owns one of several need not own the account."""
    assert recovery.account is not None, "a case has its account"
    return [name for name in domains_of(recovery.account) if name != recovery.domain]


def domain_named(typed: str) -> str | None:
    """The domain that somebody means by `https://www.acme.example/` or `acme.example`, as A-labels; None for what is none."""
    name = typed.strip().lower() if typed.isascii() else typed.strip()
    name = name.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return addresses.normalised_domain(name.removesuffix(".").removeprefix("www."))


def has_account(domain: str) -> bool:
    """Whether an open account has exactly this domain."""
    account = account_of_domain(domain)
    return account is not None and account.closed_at is None
