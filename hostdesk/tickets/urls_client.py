"""Addresses of the client area's tickets; the verbs are nouns."""

from __future__ import annotations

from django.urls import path

from hostdesk.tickets.views import client_account, client_lists, client_new, client_ticket, client_verbs

CLIENT = [
    path("client/", client_lists.home, name="client"),
    path("client/tickets/", client_lists.finished, name="client_finished"),
    path("client/tickets/new", client_new.new, name="client_new"),
    path("client/tickets/<slug:number>", client_ticket.ticket, name="client_ticket"),
    path("client/tickets/<slug:number>/messages", client_verbs.reply, name="client_reply"),
    path("client/tickets/<slug:number>/resolution", client_verbs.resolution, name="client_resolution"),
    path("client/tickets/<slug:number>/resolution/undo", client_verbs.reopening, name="client_reopening"),
    path("client/tickets/<slug:number>/confirmation", client_verbs.confirmation, name="client_confirmation"),
    path("client/tickets/<slug:number>/account", client_account.choose, name="client_account"),
    path("account-choice/<str:token>", client_account.by_link, name="account_choice"),
    path("client/files/<int:pk>/<path:name>", client_ticket.file, name="client_file"),
    path("client/pictures/<int:pk>", client_ticket.picture, name="client_picture"),
]
