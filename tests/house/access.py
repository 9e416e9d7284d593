"""The one table of access: every address, and who may open it. A new address is entered here or the suite fails.

Which of their own things people see behind an open address, the checking queries of the rooms decide.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTORS = ("nobody", "contact", "level1", "supervisor", "admin")
STAFF = frozenset({"level1", "supervisor", "admin"})
OPEN_TO = {
    "anybody": frozenset(ACTORS),
    "contacts": frozenset({"contact"}),
    "agents": STAFF,
    "supervisors": frozenset({"supervisor", "admin"}),
    "admins": frozenset({"admin"}),
    # Between password and second step; whoever is signed in wholly, or not at all, is sent away.
    "half signed in": frozenset(),
    # Whoever shows an API token; a browser's cookie opens nothing.
    "token": frozenset(),
}
ROLES = {"supervisors": frozenset({"supervisor", "admin"}), "admins": frozenset({"admin"})}


@dataclass(frozen=True)
class Row:
    """Who may open an address, which sample stands in for its parts, and what a form must say to be heard."""

    who: str
    sample: str = ""
    form: tuple[tuple[str, str], ...] = ()


TABLE = {
    "": Row("anybody"),
    "appearance": Row("anybody"),
    "health/live": Row("anybody"),
    "health/ready": Row("anybody"),
    "policy/": Row("anybody"),
    "policy/<slug:slug>/": Row("anybody", "policy/hosting/"),
    "policy/<slug:slug>/<int:number>/": Row("anybody", "policy/hosting/1/"),
    "policy/<slug:slug>/<int:number>/changes/": Row("anybody", "policy/hosting/1/changes/"),
    "recovery/": Row("anybody"),
    "recovery/domain": Row("anybody"),
    "recovery/domain/<str:token>": Row("anybody", "recovery/domain/{page_of_recovery}"),
    "recovery/address/<str:token>": Row("anybody", "recovery/address/worn-out"),
    "recovery/stop/<str:token>": Row("anybody", "recovery/stop/worn-out"),
    "recovery/password/<str:token>": Row("anybody", "recovery/password/worn-out"),
    "requests/confirmation/<str:token>": Row("anybody", "requests/confirmation/worn-out"),
    "sign-in": Row("anybody"),
    "sign-in/link/<str:token>": Row("anybody", "sign-in/link/worn-out"),
    "sign-out": Row("anybody"),
    "account-choice/<str:token>": Row("anybody", "account-choice/worn-out"),
    "contacts/verification/<str:token>": Row("anybody", "contacts/verification/worn-out"),
    "details/<str:token>": Row("anybody", "details/worn-out"),
    "client/": Row("contacts"),
    "client/contacts": Row("contacts"),
    "client/contacts/<int:pk>": Row("contacts", "client/contacts/{contact}"),
    "client/contacts/<int:pk>/address": Row(
        "contacts", "client/contacts/{contact}/address", (("email", "new@acme-mail.example"),)
    ),
    "client/contacts/<int:pk>/details": Row(
        "contacts", "client/contacts/{contact}/details", (("name", "Alice Ames"),)
    ),
    "client/contacts/<int:pk>/removal": Row("contacts", "client/contacts/{contact}/removal"),
    "client/contacts/<int:pk>/role": Row("contacts", "client/contacts/{contact}/role"),
    "client/contacts/new/<int:account_id>": Row("contacts", "client/contacts/new/{account}"),
    "client/contacts/questions/<int:pk>/removal": Row(
        "contacts", "client/contacts/questions/{question}/removal"
    ),
    "client/contacts/questions/<int:pk>/repetition": Row(
        "contacts", "client/contacts/questions/{question}/repetition"
    ),
    "client/details": Row("contacts"),
    "client/details/link": Row("contacts"),
    "client/files/<int:pk>/<path:name>": Row("contacts", "client/files/{attachment}/notes.txt"),
    "client/pictures/<int:pk>": Row("contacts", "client/pictures/{picture}"),
    "client/policy-reading": Row("contacts"),
    "client/lost-password/<int:contact_id>": Row("contacts", "client/lost-password/{contact}"),
    "client/requests/": Row("contacts"),
    "client/requests/new": Row("contacts"),
    "client/requests/new/<slug:kind>": Row("contacts", "client/requests/new/php_version"),
    "client/requests/who-may-ask": Row("contacts"),
    "client/requests/<int:pk>": Row("contacts", "client/requests/{request}"),
    "client/requests/<int:pk>/confirmation": Row("contacts", "client/requests/{request}/confirmation"),
    "client/requests/<int:pk>/price": Row("contacts", "client/requests/{request}/price"),
    "client/requests/<int:pk>/password": Row("contacts", "client/requests/{password_request}/password"),
    "client/requests/<int:pk>/withdrawal": Row("contacts", "client/requests/{request}/withdrawal"),
    "client/security": Row("contacts"),
    "client/security/password": Row("contacts"),
    "client/security/pin": Row("contacts"),
    "client/security/pin/removal": Row("contacts"),
    "client/security/sessions/<int:session_id>/end": Row(
        "contacts", "client/security/sessions/{person_session}/end"
    ),
    "client/tickets/": Row("contacts"),
    "client/tickets/new": Row("contacts"),
    "client/tickets/<slug:number>": Row("contacts", "client/tickets/{ticket}"),
    "client/tickets/<slug:number>/account": Row(
        "contacts", "client/tickets/{ticket}/account", (("contact", "{contact}"),)
    ),
    "client/tickets/<slug:number>/confirmation": Row(
        "contacts", "client/tickets/{ticket}/confirmation", (("mine", "yes"),)
    ),
    "client/tickets/<slug:number>/messages": Row("contacts", "client/tickets/{ticket}/messages"),
    "client/tickets/<slug:number>/requests": Row("contacts", "client/tickets/{ticket}/requests"),
    "client/tickets/<slug:number>/resolution": Row("contacts", "client/tickets/{ticket}/resolution"),
    "client/tickets/<slug:number>/resolution/undo": Row(
        "contacts", "client/tickets/{ticket}/resolution/undo"
    ),
    "desk/sign-in": Row("anybody"),
    "desk/sign-in/code": Row("half signed in"),
    "desk/sign-in/setup": Row("half signed in"),
    "desk/sign-in/setup/picture.svg": Row("half signed in"),
    "desk/sign-in/passkey": Row("anybody"),
    "desk/sign-in/passkey/options": Row("anybody"),
    "desk/sign-in/setup/passkey": Row("half signed in"),
    "desk/sign-in/setup/passkey/options": Row("half signed in"),
    "desk/prove": Row("agents"),
    "desk/prove/passkey": Row("agents"),
    "desk/sign-out": Row("anybody"),
    "desk/invitation/<str:token>": Row("anybody", "desk/invitation/worn-out"),
    "desk/": Row("agents"),
    "desk/agents": Row("admins"),
    "desk/agents/<int:agent_id>/deactivation": Row("admins", "desk/agents/{level1}/deactivation"),
    "desk/agents/<int:agent_id>/invitation": Row("admins", "desk/agents/{level1}/invitation"),
    "desk/agents/<int:agent_id>/looks": Row("supervisors", "desk/agents/{level1}/looks"),
    "desk/agents/<int:agent_id>/second-step-reset": Row("admins", "desk/agents/{level1}/second-step-reset"),
    "desk/attachments/<int:pk>": Row("agents", "desk/attachments/{attachment}"),
    "desk/consults/": Row("agents"),
    "desk/consults/count": Row("agents"),
    "desk/consults/<int:pk>/answer": Row("agents", "desk/consults/{consult}/answer", (("answer", "Yes"),)),
    "desk/consults/<int:pk>/withdrawal": Row("agents", "desk/consults/{consult}/withdrawal"),
    "desk/customers": Row("agents"),
    "desk/customers/<int:customer_id>": Row("agents", "desk/customers/{customer}"),
    "desk/customers/<int:customer_id>/contacts": Row("supervisors", "desk/customers/{customer}/contacts"),
    "desk/customers/<int:customer_id>/contacts/<int:contact_id>/removal": Row(
        "supervisors", "desk/customers/{customer}/contacts/{contact}/removal", (("why", "left"),)
    ),
    "desk/evidence/": Row("agents"),
    "desk/lists/<slug:name>": Row("agents", "desk/lists/unfinished"),
    "desk/mailroom/": Row("agents"),
    "desk/mailroom/<int:pk>": Row("agents", "desk/mailroom/{mail}"),
    "desk/mailroom/<int:pk>/files/<int:place>": Row("agents", "desk/mailroom/{mail}/files/1"),
    "desk/mailroom/<int:pk>/formatted": Row("agents", "desk/mailroom/{mail}/formatted"),
    "desk/mailroom/<int:pk>/letter": Row("agents", "desk/mailroom/{mail}/letter"),
    "desk/mailroom/<int:pk>/source/text": Row("agents", "desk/mailroom/{mail}/source/text"),
    "desk/mailroom/held": Row("agents"),
    "desk/mailroom/<int:pk>/judgement": Row("agents", "desk/mailroom/{mail}/judgement"),
    "desk/mailroom/<int:pk>/source": Row("agents", "desk/mailroom/{mail}/source"),
    "desk/mailroom/<int:pk>/ticket": Row("agents", "desk/mailroom/{closed_mail}/ticket"),
    "desk/mailroom/outbound": Row("agents"),
    "desk/mailroom/outbound/<int:pk>": Row("agents", "desk/mailroom/outbound/{outbound}"),
    "desk/mailroom/outbound/<int:pk>/holding": Row("agents", "desk/mailroom/outbound/{outbound}/holding"),
    "desk/mailroom/outbound/<int:pk>/delivery": Row("agents", "desk/mailroom/outbound/{outbound}/delivery"),
    "desk/me": Row("agents"),
    "desk/me/password": Row("agents"),
    "desk/me/passkeys": Row("agents"),
    "desk/me/passkeys/new": Row("agents"),
    "desk/me/passkeys/options": Row("agents"),
    "desk/me/passkeys/<int:passkey_id>/name": Row("agents", "desk/me/passkeys/{own_passkey}/name"),
    "desk/me/passkeys/<int:passkey_id>/removal": Row("agents", "desk/me/passkeys/{own_passkey}/removal"),
    "desk/me/second-step": Row("agents"),
    "desk/me/sessions/<int:session_id>/end": Row("agents", "desk/me/sessions/{own_session}/end"),
    "desk/messages/<int:pk>/formatted": Row("agents", "desk/messages/{html_message}/formatted"),
    "desk/messages/<int:pk>/letter": Row("agents", "desk/messages/{html_message}/letter"),
    "desk/mine": Row("agents"),
    "desk/queue": Row("agents"),
    "desk/queue/news": Row("agents"),
    "desk/queue/next": Row("agents"),
    "desk/queue/unserved": Row("agents"),
    "desk/passwords/<int:pk>": Row("agents", "desk/passwords/{password_link}"),
    "quiet-times/<str:token>": Row("anybody", "quiet-times/worn-out"),
    "calendar/<str:token>.ics": Row("anybody", "calendar/{calendar}.ics"),
    "client/calendar": Row("contacts"),
    "client/calendar/end": Row("contacts"),
    "desk/windows/calendar": Row("agents"),
    "desk/windows/calendar/end": Row("agents"),
    "desk/windows/": Row("agents"),
    "desk/windows/new": Row("supervisors"),
    "desk/windows/<int:pk>/capacity": Row("supervisors", "desk/windows/{window}/capacity"),
    "desk/windows/<int:pk>/closing": Row("supervisors", "desk/windows/{window}/closing"),
    "desk/tickets/<slug:number>/slot": Row("agents", "desk/tickets/{ticket}/slot"),
    "desk/tickets/<slug:number>/slot/proposal": Row("agents", "desk/tickets/{ticket}/slot/proposal"),
    "desk/tickets/<slug:number>/slot/agreement": Row("agents", "desk/tickets/{ticket}/slot/agreement"),
    "desk/tickets/<slug:number>/slot/move": Row(
        "agents", "desk/tickets/{ticket}/slot/move", (("window", "{window}"),)
    ),
    "desk/tickets/<slug:number>/slot/release": Row("agents", "desk/tickets/{ticket}/slot/release"),
    "desk/tickets/<slug:number>/slot/work": Row("agents", "desk/tickets/{ticket}/slot/work"),
    "desk/tickets/<slug:number>/slot/verification": Row("agents", "desk/tickets/{ticket}/slot/verification"),
    "client/tickets/<slug:number>/slot": Row("contacts", "client/tickets/{ticket}/slot"),
    "client/tickets/<slug:number>/slot/choice": Row("contacts", "client/tickets/{ticket}/slot/choice"),
    "client/tickets/<slug:number>/slot/release": Row("contacts", "client/tickets/{ticket}/slot/release"),
    "client/tickets/<slug:number>/slot/verification": Row(
        "contacts", "client/tickets/{ticket}/slot/verification"
    ),
    "desk/breaches/": Row("agents"),
    "desk/breaches/<int:pk>/reason": Row("agents", "desk/breaches/{breach}/reason"),
    "desk/fairness/": Row("supervisors"),
    "desk/skills/": Row("supervisors", "", (("word", "linux"),)),
    "desk/skills/<int:pk>": Row("supervisors", "desk/skills/{skill}"),
    "desk/skills/<int:pk>/removal": Row("supervisors", "desk/skills/{skill}/removal"),
    "desk/recoveries/": Row("agents"),
    "desk/recoveries/new": Row("agents"),
    "desk/recoveries/<int:pk>": Row("agents", "desk/recoveries/{recovery}"),
    "desk/recoveries/<int:pk>/approval": Row("agents", "desk/recoveries/{recovery}/approval"),
    "desk/recoveries/<int:pk>/link": Row("agents", "desk/recoveries/{recovery}/link"),
    "desk/recoveries/<int:pk>/proof": Row("agents", "desk/recoveries/{recovery}/proof"),
    "desk/recoveries/<int:pk>/refusal": Row("agents", "desk/recoveries/{recovery}/refusal"),
    "desk/recoveries/records/<int:pk>": Row("agents", "desk/recoveries/records/{registration}"),
    "desk/requests/": Row("agents"),
    "desk/requests/count": Row("agents"),
    "desk/requests/who-may-ask": Row("agents"),
    "desk/requests/by-phone": Row("agents"),
    "desk/requests/by-phone/<str:seal>": Row("agents", "desk/requests/by-phone/{own_caller}"),
    "desk/requests/<int:pk>": Row("agents", "desk/requests/{request}"),
    "desk/requests/<int:pk>/approval": Row("agents", "desk/requests/{request}/approval"),
    "desk/requests/<int:pk>/objection": Row(
        "agents", "desk/requests/{request}/objection", (("no-reason", "No"),)
    ),
    "desk/requests/<int:pk>/payment": Row(
        "agents", "desk/requests/{request}/payment", (("amount", "1.00"), ("reference", "EFT"))
    ),
    "desk/requests/<int:pk>/preview": Row("agents", "desk/requests/{request}/preview"),
    "desk/requests/<int:pk>/panel-run": Row("agents", "desk/requests/{request}/panel-run"),
    "desk/requests/<int:pk>/run/undo": Row("agents", "desk/requests/{done_request}/run/undo"),
    "desk/requests/<int:pk>/run": Row("agents", "desk/requests/{request}/run", (("before", "seen"),)),
    "desk/requests/<int:pk>/run/steps/<int:position>": Row("agents", "desk/requests/{request}/run/steps/0"),
    "desk/requests/<int:pk>/run/outcome": Row("agents", "desk/requests/{request}/run/outcome"),
    "desk/requests/<int:pk>/refusal": Row("agents", "desk/requests/{request}/refusal", (("reason", "No"),)),
    "desk/search": Row("agents"),
    "desk/forecast/": Row("supervisors"),
    "desk/shift": Row("agents"),
    "desk/shift/away": Row("agents"),
    "desk/shift/changes": Row("supervisors"),
    "desk/shift/changes/<int:pk>/removal": Row("supervisors", "desk/shift/changes/{plan_change}/removal"),
    "desk/shift/end": Row("agents"),
    "desk/shift/hand-over": Row("agents"),
    "desk/shift/plan": Row("supervisors"),
    "desk/shift/plan/<int:pk>/end": Row("supervisors", "desk/shift/plan/{planned_shift}/end"),
    "desk/shift/start": Row("agents"),
    "desk/tickets/": Row("agents"),
    "desk/tickets/<slug:number>": Row("agents", "desk/tickets/{ticket}"),
    "desk/tickets/<slug:number>/answer": Row("agents", "desk/tickets/{ticket}/answer"),
    "desk/tickets/<slug:number>/assignment": Row("agents", "desk/tickets/{ticket}/assignment"),
    "desk/tickets/<slug:number>/class": Row("agents", "desk/tickets/{ticket}/class", (("class", "general"),)),
    "desk/tickets/<slug:number>/emergency": Row(
        "agents", "desk/tickets/{ticket}/emergency", (("reason", "The server is down"),)
    ),
    "desk/tickets/<slug:number>/emergency/end": Row("agents", "desk/tickets/{ticket}/emergency/end"),
    "desk/tickets/<slug:number>/handling": Row("agents", "desk/tickets/{ticket}/handling"),
    "desk/tickets/<slug:number>/passing-over": Row(
        "agents", "desk/tickets/{ticket}/passing-over", (("reason", "No time"),)
    ),
    "desk/tickets/<slug:number>/skills": Row("agents", "desk/tickets/{ticket}/skills"),
    "desk/tickets/<slug:number>/clocks": Row("agents", "desk/tickets/{ticket}/clocks"),
    "desk/tickets/<slug:number>/consults": Row("agents", "desk/tickets/{ticket}/consults"),
    "desk/tickets/<slug:number>/delay": Row(
        "agents", "desk/tickets/{ticket}/delay", (("cause", "workload"), ("hours", "2"))
    ),
    "desk/tickets/<slug:number>/draft": Row("agents", "desk/tickets/{ticket}/draft"),
    "desk/tickets/<slug:number>/note": Row("agents", "desk/tickets/{ticket}/note"),
    "desk/tickets/<slug:number>/presence": Row("agents", "desk/tickets/{ticket}/presence"),
    "desk/tickets/<slug:number>/reading": Row("agents", "desk/tickets/{ticket}/reading"),
    "desk/tickets/<slug:number>/requests": Row("agents", "desk/tickets/{ticket}/requests"),
    "desk/tickets/<slug:number>/requests/new": Row("agents", "desk/tickets/{ticket}/requests/new"),
    "desk/tickets/<slug:number>/resolution": Row("agents", "desk/tickets/{ticket}/resolution"),
    "desk/tickets/<slug:number>/resolution/undo": Row("agents", "desk/tickets/{ticket}/resolution/undo"),
    "desk/tickets/<slug:number>/team": Row(
        "agents", "desk/tickets/{ticket}/team", (("team", "support"), ("note", "Yours"))
    ),
    "^api/v1(?P<rest>/.*)?$": Row("token", "api/v1/tickets"),
}
"""Patterns as the resolver knows them; braces in a sample name a row that `test_access.py` makes."""
