"""How the clauses kept by tickets fare, over the last 30 days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit import moments, numbers
from hostdesk.kit.moments import in_words
from hostdesk.policy.registry import Evidence, evidence
from hostdesk.schedule import plan
from hostdesk.schedule.models import MaintenanceWindow
from hostdesk.schedule.watching import uncovered_lately
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.delay_models import Delay
from hostdesk.tickets.models import Breach, SlaClock, Ticket, WindowBooking
from hostdesk.tickets.queries.fairness import fairness
from hostdesk.tickets.queries.foretold import foretold
from hostdesk.tickets.shift_models import HandOver

SPAN = timedelta(days=30)
_LISTED = 20


@evidence("sla.hours")
def hours(at: datetime) -> Evidence:
    """Tickets are taken in at every hour of the day and every day of the week, and their clocks start at once."""
    opened = Ticket.objects.filter(opened_at__gte=at - SPAN, opened_at__lte=at)
    late = opened.exclude(
        Exists(SlaClock.objects.filter(ticket=OuterRef("pk"), started_at=OuterRef("opened_at")))
    )
    count, wrong = opened.count(), [numbers.shown(pk) for pk in late.values_list("pk", flat=True)[:_LISTED]]
    weekend = opened.filter(opened_at__iso_week_day__gte=6).count()
    sentence = f"{count} tickets in 30 days, {weekend} of them at a weekend; each clock ran from the arrival."
    gaps, said = _cover(at)
    return Evidence(count, _share(count, len(wrong)), [*wrong, *gaps][:_LISTED], f"{sentence}{said}")


def _cover(at: datetime) -> tuple[list[str], str]:
    """Times of the last 30 days without anybody on duty and holes in the coming plan, and both in a sentence."""
    if not plan.keeps_shifts(at):
        return [], ""
    zone = plan.zone()

    def spoken(begin: datetime, end: datetime) -> str:
        return " to ".join(moments.day_and_time(one, zone, now=at) for one in (begin, end))

    empty = [(row.began_at, row.ended_at or at) for row in uncovered_lately(at - SPAN, at)]
    holes = plan.holes(at)
    length = moments.in_words(sum((end - begin for begin, end in empty), timedelta(0)))
    lines = [f"nobody was on duty: {spoken(*one)}" for one in reversed(empty)]
    lines += [f"nobody is planned: {spoken(*one)}" for one in holes]
    return lines, (
        f" Nobody was on duty for {length} of these days; the plan of the coming seven has"
        f" {len(holes) or 'no'} hole{'' if len(holes) == 1 else 's'}."
    )


@evidence("sla.response")
def response(at: datetime) -> Evidence:
    """How many tickets were answered by a person within the promised time, and how true the expected times were."""
    found = _clock("response", "answered", at)
    return replace(found, sentence=f"{found.sentence}{_foretold(at)}")


def _foretold(at: datetime) -> str:
    """What the expected times of four weeks were worth, gone through again; nothing where none could be shown."""
    seen = foretold(at=at)
    if not seen.looks:
        return ""
    return (
        f" Gone through again, {seen.held} of the {seen.looks} expected times that could be shown in four weeks"
        f" held the answer ({round(100 * seen.held / seen.looks)} %); half of them were no wider than"
        f" {in_words(seen.width)}."
    )


@evidence("class.general_fast")
def general_is_fast(at: datetime) -> Evidence:
    """General tickets are solved in time and sooner than advanced ones; listed are the late ones, and open ones whose
    clock goes by another class than theirs.
    """
    solved = SlaClock.objects.filter(kind="resolution", stopped_at__gte=at - SPAN, stopped_at__lte=at)
    general = solved.filter(ticket__ticket_class__in=_GENERAL)
    advanced = solved.filter(ticket__ticket_class="advanced")
    late = general.filter(late_at__isnull=False, late_at__lte=at)
    clocks = SlaClock.objects.filter(kind="resolution", stopped_at=None)
    astray = clocks.exclude(ticket_class=F("ticket__ticket_class")).filter(
        Q(ticket_class="advanced") | Q(ticket__ticket_class="advanced")
    )
    count, wrong = general.count(), late.count()
    lines = [
        f"{numbers.shown(pk)}: its clock goes by another class"
        for pk in astray.order_by("-pk").values_list("ticket_id", flat=True)[:_LISTED]
    ]
    lines += [
        f"{numbers.shown(pk)}: general, solved late"
        for pk in late.order_by("-stopped_at").values_list("ticket_id", flat=True)[:_LISTED]
    ]
    many, stray = advanced.count(), astray.count()
    sentence = (
        f"{count} general ticket{'' if count == 1 else 's'} solved in 30 days, {count - wrong} in time"
        f"{_half_within(general)}; {many} advanced one{'' if many == 1 else 's'}{_half_within(advanced)}. Times are ours,"
        f" without those in which we wait for the customer. {stray or 'No'} open ticket{'' if stray == 1 else 's'}"
        " with the clock of another class."
    )
    return Evidence(count, _share(count, wrong), lines[:_LISTED], sentence)


_GENERAL = ("unclassed", "general")


def _half_within(clocks: QuerySet[SlaClock]) -> str:
    """Within which running time half of them ended; the database ranks them and gives one."""
    ranked = clocks.annotate(
        rank=Window(RowNumber(), order_by=[F("used_seconds"), F("pk")]), of=Window(Count("pk"))
    ).filter(rank=(F("of") + 1) / 2)
    middle = ranked.values_list("used_seconds", flat=True).first()
    return "" if middle is None else f", half within {in_words(timedelta(seconds=middle))}"


@evidence("sla.resolve")
def resolution(at: datetime) -> Evidence:
    """How many tickets were solved within the promised time."""
    return _clock("resolution", "solved", at)


@evidence("sla.best_effort")
def explained(at: datetime) -> Evidence:
    """Every broken promise has a reason of the policy's list; those without one are listed."""
    broken = Breach.objects.filter(late_at__gte=at - SPAN, late_at__lte=at)
    bare = broken.filter(explained_at=None)
    count, wrong = broken.count(), bare.count()
    lines = [
        f"{numbers.shown(pk)}: no reason for the {kind}"
        for pk, kind in bare.order_by("late_at").values_list("ticket_id", "kind")[:_LISTED]
    ]
    sentence = f"{count} promises of time broken in 30 days, {wrong} of them without a reason."
    return Evidence(count, _share(count, wrong), lines, sentence)


