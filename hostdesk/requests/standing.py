"""A request with everything that the rules look at, gathered in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Contact
from hostdesk.people.queries import contacts_by_account
from hostdesk.people.standing import contact_state
from hostdesk.policy import queries as policy
from hostdesk.policy.catalogue import FREE, RequestType
from hostdesk.policy.queries import Version
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.models import AdminRequest, Purpose


@dataclass(frozen=True)
class Case:
    """One request, the type it has in the policy version it was asked under, and that version."""

    request: AdminRequest
    kind: RequestType
    version: Version


def case_of(request: AdminRequest) -> Case:
    """The request with its type and the policy version that it keeps (scope.versions)."""
    version = policy.by_id(request.policy_version_id)
    return Case(request, kind_of(version, request.kind), version)


def cases_of(requests: Iterable[AdminRequest]) -> list[Case]:
    """`case_of` of many requests, asking once for each version."""
    listed = list(requests)
    versions = {pk: policy.by_id(pk) for pk in {request.policy_version_id for request in listed}}
    return [
        Case(request, kind_of(version, request.kind), version)
        for request in listed
        for version in [versions[request.policy_version_id]]
    ]


def kind_of(version: Version, key: str) -> RequestType:
    """A type of administrative request; refused when this version has none of that name, or none that can be asked for."""
    kind = version.catalogue.administrative.get(key)
    if kind is None or not kind.proof:
        raise Refused("contact.privileges", "There is no such request. Choose one of the list.")
    return kind


def price_of(kind: RequestType, version: Version) -> int:
    """What a request of this kind costs under a version, in cents; 0 for what is free."""
    if kind.price == FREE:
        return 0
    return int(version.document.figure(kind.price).value)  # type: ignore[arg-type]  # a price is a whole number of cents


def asking_of(case: Case, *, at: datetime) -> rules.Asking:
    """What is known of who asked, as of now: a contact removed since then has no role any more."""
    request = case.request
    given = {one.via for one in request.confirmations.all() if one.purpose == Purpose.FIRST and one.used_at}
    return rules.Asking(
        role=request.contact.role,
        channel=request.channel,  # type: ignore[arg-type]  # the table knows the three channels only
        contact_state=contact_state(request.contact, case.version.terms, at=at),
        trust=request.trust,
        signed_in=request.channel == "client" or "signed_in" in given,
        confirmed="link" in given,
        pin_spoken=request.channel == "phone" and "pin" in given,
    )


def progress_of(case: Case, *, at: datetime) -> rules.Progress:
    """How far the request has come, from its rows."""
    request = case.request
    return rules.Progress(
        is_proven=request.proven_at is not None,
        second_given=request.second_at is not None,
        price_accepted=request.price_accepted_at is not None,
        is_paid=hasattr(request, "payment"),
        # Of those who are still with us: one who was sent away says yes to nothing.
        approvals=sum(approval.yes and approval.agent.active for approval in request.approvals.all()),
        told_at=request.told_at,
        is_offpeak=case.version.terms.offpeak_hours.covers(at, zone()),
        not_before=last_day_ends(case),
    )


def last_day_ends(case: Case) -> datetime | None:
    """When the last day ends that the contact named; None when the kind asks for none, or none was named."""
    given = [case.request.details.get(detail.key) for detail in case.kind.details if detail.day == "coming"]
    days = [date.fromisoformat(day) for day in given if day]
    return datetime.combine(max(days) + timedelta(days=1), time.min, zone()) if days else None


def zone() -> ZoneInfo:
    """Where the clocks of off-peak hours hang."""
    return ZoneInfo(settings.TIME_ZONE)


def asked_twice(case: Case) -> bool:
    """Whether the second yes was asked of, or given by, whoever gave the first one, since nobody else may decide."""
    said = [one for one in case.request.confirmations.all() if one.purpose == Purpose.SECOND]
    return bool(said) and all(one.contact_id == case.request.contact_id for one in said)


def others_who_may_agree(case: Case) -> list[Contact]:
    """The other contacts of the account whose second yes would count, primary first."""
    request, terms = case.request, case.version.terms
    listed = contacts_by_account([request.account_id])[request.account_id]
    return [
        contact
        for contact in listed
        if contact.person_id != request.contact.person_id and contact.role in terms.restricted_roles
    ]
