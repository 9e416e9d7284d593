"""Addresses of the room; what agents and contacts do are nouns."""

from __future__ import annotations

from django.urls import path

from hostdesk.requests.views import (
    client,
    client_new,
    client_password,
    client_recovering,
    client_verbs,
    contact_changes,
    desk,
    desk_contacts,
    desk_new,
    desk_panel,
    desk_phone,
    desk_recovering,
    desk_verbs,
    public,
    recovering,
    table,
)

app_name = "requests"

_CLIENT = [
    path("client/requests/", client.listed, name="client_requests"),
    path("client/requests/new", client_new.choose, name="client_new"),
    path("client/requests/new/<slug:kind>", client_new.ask_for, name="client_ask"),
    path("client/requests/who-may-ask", table.for_contacts, name="client_who_may_ask"),
    path("client/requests/<int:pk>", client.request_page, name="client_request"),
    path("client/requests/<int:pk>/confirmation", client_verbs.confirmation, name="client_confirmation"),
    path("client/requests/<int:pk>/price", client_verbs.price, name="client_price"),
    path("client/requests/<int:pk>/password", client_password.password, name="client_password"),
    path("client/requests/<int:pk>/withdrawal", client_verbs.withdrawal, name="client_withdrawal"),
    path("client/tickets/<slug:number>/requests", client.on_ticket, name="client_on_ticket"),
]
_CONTACTS = [
    path("client/contacts/new/<int:account_id>", contact_changes.new, name="contact_new"),
    path("client/contacts/<int:pk>", contact_changes.contact, name="contact"),
    path("client/contacts/<int:pk>/details", contact_changes.details, name="contact_details"),
    path("client/contacts/<int:pk>/address", contact_changes.address, name="contact_address"),
    path("client/contacts/<int:pk>/role", contact_changes.role, name="contact_role"),
    path("client/contacts/<int:pk>/removal", contact_changes.removal, name="contact_removal"),
    path(
        "client/contacts/questions/<int:pk>/repetition",
        contact_changes.question_again,
        name="contact_question_again",
    ),
    path(
        "client/contacts/questions/<int:pk>/removal",
        contact_changes.question_removal,
        name="contact_question_removal",
    ),
]
_DESK = [
    path("desk/requests/", desk.listed, name="desk"),
    path("desk/requests/count", desk.count, name="count"),
    path("desk/requests/who-may-ask", table.for_agents, name="who_may_ask"),
    path("desk/requests/by-phone", desk_phone.caller, name="by_phone"),
    path("desk/requests/by-phone/<str:seal>", desk_phone.ask_for_caller, name="ask_for_caller"),
    path("desk/requests/<int:pk>", desk.request_page, name="desk_request"),
    path("desk/requests/<int:pk>/approval", desk_verbs.approval, name="approval"),
    path("desk/requests/<int:pk>/objection", desk_verbs.objection, name="objection"),
    path("desk/requests/<int:pk>/payment", desk_verbs.payment, name="payment"),
    path("desk/requests/<int:pk>/preview", desk_panel.preview, name="preview"),
    path("desk/requests/<int:pk>/panel-run", desk_panel.panel_run, name="panel_run"),
    path("desk/requests/<int:pk>/run/undo", desk_panel.run_undo, name="run_undo"),
    path("desk/requests/<int:pk>/run", desk_verbs.run, name="run"),
    path("desk/requests/<int:pk>/run/steps/<int:position>", desk_verbs.step, name="step"),
    path("desk/requests/<int:pk>/run/outcome", desk_verbs.outcome, name="outcome"),
    path("desk/requests/<int:pk>/refusal", desk_verbs.refusal, name="refusal"),
    path("desk/customers/<int:customer_id>/contacts", desk_contacts.add, name="staff_adds_contact"),
    path(
        "desk/customers/<int:customer_id>/contacts/<int:contact_id>/removal",
        desk_contacts.remove,
        name="staff_removes_contact",
    ),
    path("desk/tickets/<slug:number>/requests", desk.on_ticket, name="on_ticket"),
    path("desk/tickets/<slug:number>/requests/new", desk_new.make, name="make"),
]

_RECOVERY = [
    path("recovery/", recovering.lost, name="lost"),
    path("recovery/domain", recovering.by_domain, name="recovery_by_domain"),
    path("recovery/domain/<str:token>", recovering.followed, name="recovery_page"),
    path("recovery/address/<str:token>", recovering.address, name="recovery_address"),
    path("recovery/stop/<str:token>", recovering.stopped, name="recovery_stop"),
    path("recovery/password/<str:token>", recovering.password, name="recovery_password"),
    path(
        "client/lost-password/<int:contact_id>", client_recovering.lost_password, name="client_lost_password"
    ),
    path("desk/recoveries/", desk_recovering.listed, name="desk_recoveries"),
    path("desk/recoveries/new", desk_recovering.begin, name="desk_recovery_new"),
    path("desk/recoveries/<int:pk>", desk_recovering.page, name="desk_recovery"),
    path("desk/recoveries/<int:pk>/approval", desk_recovering.approval, name="recovery_approval"),
    path("desk/recoveries/<int:pk>/proof", desk_recovering.proof, name="recovery_proof"),
    path("desk/recoveries/<int:pk>/refusal", desk_recovering.refusal, name="recovery_refusal"),
    path("desk/recoveries/<int:pk>/link", desk_recovering.link, name="recovery_link"),
    path("desk/recoveries/records/<int:pk>", desk_recovering.record, name="recovery_record"),
    path("desk/passwords/<int:pk>", desk_recovering.password_by_hand, name="password_by_hand"),
]

urlpatterns = [
    path("requests/confirmation/<str:token>", public.confirmation, name="confirmation"),
    path("contacts/verification/<str:token>", contact_changes.verification, name="contact_verification"),
    *_CONTACTS,
    *_CLIENT,
    *_DESK,
    *_RECOVERY,
]