@evidence("sla.delays")
def told_in_time(at: datetime) -> Evidence:
    """Customers hear of a delay, once and before the promise is broken; what was not told, or too late, is listed.

    So is another team's answer that came after its time.
    """
    delays = Delay.objects.filter(began_at__gte=at - SPAN, began_at__lte=at)
    causes = Counter(delays.values_list("cause", flat=True))
    bad = delays.filter(told_at=None) | delays.filter(told_at__gt=F("due_at"))
    asked = Consult.objects.filter(asked_at__gte=at - SPAN, asked_at__lte=at)
    late = asked.filter(clock__late_at__isnull=False, clock__late_at__lte=at)
    count, wrong = sum(causes.values()) + asked.count(), bad.count() + late.count()
    lines = [
        f"{numbers.shown(pk)}: {'told too late' if told_at else f'not told, {why}'}"
        for pk, told_at, why in bad.order_by("-began_at").values_list(
            "ticket_id", "told_at", "silent_because"
        )[:_LISTED]
    ]
    lines += [
        f"{numbers.shown(pk)}: {team} answered late"
        for pk, team in late.order_by("-asked_at").values_list("ticket_id", "team__name")[:_LISTED]
    ]
    named = ", ".join(f"{word.replace('_', ' ')} {many}" for word, many in causes.most_common())
    sentence = (
        f"{sum(causes.values())} delay{'' if sum(causes.values()) == 1 else 's'} in 30 days{f' ({named})' if named else ''}, {bad.count()} of them not told"
        f" in time; {asked.count()} questions to other teams, {late.count()} answered late."
    )
    return Evidence(count, _share(count, wrong), lines[:_LISTED], sentence)


@evidence("sla.fcfs")
def in_turn(at: datetime) -> Evidence:
    """How many tickets were taken in turn; each jump is listed with its reason, and waits and inversions are counted."""
    taken = Entry.objects.filter(
        subject_type="ticket", verb__in=("taken", "assigned"), at__gte=at - SPAN, at__lte=at
    )
    jumps = Decision.objects.filter(
        clause="sla.fcfs", outcome="jumped", at__gte=at - SPAN, at__lte=at
    ).order_by("-id")
    lines = [
        f"{numbers.shown(pk)} went past {facts.get('before')} older: {facts.get('reason') or 'no reason given'}"
        for pk, facts in jumps.values_list("subject_id", "facts")[:_LISTED]
    ]
    count, jumped = taken.count(), jumps.count()
    return Evidence(
        count,
        _share(count, jumped),
        lines,
        f"{count} tickets taken in 30 days, {jumped} of them out of turn.{_measured(at)}",
    )


def _measured(at: datetime) -> str:
    """How long tickets waited to be taken, and past how many older ones they went, by why."""
    found = fairness(at=at, span=SPAN)
    if found.all_waits is None:
        return ""
    waits = found.all_waits
    by_why = ", ".join(f"{one.passed} by {_WHY[one.cause]}" for one in found.inversions if one.passed)
    passed = sum(one.passed for one in found.inversions)
    went = (
        f" They went past {passed} older tickets in all: {by_why}."
        if passed
        else " None went past an older one."
    )
    return (
        f" Half waited no longer than {in_words(waits.median)}, nine in ten no longer than {in_words(waits.most)},"
        f" none longer than {in_words(waits.longest)}.{went}"
    )


