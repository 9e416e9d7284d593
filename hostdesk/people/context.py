"""What stands above every page of the client area: details to confirm, a policy to read, an address that came home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hostdesk.hosting.queries import policy_slugs_for
from hostdesk.people import queries
from hostdesk.people.models import Contact, Person
from hostdesk.people.standing import doubt
from hostdesk.policy import queries as policy


@dataclass(frozen=True, slots=True)
class Notices:
    """`doubt`: why the details are out of date (age, bounces) or ""; `unread`: titles of policies that were not read, `changed`
    whether an earlier version was, `read_at` where to read it;
    `at_home`: contacts of the person whose secondary address lives with us; `may_change`: whether the person may change the
    list of contacts somewhere, and so their own details.
    """

    doubt: str = ""
    unread: tuple[str, ...] = ()
    changed: bool = False
    read_at: str = ""
    at_home: tuple[Contact, ...] = ()
    may_change: bool = False


def notices(request: HttpRequest) -> dict[str, Any]:  # `Any`: a template context
    """`notices` for templates, asked for only by pages that show them."""
    person = getattr(request, "person", None)
    if person is None:
        return {}
    return {"notices": SimpleLazyObject(lambda: notices_for(person, at=request.at))}  # type: ignore[attr-defined]


def notices_for(person: Person, *, at: datetime) -> Notices:
    """What this person is to be told now. Clauses: contact.current, scope.published, contact.off_server."""
    contacts = queries.contacts_of_person(person)
    if not contacts:
        return Notices()
    slugs = policy_slugs_for([contact.account_id for contact in contacts])
    versions = _in_force(slugs)
    by_slug = {version.slug: version for version in versions}
    is_read = queries.has_read_policy(person, [version.id for version in versions])
    changed = not is_read and queries.has_read_any_policy(person)
    return Notices(
        doubt=_doubt(contacts, {pk: by_slug[slug] for pk, slug in slugs.items()}, at=at),
        may_change=any(one.role in by_slug[slugs[one.account_id]].terms.restricted_roles for one in contacts),
        unread=() if is_read else tuple(version.title for version in versions),
        changed=changed,
        read_at="" if is_read else _where_to_read(versions, changed=changed),
        at_home=tuple(contact for contact in contacts if contact.lives_on and contact.role == "secondary"),
    )


def policies_of(person: Person) -> list[policy.Version]:
    """The policies in force for the accounts of a person. Clause: scope.published."""
    accounts = [contact.account_id for contact in queries.contacts_of_person(person)]
    return _in_force(policy_slugs_for(accounts)) if accounts else []


def _in_force(slugs: Mapping[int, str]) -> list[policy.Version]:
    return [version for version in policy.newest() if version.slug in slugs.values()]


def _where_to_read(versions: Sequence[policy.Version], *, changed: bool) -> str:
    """The one policy, or what is new in it; the list where there are several."""
    if len(versions) != 1:
        return "/policy/"
    one = versions[0]
    return (
        f"/policy/{one.slug}/{one.number}/changes/" if changed and one.number > 1 else f"/policy/{one.slug}/"
    )


def _doubt(contacts: Sequence[Contact], versions: dict[int, policy.Version], *, at: datetime) -> str:
    found = [doubt(one, versions[one.account_id].terms, at=at) for one in contacts]
    return "bounces" if "bounces" in found else "age" if "age" in found else ""
