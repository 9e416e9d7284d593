"""Recoveries at the desk: what was shown, what is missing, who agreed; and passwords that are set by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.kit.refusals import Refused
from hostdesk.people.access import agents_only, recently_proven
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.requests import DeskRequest
from hostdesk.policy.rules import password as rules
from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.models import RECOVERING, Recovery
from hostdesk.requests.recovery import (
    MARKS,
    approvers_of,
    case_of_recovery,
    other_domains,
    recovering_of,
)
from hostdesk.requests.recovery_forms import RecoveryForm, WordsForm
from hostdesk.requests.recovery_queries import (
    chosen_password,
    password_link_for_agent,
    passwords_to_set,
    record_for_agent,
    recoveries_for_agent,
    recovery_for_agent,
)
from hostdesk.requests.standing import case_of
from hostdesk.requests.views.recovery_panels import brief, missing, tone, way
from hostdesk.web import flash
from hostdesk.web.htmx import go

_PROOFS = {
    "": "none yet",
    "dns": "a TXT record under the domain",
    "file": "a file on the web site",
    "by_hand": "noted by a supervisor",
}


@require_safe
@agents_only
def listed(request: DeskRequest) -> HttpResponse:
    """Recoveries, and passwords that wait for somebody's hands."""
    saw_list(request, "recoveries")
    context = {
        "place": "requests",
        "rows": [(row, brief(row), tone(row)) for row in recoveries_for_agent(request.agent)],
        "to_set": passwords_to_set(request.agent),
    }
    return render(request, "requests/desk/recoveries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
def begin(request: DeskRequest) -> HttpResponse:
    """Begin a recovery for somebody on the telephone."""
    form = RecoveryForm(request.POST or None)
    template, status = "requests/desk/recovery_new.html", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            domain, address = form.cleaned_data["domain"], form.cleaned_data["address"]
            try:
                made = recovering.open_for_caller(domain, address, by=request.agent, at=request.at)
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                return go(request, reverse("requests:desk_recovery", args=[made.pk]))
    return render(request, template, {"place": "requests", "form": form}, status=status)


@require_safe
@agents_only
def page(request: DeskRequest, pk: int) -> HttpResponse:
    """One recovery with its evidence in words."""
    found = recovery_for_agent(request.agent, pk)
    assert found.account is not None, "the desk sees recoveries that found their account"
    # A recovery stands on its ticket; who looks at one looks at the other.
    saw(request, "ticket", found.ticket_id or 0, customer=found.account.customer_id)
    return _show(request, found)


@require_POST
@agents_only
@recently_proven
def approval(request: DeskRequest, pk: int) -> HttpResponse:
    """One agent says yes. Clause: contact.password."""
    found = recovery_for_agent(request.agent, pk)
    return _said(
        request,
        found,
        "Your yes is noted.",
        lambda: recovering.approve(found, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
@recently_proven
def proof(request: DeskRequest, pk: int) -> HttpResponse:
    """A supervisor notes how else ownership was shown. Clause: contact.password."""
    found = recovery_for_agent(request.agent, pk)
    words = request.POST.get("proof-words", "")
    return _said(
        request,
        found,
        "Noted. The new address gets a mail to confirm.",
        lambda: recovering.prove_by_hand(found, how=words, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
def refusal(request: DeskRequest, pk: int) -> HttpResponse:
    """An agent stops a recovery, with the reason."""
    found = recovery_for_agent(request.agent, pk)
    words = request.POST.get("no-words", "")
    return _said(
        request,
        found,
        "Stopped. No link of it works any more.",
        lambda: recovering.refuse(found, reason=words, by=request.agent, at=request.at),
    )


@require_POST
@agents_only
@recently_proven
def link(request: DeskRequest, pk: int) -> HttpResponse:
    """Mail the link of a granted recovery once more."""
    found = recovery_for_agent(request.agent, pk)
    return _said(
        request,
        found,
        "A new link is in the mail; older ones are void.",
        lambda: recovering.send_again(found, by=request.agent, at=request.at),
    )


@require_safe
@agents_only
def record(request: DeskRequest, pk: int) -> HttpResponse:
    """An answer of a registry as it came, as a file of plain text."""
    found = record_for_agent(request.agent, pk)
    assert found.recovery.account is not None, "the desk sees recoveries that found their account"
    saw(request, "ticket", found.recovery.ticket_id or 0, customer=found.recovery.account.customer_id)
    response = HttpResponse(bytes(found.body), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="registration-{found.pk}.txt"'
    return response


_STOPPED_MEANWHILE = (
    "It was stopped meanwhile, so that password must not be there. Set another one, as the page says now."
)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only
@recently_proven
def password_by_hand(request: DeskRequest, pk: int) -> HttpResponse:
    """The hash of a password that a contact chose, to be set at the console; gone once it was. Or one that a panel was given
    and gave no clear answer to. Clause: contact.password.
    """
    found = password_link_for_agent(request.agent, pk)
    ticket_id = (
        found.request.ticket_id if found.request else found.recovery.ticket_id if found.recovery else 0
    )
    saw(request, "ticket", ticket_id or 0, customer=found.account.customer_id)
    if request.method == "POST":
        try:
            if choosing.is_to_be_replaced(found) and request.POST.get("deed") != "replaced":
                # The page was opened before a contact stopped it, and said to set what was chosen.
                flash.said_no(request, Refused(rules.CLAUSE, _STOPPED_MEANWHILE))
            elif choosing.is_to_be_replaced(found):
                choosing.replace_by_hand(found, by=request.agent, at=request.at)
                flash.done(request, "Noted. Every contact hears that whoever chose the other one is out.")
            else:
                choosing.set_by_hand(found, by=request.agent, at=request.at)
                flash.done(request, "Noted. Every contact hears of the new password.")
        except Refused as refused:
            flash.said_no(request, refused)
        return go(request, reverse("requests:password_by_hand", args=[pk]))
    number = found.request.ticket if found.request else found.recovery.ticket if found.recovery else None
    return render(
        request,
        "requests/desk/password_by_hand.html",
        {
            "place": "requests",
            "link": found,
            "ticket": number,
            "to_be_replaced": choosing.is_to_be_replaced(found),
            "checklist": case_of(found.request).kind.steps if found.request else (),
        },
    )


def _said(request: DeskRequest, found: Recovery, done: str, verb: Callable[[], object]) -> HttpResponse:
    try:
        verb()
        flash.done(request, done)
    except Refused as refused:
        flash.said_no(request, refused)
    return go(request, reverse("requests:desk_recovery", args=[found.pk]))


def _show(request: DeskRequest, row: Recovery) -> HttpResponse:
    case = case_of_recovery(row)
    known = recovering_of(case, at=request.at)
    terms = case.version.terms
    step = rules.recovery_step(known, terms, at=request.at)
    chosen = chosen_password(row)
    may = rules.may_approve(
        agent_id=request.agent.pk,
        role=request.agent.role,
        opened_by=row.opened_by_id,
        approvers=approvers_of(row),
        terms=terms,
    )
    context = {
        "place": "requests",
        "recovery": row,
        "case": case,
        "brief": brief(row),
        "tone": tone(row),
        "steps": way(row, known, terms, at=request.at),
        "missing": missing(row, known, terms, at=request.at),
        "step": step,
        "is_open": row.state == "open",
        "chosen": chosen,
        "can_refuse": row.state in RECOVERING and (chosen is None or chosen.outcome == "unclear"),
        "can_send_again": row.state == "granted" and (chosen is None or chosen.outcome == "unclear"),
        "doubts": [rules.DOUBTS[doubt] for doubt in known.doubts if doubt in rules.DOUBTS],
        "proof": _PROOFS[row.proof],
        "may_approve": may,
        "may_note_proof": rules.may_prove_by_hand(role=request.agent.role).allowed and row.proof != "by_hand",
        "earliest": (row.told_at or request.at) + terms.recovery_wait,
        "others": other_domains(row),
        "records": [
            (one, _shown(one.said), [MARKS[m] for m in one.said["marks"] if m in MARKS])
            for one in row.records.all()
        ],
        "proof_form": WordsForm(prefix="proof"),
        "no_form": WordsForm(prefix="no"),
    }
    return render(request, "requests/desk/recovery.html", context)


def _shown(said: dict[str, object]) -> dict[str, object]:
    """What an answer says, with its instants as such."""
    moments = ("registered_at", "changed_at", "expires_at")
    return {
        key: datetime.fromisoformat(str(value)) if key in moments and value else value
        for key, value in said.items()
    }
