"""Carrying a request out through the control panel of the account's server: look, do once, look again, undo.

For a desk page: `preview` says whether a panel does it and what would change; its `seen` goes back with the press to
`carry_out`, which answers with the run: done, failed (ready again, `run.answer` says why) or unclear (the round looks again
by itself, an agent who has looked says so by `carrying.finish`). `undo` takes a done run back where `may_undo`. What has no
panel, or is not for a panel (`by_hand_because`), goes by `carrying.begin(panel="by_hand")`, `tick` and `finish`.
No function here is called inside a transaction: each speaks with the network. All but `look_once` are pressed by somebody who
waits, so a panel that hangs is given up after a short while; the round goes on looking.

The panel is told once, by whoever pressed, right after the row of the run is committed. Whatever happens after that, a
timeout, a crash, a kill, nobody tells it again: it is asked what it shows, until that settles the matter.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from hostdesk.hosting import panels
from hostdesk.jobs.claiming import back_off
from hostdesk.kit.actors import SYSTEM, Actor
from hostdesk.kit.refusals import Refused
from hostdesk.people.models import Agent, Contact
from hostdesk.ports.outcomes import PortAway, PortDown, PortRefused
from hostdesk.ports.panels import line, wishes
from hostdesk.ports.panels.wishes import Facts, Operation, Panel
from hostdesk.requests import previews
from hostdesk.requests.actions import mailed_links
from hostdesk.requests.actions.advancing import locked
from hostdesk.requests.actions.carrying import BY_HAND, begin, conclude, start_run
from hostdesk.requests.models import AdminRequest, RequestState, Run, RunState
from hostdesk.requests.previews import Preview
from hostdesk.requests.standing import case_of

log = structlog.get_logger()

_UNDER_WAY = (RequestState.DOING, RequestState.UNCLEAR)
_BELIEVED_AFTER = timedelta(minutes=10)
"""A panel that shows the wish unfulfilled is believed once this long has passed since it was told: it may be at it."""
_FIRST_LOOK, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=30)
_WHILE_WORKING = timedelta(minutes=2)
_FOR_A_PERSON = timedelta(days=1)
_CHOOSE_AGAIN = "No answer came, and a password cannot be looked at: let the contact choose it once more."


def preview(request: AdminRequest) -> Preview:
    """What the panel shows now and what carrying out would change. Asks the panel; changes nothing."""
    wish, keeper = _wish(request), panels.keeper_of(request.account)
    because = _by_hand_because(request, keeper.panel)
    if because:
        return previews.by_hand(because)
    try:
        with line.no_longer_than(line.SECONDS_TO_LOOK):
            snapshot = keeper.panel.look(wish)
    except (PortDown, PortRefused) as error:
        return previews.out_of_reach(keeper.panel, keeper.name, wish, error.answer)
    return previews.of(keeper.panel, keeper.name, wish, snapshot)


def carry_out(request: AdminRequest, *, seen: str, by: Agent, at: datetime) -> Run:
    """Do what a preview has shown, once, and look again; the run with what came of it.

    Refused, and nothing was sent: what `begin` refuses, what has no panel, a problem that the preview names, and a panel
    that shows something else than the person saw (`seen`). A password is set by the contact: `set_password`.
    Clauses: contact.privileges, contact.restricted, channel.tickets.
    """
    with _a_press():
        found = preview(request)
        if found.needs_secret:
            raise Refused(
                "contact.password", "The contact chooses the password, behind a link that works once."
            )
        if not found.by_hand_because and not found.problem and found.seen != seen:
            raise Refused("", "The panel shows something else than when you looked. Look at it again.")
        return _do(request, found, secret="", by=by, at=at)


def set_password(request: AdminRequest, secret: str, *, by: Contact, at: datetime) -> Run:
    """Set the password that a contact just chose, once; `secret` is in no row, log, history or mail.

    The run says what came of it. A failed one leaves the request ready: the contact may choose again. An unclear one, when
    no answer came and the panel cannot tell, becomes a failed one after a while, by itself.
    Refused as by `carry_out`. Clause: contact.password.
    """
    with _a_press():
        found = preview(request)
        if not found.needs_secret and not found.by_hand_because:
            raise Refused("", "This request sets no password.")
        return _do(request, found, secret=secret, by=by, at=at)


def may_undo(run: Run) -> bool:
    """Whether `undo` has a chance: done through a panel that can take it back, and not taken back yet. Asks no network."""
    if run.state != RunState.DONE or run.panel == BY_HAND or run.undoes_id is not None:
        return False
    if run.request.state != RequestState.DONE or run.before == run.after:
        # Where it was so already nothing was sent, and what was there before is there now.
        return False
    panel = panels.keeper_of(run.request.account).panel
    return panel.kind == run.panel and run.operation in panel.undoes


def undo(run: Run, *, by: Agent, at: datetime) -> Run:
    """Bring back what was there before a done run, as a run of its own; only while what is there is what we left.

    Refused: what `may_undo` denies, and when somebody changed it since.
    """
    if AdminRequest.objects.filter(pk=run.request_id, state__in=_UNDER_WAY).exists():
        raise Refused("", "It is being taken back already; this page says how it ends.")
    if not may_undo(run):
        raise Refused("", "This cannot be undone by the panel; ask for a new change instead.")
    with _a_press():
        return _undo(run, by=by, at=at)


def _undo(run: Run, *, by: Agent, at: datetime) -> Run:
    request, wish = run.request, _wish(run.request)
    panel = panels.keeper_of(request.account).panel
    try:
        now = panel.look(wish).facts
    except (PortDown, PortRefused) as error:
        raise Refused("", f"The panel does not answer now: {error.answer}") from error
    if not wishes.same(run.operation, now, run.after):
        raise Refused("", "It was changed since, so undoing would take away more than this request.")
    with transaction.atomic():
        case = locked(request)
        if case.request.state != RequestState.DONE:
            raise Refused("", "Somebody is undoing this already.")
        taking_back = start_run(case, panel=panel.kind, before=now, undoes=run, by=by, at=at)
    try:
        answer = panel.undo(wish, before=run.before, key=taking_back.key).answer
    except (PortDown, PortRefused) as error:
        return _no_clear_yes(taking_back, panel, wish, error, by=by.actor(), at=at)
    return _look_again(taking_back, panel, wish, said=answer, said_yes=True, by=by.actor(), at=at)


@contextmanager
def _a_press() -> Iterator[None]:
    """All that one press asks of a panel, in a time that somebody waits. Refused where too many wait for panels."""
    with ExitStack() as stack:
        try:
            stack.enter_context(line.no_longer_than(line.SECONDS_OF_A_PRESS))
        except PortAway as error:
            raise Refused("", f"Nothing was sent: {error.answer}.") from error
        yield


def look_once(run: Run, *, at: datetime) -> Run:
    """Ask the panel what became of a run that was sent and has no clear answer; nothing is sent a second time."""
    mailed_links.broken_off(run.request, at=at)
    request, wish = run.request, _wish(run.request)
    panel = panels.keeper_of(request.account).panel
    if panel.kind != run.panel:
        answer = "The panel that was told is not connected any more; look there by hand."
        return _concluded(run, RunState.UNCLEAR, {}, answer, by=SYSTEM, at=at, look_at=at + _FOR_A_PERSON)
    said = run.answer or "The press was broken off before an answer came."
    return _look_again(run, panel, wish, said=said, said_yes=False, by=SYSTEM, at=at)


def _do(request: AdminRequest, found: Preview, *, secret: str, by: Agent | Contact, at: datetime) -> Run:
    if found.by_hand_because:
        raise Refused("", f"{found.by_hand_because} An agent does it by hand.")
    if found.problem:
        raise Refused("", found.problem)
    wish, panel = _wish(request, secret), panels.keeper_of(request.account).panel
    run = begin(request, panel=panel.kind, before=found.before, by=by, at=at)
    if found.is_done_already:
        return _concluded(
            run, RunState.DONE, found.before, "It was so already; nothing was sent.", by=by.actor(), at=at
        )
    try:
        answer = panel.carry_out(wish, key=run.key).answer
    except (PortDown, PortRefused) as error:
        return _no_clear_yes(run, panel, wish, error, by=by.actor(), at=at)
    return _look_again(run, panel, wish, said=answer, said_yes=True, by=by.actor(), at=at)


def _no_clear_yes(
    run: Run, panel: Panel, wish: Operation, error: PortDown | PortRefused, *, by: Actor, at: datetime
) -> Run:
    """A no, or nobody there: not done. Anything else may have been done: look."""
    log.warning("panel did not say yes", run=run.pk, panel=panel.kind, operation=wish.name)
    if isinstance(error, PortRefused | PortAway):
        return _concluded(run, RunState.FAILED, {}, error.answer, by=by, at=at)
    return _look_again(run, panel, wish, said=error.answer, said_yes=False, by=by, at=at)


def _look_again(
    run: Run, panel: Panel, wish: Operation, *, said: str, said_yes: bool, by: Actor, at: datetime
) -> Run:
    later = at + back_off(run.tries + 1, first=_FIRST_LOOK, longest=_LONGEST_PAUSE, chance=random.Random())  # noqa: S311
    try:
        now = panel.look(wish).facts
    except (PortDown, PortRefused):
        return _concluded(run, RunState.UNCLEAR, {}, said, by=by, at=at, look_at=later)
    verdict = _verdict(run, wish, now)
    if verdict == "yes" or (verdict == "unseen" and said_yes):
        return _concluded(run, RunState.DONE, now, said, by=by, at=at)
    if verdict == "unseen" and wish.name in wishes.NEEDS_SECRET and at - run.started_at >= _BELIEVED_AFTER:
        return _concluded(run, RunState.FAILED, now, _CHOOSE_AGAIN, by=by, at=at)
    if verdict == "no" and at - run.started_at >= _BELIEVED_AFTER:
        answer = f"The panel shows that it was not done. It had said: {said}"
        return _concluded(run, RunState.FAILED, now, answer, by=by, at=at)
    if verdict == "working":
        later = at + _WHILE_WORKING
    return _concluded(run, RunState.UNCLEAR, now, said, by=by, at=at, look_at=later)


def _verdict(run: Run, wish: Operation, now: Facts) -> wishes.Answer:
    if run.undoes is not None:
        return wishes.undone(run.operation, now, before=run.undoes.before)
    return wishes.answer(wish, now, before=run.before)


def _concluded(
    run: Run,
    state: str,
    after: Facts,
    answer: str,
    *,
    by: Actor,
    at: datetime,
    look_at: datetime | None = None,
) -> Run:
    conclude(run, state=state, after=after, answer=answer, by=by, at=at, look_at=look_at)
    return Run.objects.select_related("request__account", "undoes").get(pk=run.pk)


def _wish(request: AdminRequest, secret: str = "") -> Operation:
    name = case_of(request).kind.carried_out
    return Operation(name, request.account.username, request.details, secret)


def _by_hand_because(request: AdminRequest, panel: Panel) -> str:
    name = case_of(request).kind.carried_out
    if name == BY_HAND:
        return "This is done by the steps of its checklist."
    return panel.by_hand.get(name, "")
