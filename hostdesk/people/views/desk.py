"""The desk's own pages of this room: oneself, agents, customers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hostdesk.audit import queries as audit
from hostdesk.hosting import queries as hosting
from hostdesk.kit.refusals import Refused
from hostdesk.people import forms, queries, shown
from hostdesk.people.access import agents_only, recently_proven
from hostdesk.people.actions import agents as verbs
from hostdesk.people.actions import passkeys, second_step, sessions
from hostdesk.people.looking import saw, saw_list
from hostdesk.people.middleware import browser_of
from hostdesk.people.models import Agent, Role
from hostdesk.people.powers import ADMIN, KEEPERS, table
from hostdesk.people.views.answers import refuse

_LOOKS = 30


@require_safe
@agents_only
def me(request: HttpRequest) -> HttpResponse:
    """One's own page: password, second step, signed-in browsers."""
    return _my_page(request, forms.ChangePassword())


@require_POST
@agents_only
def my_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    form = forms.ChangePassword(request.POST)

    def page(status: int) -> HttpResponse:
        return _my_page(request, form, status)

    if not form.is_valid():
        return page(422)
    try:
        verbs.change_password(
            _me(request),
            current=form.cleaned_data["current"],
            new=form.cleaned_data["new"],
            browser=browser_of(request),
            keep=request.desk_session.pk,  # type: ignore[attr-defined]
            at=request.at,  # type: ignore[attr-defined]
        )
    except Refused as refusal:
        return refuse(form, refusal, page)
    messages.success(request, "Your password is changed, and every other browser is signed out.")
    return HttpResponseRedirect(reverse("people:me"), status=303)


def _my_page(request: HttpRequest, form: forms.ChangePassword, status: int = 200) -> HttpResponse:
    found = queries.sessions_of(_me(request), at=request.at)  # type: ignore[attr-defined]
    browsers = shown.browsers(found, this=request.desk_session.pk)  # type: ignore[attr-defined]
    context = {
        "place": "me",
        "form": form,
        "browsers": browsers,
        "passkeys": queries.passkeys_of(_me(request)),
        "passkeys_possible": passkeys.are_possible(),
    }
    return render(request, "people/me.html", context, status=status)


@require_POST
@agents_only
@recently_proven
def my_second_step(request: HttpRequest) -> HttpResponse:
    """Begin to set up the second step of one's own accord."""
    second_step.begin(_me(request))
    return HttpResponseRedirect(reverse("people:second_step_setup", query={"next": "/desk/me"}), status=303)


@require_POST
@agents_only
def end_my_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign another browser out."""
    agent = _me(request)
    sessions.revoke(agent, session_id, by=agent.actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, "That browser is signed out.")
    return HttpResponseRedirect(reverse("people:me"), status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@agents_only(roles=ADMIN)
def agents(request: HttpRequest) -> HttpResponse:
    """All agents, what each role may do, and a form to invite one."""
    return add_agent(request) if request.method == "POST" else _agents_page(request, forms.NewAgent(), 200)


def _agents_page(request: HttpRequest, form: forms.NewAgent, status: int) -> HttpResponse:
    context = {
        "place": "agents",
        "agents": queries.agents(),
        "form": form,
        "roles": Role.labels,
        "powers": table(),
    }
    return render(request, "people/agents.html", context, status=status)


@recently_proven
def add_agent(request: HttpRequest) -> HttpResponse:
    """Invite an agent."""
    form = forms.NewAgent(request.POST)

    def page(status: int) -> HttpResponse:
        return _agents_page(request, form, status)

    if not form.is_valid():
        return page(422)
    try:
        agent = verbs.add_and_write(**form.cleaned_data, by=_me(request).actor(), at=request.at)  # type: ignore[attr-defined]
    except Refused as refusal:
        return refuse(form, refusal, page)
    messages.success(request, f"{agent.name} is added. The invitation goes to {agent.email}.")
    return HttpResponseRedirect(reverse("people:agents"), status=303)


@require_POST
@agents_only(roles=ADMIN)
@recently_proven
def deactivate(request: HttpRequest, agent_id: int) -> HttpResponse:
    """The agent has left."""
    agent = queries.agent_by_id(agent_id)
    verbs.deactivate(agent, by=_me(request).actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, f"{agent.name} is signed out everywhere and cannot sign in any more.")
    return HttpResponseRedirect(reverse("people:agents"), status=303)


@require_POST
@agents_only(roles=ADMIN)
@recently_proven
def invite(request: HttpRequest, agent_id: int) -> HttpResponse:
    """A new invitation, for who lost the first or the password."""
    agent = queries.agent_by_id(agent_id)
    verbs.invite_and_write(agent, by=_me(request).actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, f"A new invitation goes to {agent.email}.")
    return HttpResponseRedirect(reverse("people:agents"), status=303)


@require_POST
@agents_only(roles=ADMIN)
@recently_proven
def reset_second_step(request: HttpRequest, agent_id: int) -> HttpResponse:
    """The agent's telephone is gone."""
    agent = queries.agent_by_id(agent_id)
    second_step.reset(agent, by=_me(request).actor(), at=request.at)  # type: ignore[attr-defined]
    messages.success(request, f"{agent.name} sets up the second step anew at the next sign-in.")
    return HttpResponseRedirect(reverse("people:agents"), status=303)


@require_safe
@agents_only
def customers(request: HttpRequest) -> HttpResponse:
    """Customers by name, found by name, username or domain."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    if words:
        saw(request, "search", words=words)
    else:
        saw_list(request, "customers")
    found = hosting.customers_like(words, limit=hosting.LONGEST_PAGE + 1)
    context = {
        "place": "customers",
        "words": words,
        "customers": found[: hosting.LONGEST_PAGE],
        "more": len(found) > hosting.LONGEST_PAGE,
    }
    return render(request, "people/customers.html", context)


@require_safe
@agents_only
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    """One customer: accounts with services, domains and contacts; for supervisors also who looked at it."""
    page = customer_page(request, customer_id, forms.NewContact(), 200)
    saw(request, "customer", customer_id, customer=customer_id)
    return page


def customer_page(
    request: HttpRequest, customer_id: int, form: forms.NewContact, status: int
) -> HttpResponse:
    """The page of a customer, with the form for a contact as it was typed."""
    found = hosting.customer_by_id(customer_id)
    accounts = hosting.accounts_of_customer(found)
    cards, doubts = shown.accounts_for_agent(accounts, at=request.at)  # type: ignore[attr-defined]
    context = {
        "place": "customers",
        "customer": found,
        "accounts": cards,
        "doubts": doubts,
        "form": form,
        "may_change": _me(request).role in KEEPERS,
        "looks": shown.looked(audit.looks_at_customer(customer_id, limit=_LOOKS))
        if _me(request).role in KEEPERS
        else None,
    }
    return render(request, "people/customer.html", context, status=status)


def _me(request: HttpRequest) -> Agent:
    agent: Agent = request.agent  # type: ignore[attr-defined]  # set by people.middleware, present behind agents_only
    return agent