_WHY = {
    "skill": "skill",
    "skip": "being left to others",
    "emergency": "emergency",
    "choice": "choice with a reason",
}


@evidence("sla.offpeak")
def quiet_times(at: datetime) -> Evidence:
    """Larger work that was agreed for a window was done in it, and somebody else looked at it; no window is overbooked."""
    ended = WindowBooking.objects.filter(window__ends_at__gte=at - SPAN, window__ends_at__lte=at)
    states = Counter(ended.exclude(state__in=("released", "proposed")).values_list("state", flat=True))
    wrong = ended.filter(state__in=("missed", "done", "agreed")).order_by("-pk")
    lines = [
        f"{numbers.shown(pk)}: {_SLOT_SAYS[state]}"
        for pk, state in wrong.values_list("ticket_id", "state")[:_LISTED]
    ]
    held = Count("bookings", filter=~Q(bookings__state="released"))
    odd = MaintenanceWindow.objects.filter(ends_at__gte=at - SPAN, closed_at=None).annotate(held=held)
    miscounted = odd.exclude(booked=F("held")).count()
    count, done = sum(states.values()), states["verified"] + states["not_right"]
    sentence = f"{done} of {count} works agreed for a window in 30 days were done in it and looked at by somebody else; "
    sentence += f"{miscounted} windows hold another number of tickets than they count."
    return Evidence(count, _share(count, count - done), lines, sentence)


_SLOT_SAYS = {
    "missed": "not done in its window",
    "done": "done, and nobody else has looked at it",
    "agreed": "its window is over, and nobody has said what became of it",
}


def histories(at: datetime) -> Evidence:
    """Every ticket has its history from the first event on; every answer stands in it.

    Half of the evidence of channel.tickets; the other half, changes to accounts, is seen from the room of requests.
    """
    recent = Ticket.objects.filter(opened_at__gte=at - SPAN, opened_at__lte=at)
    opened = Entry.objects.filter(subject_type="ticket", subject_id=OuterRef("pk"), verb="opened")
    count = recent.count()
    bare = [numbers.shown(pk) for pk in recent.exclude(Exists(opened)).values_list("pk", flat=True)[:_LISTED]]
    events = Entry.objects.filter(subject_type="ticket", at__gte=at - SPAN, at__lte=at).count()
    handed = HandOver.objects.filter(at__gte=at - SPAN, at__lte=at)
    kinds = dict(handed.values_list("how").annotate(many=Count("pk")).values_list("how", "many"))
    by_hand = kinds.pop(HandOver.How.SHIFT_END, 0)
    return Evidence(
        count,
        _share(count, len(bare)),
        bare,
        f"{count} tickets in 30 days with {events} events in their history. {by_hand} were handed over at the end of a"
        f" shift; {sum(kinds.values())} came back to the queue because their holder was gone.",
    )


@evidence("conduct.complaints")
def complaints(at: datetime) -> Evidence:
    """Complaints reach the supervisors alone: none is held by anybody outside their team."""
    sealed = Ticket.objects.filter(sealed=True, opened_at__gte=at - SPAN, opened_at__lte=at)
    wrong = [
        numbers.shown(ticket.pk)
        for ticket in sealed.filter(assignee__isnull=False)
        .select_related("assignee")
        .prefetch_related("assignee__teams")
        if ticket.assignee and ticket.team_id not in {team.pk for team in ticket.assignee.teams.all()}
    ]
    count = sealed.count()
    return Evidence(
        count,
        _share(count, len(wrong)),
        wrong,
        f"{count} sealed tickets in 30 days, seen by supervisors only.",
    )


def _clock(kind: str, done: str, at: datetime) -> Evidence:
    """Ended or late clocks of one kind: met and late ones; late ones without a reason are listed (sla.best_effort)."""
    clocks = SlaClock.objects.filter(kind=kind, started_at__gte=at - SPAN, started_at__lte=at)
    counts = clocks.aggregate(
        met=Count("pk", filter=Q(state="met")), late=Count("pk", filter=Q(state="breached"))
    )
    late = (
        Breach.objects.filter(kind=kind, late_at__gte=at - SPAN, late_at__lte=at)
        .order_by("-late_at")
        .values_list("ticket_id", "reason")[:_LISTED]
    )
    lines = [
        f"{numbers.shown(pk)}: {reason.replace('_', ' ') or 'no reason recorded'}" for pk, reason in late
    ]
    count = counts["met"] + counts["late"]
    sentence = f"{counts['met']} of {count} tickets {done} in time in 30 days; {counts['late']} late."
    return Evidence(count, _share(count, counts["late"]), lines, sentence)


def _share(count: int, wrong: int) -> float | None:
    return (count - wrong) / count if count else None
