"""What customers do with a ticket: each address a noun, each a form that also works without scripts."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.people.access import contacts_only
from hostdesk.people.models import Contact
from hostdesk.people.requests import ClientRequest
from hostdesk.ports.outcomes import PortDown
from hostdesk.tickets.actions import closing, confirming, writing
from hostdesk.tickets.forms_client import ReplyForm
from hostdesk.tickets.models import Ticket
from hostdesk.tickets.queries.access import ticket_for_person, writing_contact
from hostdesk.tickets.views.client_new import instead_of_reply
from hostdesk.tickets.views.client_sent import FILES_NOT_KEPT, forget_draft
from hostdesk.tickets.views.client_ticket import show
from hostdesk.tickets.views.uploads import kept
from hostdesk.web import flash
from hostdesk.web.htmx import go


@require_POST
@contacts_only
def reply(request: ClientRequest, number: str) -> HttpResponse:
    """Add words and files; a refusal brings the page back with every word of it."""
    found, contact = _fetched(request, number)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return show(request, found, reply=form, status=422)
    given = form.cleaned_data
    try:
        added = writing.Addition(
            text=given["text"],
            files=kept(given["files"]),
            trust="proven",
            submission=given["submission"] or None,
        )
        writing.add_customer_message(found, added, contact=contact, by=contact.actor(), at=request.at)
    except PortDown:
        form.add_error("files", FILES_NOT_KEPT)
        return show(request, found, reply=form, status=503)
    except Refused:
        # The one thing that can still be wrong: the ticket has closed, and takes no more.
        return instead_of_reply(request, found, given["text"])
    flash.done(request, "Sent. We have it, and it is our turn.")
    return forget_draft(go(request, f"{_page(found)}#latest"), f"{request.person.pk}-{found.pk}")


@require_POST
@contacts_only
def resolution(request: ClientRequest, number: str) -> HttpResponse:
    """The customer says that it is solved."""
    found, contact = _fetched(request, number)
    closing.resolve_by_contact(found, by=contact.actor(), at=request.at)
    undo = reverse("tickets:client_reopening", args=[found.number])
    flash.done(request, "Good to hear. The ticket is marked as solved.", undo=undo)
    return go(request, _page(found))


@require_POST
@contacts_only
def reopening(request: ClientRequest, number: str) -> HttpResponse:
    """Open a solved ticket again."""
    found, contact = _fetched(request, number)
    try:
        closing.reopen(found, by=contact.actor(), at=request.at, cause="customer reopened")
    except Refused as refusal:
        flash.said_no(request, refusal)
    else:
        flash.done(request, "The ticket is open again, with all that was said.")
    return go(request, _page(found))


@require_POST
@contacts_only
def confirmation(request: ClientRequest, number: str) -> HttpResponse:
    """The person whose address stands on an unproven mail says whether it was theirs (contact.listed_sender)."""
    found, contact = _fetched(request, number)
    if request.POST.get("mine") == "yes":
        confirming.confirm(found, by=contact, at=request.at)
        flash.done(request, "Thank you. We know now that it was you.")
    elif request.POST.get("mine") == "no":
        confirming.disown(found, by=contact, at=request.at)
        flash.done(request, "Thank you for telling us. We treat that mail as written by somebody else.")
    else:
        raise Missing
    return go(request, _page(found))


def _fetched(request: ClientRequest, number: str) -> tuple[Ticket, Contact]:
    """The ticket, checked for this person, and as which of their contacts they act in it."""
    found = ticket_for_person(request.person, number)
    contact = writing_contact(request.person, found)
    if contact is None:
        raise Missing
    return found, contact


def _page(found: Ticket) -> str:
    return reverse("tickets:client_ticket", args=[found.number])
