"""Contacts of a customer's accounts, listed and removed by those of our staff who may."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.hosting import queries as hosting
from hostdesk.kit.refusals import Refused
from hostdesk.people import forms, queries
from hostdesk.people.access import agents_only, recently_proven
from hostdesk.people.models import ContactRole
from hostdesk.people.powers import KEEPERS
from hostdesk.people.requests import DeskRequest
from hostdesk.people.views.answers import refuse
from hostdesk.people.views.desk import customer_page
from hostdesk.requests.actions import contacts_by_staff


@require_POST
@agents_only(roles=KEEPERS)
@recently_proven
def add(request: DeskRequest, customer_id: int) -> HttpResponse:
    """List a contact on one of the customer's accounts."""
    form = forms.NewContact(request.POST)

    def page(status: int) -> HttpResponse:
        return customer_page(request, customer_id, form, status)

    if not form.is_valid():
        return page(422)
    facts = dict(form.cleaned_data)
    account = hosting.account_of_customer(customer_id, facts.pop("account"))
    try:
        made, ticket = contacts_by_staff.add(account, **facts, by=request.agent, at=request.at)
    except Refused as refusal:
        return refuse(form, refusal, page)
    said = f"{made.person.name} is a contact of account {account.username} now. It stands on ticket {ticket.number}."
    messages.success(request, said)
    return HttpResponseRedirect(reverse("people:customer", args=[customer_id]), status=303)


@require_POST
@agents_only(roles=KEEPERS)
@recently_proven
def remove(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Take a contact off an account's list."""
    contact = queries.contact_of_customer(customer_id, contact_id)
    why = " ".join(request.POST.get("why", "").replace("\0", "").split())[:150]
    try:
        ticket = contacts_by_staff.remove(contact, why=why, by=request.agent, at=request.at)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return HttpResponseRedirect(reverse("people:customer", args=[customer_id]), status=303)
    username = contact.account.username
    said = f"{contact.person.name} is no contact of account {username} any more. It stands on ticket {ticket.number}."
    if contact.role == ContactRole.PRIMARY:
        said = f"{said} The account has no primary contact now: list one."
    messages.success(request, said)
    return HttpResponseRedirect(reverse("people:customer", args=[customer_id]), status=303)
