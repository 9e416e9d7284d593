"""Requests as lines of a list, and the keys that addresses of lists carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse

from hostdesk.policy import queries as policy
from hostdesk.policy.queries import Version
from hostdesk.requests import run_words, words
from hostdesk.requests.models import AdminRequest
from hostdesk.web.keys import key_of


@dataclass(frozen=True, slots=True)
class Row:
    """One request in a list, ready to show."""

    request: AdminRequest
    address: str
    name: str
    about: str
    asker: str
    role: str
    account: str
    customer: str
    number: str
    brief: str
    tone: str
    at: datetime


def rows(found: Iterable[AdminRequest], url_name: str) -> list[Row]:
    """Requests as lines; `url_name` is the page of one."""
    listed = list(found)
    versions = {pk: policy.by_id(pk) for pk in {request.policy_version_id for request in listed}}
    unclear = [request for request in listed if request.state == "unclear"]
    if unclear:
        prefetch_related_objects(unclear, "runs")
    return [_row(request, versions[request.policy_version_id], url_name) for request in listed]


def _row(request: AdminRequest, version: Version, url_name: str) -> Row:
    kind = version.catalogue.types.get(request.kind)
    state = run_words.state_shown(request)
    return Row(
        request=request,
        address=reverse(url_name, args=[request.pk]),
        name=kind.name if kind else request.kind.replace("_", " "),
        about=_about(request),
        asker=request.contact.person.name,
        role=request.contact.role,
        account=request.account.username,
        customer=request.account.customer.name,
        number=request.ticket.number,
        brief=words.brief(request, state),
        tone=words.tone(request, state),
        at=request.asked_at,
    )


_TELLING = ("mailbox", "domain", "user", "database", "plan", "new_owner", "what")


def _about(request: AdminRequest) -> str:
    """What tells a request from others of its kind: the mailbox, the domain."""
    return next((str(request.details[key]) for key in _TELLING if request.details.get(key)), "")


def key_in(request: HttpRequest, name: str) -> int | None:
    """A row's key from the address; None when there is none, or nothing that could be one."""
    return key_of(request.GET.get(name, ""))
