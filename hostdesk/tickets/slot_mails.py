"""The mails about the time of larger work: to the contact, and to the agents whom it concerns (sla.offpeak).

None is held by a breaker: each stands for a press of a button, or for the end of one window, and can answer no mail.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from hostdesk.kit import moments
from hostdesk.kit.actors import Actor
from hostdesk.mail.actions import queue_once
from hostdesk.people.models import Agent
from hostdesk.people.queries import supervisors
from hostdesk.schedule.queries import on_duty
from hostdesk.tickets.mail_drafts import to_agent, to_contact
from hostdesk.tickets.models import Ticket, WindowBooking

WORK = {
    "modification": "a change to the server",
    "extensive": "extensive work",
    "testing": "testing",
    "research": "research",
}


def work_in_words(work: str) -> str:
    """A kind of work as people say it."""
    return WORK.get(work, work.replace("_", " "))


def proposal(ticket: Ticket, booking: WindowBooking, words: str, *, token: str, at: datetime) -> None:
    """Ask the contact whether this time suits, with the link behind which a button accepts it."""
    if ticket.contact is None or booking.answer_by is None:
        return
    zone = ZoneInfo(settings.TIME_ZONE)
    context = {
        "words": words,
        "work": work_in_words(booking.work),
        "when": _when(booking, at),
        "zone": settings.TIME_ZONE,
        "until": moments.day_and_time(booking.answer_by, zone, now=at),
        "accept": f"{settings.HOSTDESK_URL}{reverse('tickets:slot_by_link', args=[token])}",
        "policy_url": f"{settings.HOSTDESK_URL}/policy/{ticket.policy_slug}/#sla.offpeak",
    }
    about = f"slot:{booking.pk}:{booking.sequence}:proposal"
    queue_once(
        to_contact(
            ticket,
            ticket.contact,
            "slot_proposal",
            context,
            about=about,
            automatic=True,
            passes_breakers=True,
        ),
        at=at,
    )


def changed(
    ticket: Ticket,
    booking: WindowBooking,
    event: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    was: str = "",
) -> None:
    """Tell the contact and whoever has the ticket what became of its time; nobody is told of their own doing."""
    when = _when(booking, at)
    facts = {"when": when, "was": was, "reason": reason.rstrip(".")}
    about = f"slot:{booking.pk}:{booking.sequence}:{event}"
    if ticket.contact is not None and event in _TO_CONTACT:
        headline, sentence = (text.format_map(facts) for text in _TO_CONTACT[event])
        context = {
            "headline": headline,
            "sentence": sentence,
            "reason": "" if by.kind == "contact" else facts["reason"],
            "zone": settings.TIME_ZONE,
        }
        queue_once(
            to_contact(
                ticket,
                ticket.contact,
                "slot_news",
                context,
                about=about,
                automatic=True,
                passes_breakers=True,
            ),
            at=at,
        )
    for agent in _concerned(ticket, booking, event):
        if (by.kind, by.id) != ("agent", agent.pk):
            told = {"sentence": _TO_AGENT[event].format_map({**facts, "who": by.name})}
            to_agent(ticket, agent, "slot_told", told, about=about, at=at)


def given(ticket: Ticket, booking: WindowBooking, agent: Agent, *, at: datetime) -> None:
    """Tell an agent on duty that work whose window is open is theirs now. Clauses: sla.offpeak, channel.tickets."""
    about = f"slot:{booking.pk}:{booking.sequence}:given:{int(at.timestamp())}"
    told = {"sentence": _TO_AGENT["given"].format(when=_when(booking, at))}
    to_agent(ticket, agent, "slot_told", told, about=about, at=at)


def nobody_has_it(ticket: Ticket, booking: WindowBooking, *, at: datetime) -> None:
    """Tell whoever counts as on duty, and the supervisors, that nobody has work whose window is open."""
    agents = {one.pk: one for one in (*on_duty(at, team=ticket.team.slug), *supervisors())}
    about = f"slot:{booking.pk}:{booking.sequence}:unheld"
    told = {"sentence": _TO_AGENT["unheld"].format(when=_when(booking, at))}
    for pk in sorted(agents):
        to_agent(ticket, agents[pk], "slot_told", told, about=about, at=at)


def _concerned(ticket: Ticket, booking: WindowBooking, event: str) -> list[Agent]:
    """The holder and whoever proposed the time; of work that was not done the supervisors hear as well."""
    found = {one.pk: one for one in (ticket.assignee, booking.proposed_by) if one is not None and one.active}
    if event == "missed":
        found |= {one.pk: one for one in supervisors()}
    return [found[pk] for pk in sorted(found)]


def _when(booking: WindowBooking, at: datetime) -> str:
    zone = ZoneInfo(settings.TIME_ZONE)
    return moments.stretch(booking.window.begins_at, booking.window.ends_at, zone, now=at)


_TO_CONTACT = {
    "agreed": ("Agreed: {when}", "We do the work in this window, {when}, and tell you when it is done."),
    "moved": ("Moved to {when}", "We do the work {when} now; before it was {was}."),
    "given_up": (
        "No time is agreed any more",
        "The time {when} does not hold any more. Your ticket is with us again, at its old place.",
    ),
    "expired": (
        "The proposed time has passed to others",
        "We heard nothing about {when}, so the place was given back. Your ticket is with us again; we will propose another.",
    ),
    "missed": (
        "The work was not done in its window",
        "It was agreed for {when} and was not finished. We are sorry. Your ticket is first work again, and its clock runs.",
    ),
    "done": (
        "The work is done",
        "We did it in the window {when}. Please look whether all is as it should be, and say so on the ticket.",
    ),
    "verified": ("The work was checked", "What was done {when} was looked at a second time and is right."),
}
_TO_AGENT = {
    "agreed": "{who} agreed to {when}.",
    "moved": "{who} moved the work from {was} to {when}.",
    "given_up": "The time {when} was given up: {reason}. The ticket is our turn again.",
    "expired": "Nobody answered to the proposal of {when}. The place was given back, and the ticket is our turn again.",
    "missed": "The work agreed for {when} was not checked off. The ticket is back in the queue with its clock running.",
    "done": "{who} checked the work of {when} off. It wants a second look.",
    "verified": "{who} verified the work of {when}.",
    "not_right": "{who} says that the work of {when} is not right: {reason}.",
    "given": "The work agreed for {when} is yours: its window is open, and whoever had it is off duty.",
    "unheld": "The window {when} is open, and nobody on duty has the work agreed for it.",
    "offered": "The time {was} does not hold any more: {reason}. {when} was proposed to the customer instead.",
}
