"""Who may ask for what, as a page: for staff, and for contacts with their own role marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hostdesk.hosting.queries import policy_version_for
from hostdesk.people.access import agents_only, contacts_only
from hostdesk.people.models import Role
from hostdesk.people.queries import contacts_of_person
from hostdesk.people.requests import ClientRequest, DeskRequest
from hostdesk.policy import queries as policy
from hostdesk.policy.catalogue import RequestType
from hostdesk.policy.queries import Version
from hostdesk.requests import offers
from hostdesk.requests.staff_table import deeds
from hostdesk.requests.table import ROLES, cells

_PROOFS = {
    "signed_in": "signed in",
    "confirmed_mail": "mail and button",
    "believed_mail": "mail alone",
    "spoken_pin": "telephone and PIN",
}
_LISTED = tuple(role for role in ROLES if role is not None)


@dataclass(frozen=True, slots=True)
class Line:
    """One request: which roles may ask for it, what proves it, and what else it needs."""

    name: str
    roles: tuple[tuple[str, bool], ...]
    clause: str
    proofs: tuple[str, ...]
    needs: tuple[str, ...]


@require_safe
@agents_only
def for_agents(request: DeskRequest) -> HttpResponse:
    """The table of every policy in force, and what staff do under it."""
    versions = list(policy.newest())
    context = {
        "place": "requests",
        "tables": [(version, lines(version)) for version in versions],
        "desks": _desks(versions),
        "roles": _LISTED,
        "staff_roles": Role.choices,
        "my_role": request.agent.role,
    }
    return render(request, "requests/desk/who_may_ask.html", context)


@require_safe
@contacts_only
def for_contacts(request: ClientRequest) -> HttpResponse:
    """The tables under which the person's accounts are, with the roles that the person has."""
    mine = contacts_of_person(request.person)
    versions = {version.slug: version for version in (policy_version_for(one.account) for one in mine)}
    context = {
        "area": "requests",
        "tables": [(version, lines(version)) for version in versions.values()],
        "roles": _LISTED,
        "mine": mine,
        "my_roles": {one.role for one in mine},
    }
    return render(request, "requests/client/who_may_ask.html", context)


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One deed of staff: which roles may, by key and name, and what else is looked at."""

    name: str
    roles: tuple[tuple[str, str, bool], ...]
    besides: str


def _desks(versions: Sequence[Version]) -> list[tuple[str, list[StaffLine]]]:
    """What staff do, once for all policies under which it is the same, with their titles."""
    found: list[tuple[str, list[StaffLine]]] = []
    for version in versions:
        mine = staff_lines(version)
        place = next((place for place, (_, known) in enumerate(found) if known == mine), None)
        if place is None:
            found.append((version.title, mine))
        else:
            found[place] = (f"{found[place][0]}, {version.title}", mine)
    return found


def staff_lines(version: Version) -> list[StaffLine]:
    """One line a deed, from the same rules that the verbs ask."""
    found = deeds(Role.values, version.terms)
    return [
        StaffLine(one.name, tuple((role, name, one.may[role]) for role, name in Role.choices), one.besides)
        for one in found
    ]


def lines(version: Version) -> list[Line]:
    """One line a request, from the same cells that the command prints and the tests go through."""
    kinds = {key: kind for key, kind in version.catalogue.administrative.items() if kind.proof}
    may: dict[str, dict[str, bool]] = {key: {} for key in kinds}
    clauses: dict[str, str] = {}
    for cell in cells(kinds, version.terms):
        if cell.role is not None and cell.proof == "signed in":
            may[cell.kind][cell.role] = cell.outcome != "refused"
            clauses.setdefault(cell.kind, cell.clause)
    return [_line(kind, may[key], clauses[key], version) for key, kind in kinds.items()]


def _line(kind: RequestType, may: dict[str, bool], clause: str, version: Version) -> Line:
    told = offers.conditions(kind, version, others_can_agree=True)
    return Line(
        name=kind.name,
        roles=tuple(may.items()),
        clause=clause,
        proofs=tuple(_PROOFS[proof] for proof in kind.proof),
        needs=tuple(one.sentence for one in told if one.icon != "mail"),
    )
