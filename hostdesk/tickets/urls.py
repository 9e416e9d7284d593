"""Addresses of tickets: the desk's verbs are nouns."""

from __future__ import annotations

from django.urls import path

from hostdesk.tickets.urls_client import CLIENT
from hostdesk.tickets.urls_slots import SLOTS
from hostdesk.tickets.views import (
    desk_breaches,
    desk_consults,
    desk_delays,
    desk_fairness,
    desk_forecast,
    desk_handling,
    desk_ledger,
    desk_lists,
    desk_shift,
    desk_ticket,
    desk_verbs,
)

app_name = "tickets"

_DESK = [
    path("desk/", desk_lists.home, name="desk"),
    path("desk/queue", desk_lists.queue, name="queue"),
    path("desk/queue/news", desk_lists.queue_news, name="queue_news"),
    path("desk/queue/unserved", desk_lists.unserved, name="unserved"),
    path("desk/queue/next", desk_lists.take_next, name="take_next"),
    path("desk/mine", desk_lists.mine, name="mine"),
    path("desk/breaches/", desk_breaches.listed, name="breaches"),
    path("desk/breaches/<int:pk>/reason", desk_breaches.reason, name="breach_reason"),
    path("desk/fairness/", desk_fairness.shown, name="fairness"),
    path("desk/skills/", desk_fairness.skill_list, name="skills_page"),
    path("desk/skills/<int:pk>", desk_fairness.skill, name="skill"),
    path("desk/skills/<int:pk>/removal", desk_fairness.skill_removal, name="skill_removal"),
    path("desk/forecast/", desk_forecast.shown, name="forecast"),
    path("desk/tickets/", desk_lists.listed, name="all"),
    path("desk/tickets/<slug:number>", desk_ticket.ticket, name="ticket"),
    path("desk/tickets/<slug:number>/answer", desk_verbs.answer, name="answer"),
    path("desk/tickets/<slug:number>/note", desk_verbs.note, name="note"),
    path("desk/tickets/<slug:number>/reading", desk_verbs.reading, name="reading"),
    path("desk/tickets/<slug:number>/draft", desk_verbs.draft, name="draft"),
    path("desk/tickets/<slug:number>/presence", desk_ticket.presence, name="presence"),
    path("desk/tickets/<slug:number>/assignment", desk_verbs.assignment, name="assignment"),
    path("desk/tickets/<slug:number>/handling", desk_handling.panel, name="handling"),
    path("desk/tickets/<slug:number>/class", desk_handling.class_change, name="class"),
    path("desk/tickets/<slug:number>/skills", desk_handling.skills, name="skills"),
    path("desk/tickets/<slug:number>/emergency", desk_handling.emergency, name="emergency"),
    path("desk/tickets/<slug:number>/emergency/end", desk_handling.emergency_end, name="emergency_end"),
    path("desk/tickets/<slug:number>/passing-over", desk_handling.passed_over, name="passed_over"),
    path("desk/consults/", desk_consults.listed, name="consults"),
    path("desk/consults/count", desk_consults.count, name="consults_count"),
    path("desk/consults/<int:pk>/answer", desk_consults.answer, name="consult_answer"),
    path("desk/consults/<int:pk>/withdrawal", desk_consults.withdrawal, name="consult_withdrawal"),
    path("desk/tickets/<slug:number>/consults", desk_consults.of_ticket, name="ticket_consults"),
    path("desk/tickets/<slug:number>/delay", desk_delays.delay, name="delay"),
    path("desk/tickets/<slug:number>/clocks", desk_ledger.ledger, name="ledger"),
    path("desk/tickets/<slug:number>/team", desk_verbs.team_change, name="team"),
    path("desk/tickets/<slug:number>/resolution", desk_verbs.resolution, name="resolution"),
    path("desk/tickets/<slug:number>/resolution/undo", desk_verbs.resolution_undo, name="resolution_undo"),
    path("desk/lists/<slug:name>", desk_lists.listed, name="listed"),
    path("desk/attachments/<int:pk>", desk_ticket.attachment, name="attachment"),
    path("desk/messages/<int:pk>/formatted", desk_ticket.formatted, name="formatted"),
    path("desk/messages/<int:pk>/letter", desk_ticket.letter, name="letter"),
    path("desk/search", desk_lists.search, name="search"),
    path("desk/shift/hand-over", desk_shift.hand_over, name="hand_over"),
    path("desk/shift/away", desk_shift.since_away, name="since_away"),
]

urlpatterns = [*_DESK, *CLIENT, *SLOTS]
