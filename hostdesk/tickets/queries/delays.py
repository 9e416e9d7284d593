"""Delays: tickets whose promise is near its end, what is seen around them, and those that are open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from hostdesk.hosting.models import Service
from hostdesk.people.models import Skill, Team
from hostdesk.policy.rules.delays import Signs, usual_length, usual_outbreak
from hostdesk.policy.terms import Terms
from hostdesk.schedule.queries import is_anybody_on_shift
from hostdesk.tickets.actions.clocks import RESOLUTION, RESPONSE
from hostdesk.tickets.consult_models import Consult
from hostdesk.tickets.delay_models import Delay, QueueSample
from hostdesk.tickets.models import ENDED, OURS, SlaClock, Ticket
from hostdesk.tickets.queries.crews import Crews, Nobody
from hostdesk.tickets.queries.expected import likely_answers

MOST = 1_000
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_HALF_AN_HOUR = timedelta(minutes=30)
_LEAST_SAMPLES = 6
_MOST_SAMPLES = 4_000
_MOST_COUNTED = 1_000


def near_their_end(at: datetime) -> QuerySet[SlaClock]:
    """Promises to customers that were warned of, are not broken yet, and of whose delay nobody was told; first due first.

    Complaints are never among them (conduct.complaints). Read over the tickets that carry a mark, not over all.
    """
    told = Delay.objects.filter(ticket=OuterRef("ticket"), ended_at=None)
    marked = Q(ticket__attention__gt=0) & ~Q(ticket__state__in=ENDED) & Q(ticket__sealed=False)
    return (
        SlaClock.objects.filter(
            marked, kind__in=(RESPONSE, RESOLUTION), state="warned", stopped_at=None, due_at__gt=at
        )
        .filter(~Exists(told))
        .select_related("ticket__team")
        .annotate(version_digest=F("policy_version__digest"))
        .order_by("due_at", "pk")
    )


class Seen:
    """What is true around some tickets, of a whole team or server asked at most once in a round at `at`."""

    def __init__(self, clocks: Iterable[SlaClock], at: datetime) -> None:
        self._clocks, self.at = list(clocks), at
        self._queues: dict[int, tuple[int, float | None, float | None]] = {}
        self._away: dict[int, bool] = {}
        self._servers: dict[tuple[int, datetime], tuple[int, float | None]] = {}

    def around(self, ticket: Ticket, terms: Terms) -> Signs:
        """The signs around one ticket (sla.delays)."""
        waiting, usual, ever = self._queue(ticket.team_id, terms)
        same_server, same_server_usual = self._same_server(ticket, terms)
        return Signs(
            team_is_late=Consult.objects.filter(ticket=ticket, ended="", clock__due_at__lte=self.at).exists(),
            same_server=same_server,
            same_server_usual=same_server_usual,
            specialist_away=self._team_is_away(ticket.team) or self.specialist_away(ticket) is not None,
            waiting=waiting,
            usual=usual,
            usual_ever=ever,
        )

    def specialist_away(self, ticket: Ticket) -> Nobody | None:
        """That nobody is on duty who has the skills that a waiting ticket needs; None when it needs none (sla.fcfs)."""
        # Of tickets that somebody has the needs are not looked up.
        if not self._crews.needs.get(ticket.pk):
            return None
        return self._crews.nobody_for(ticket)

    def likely_end(self, clock: SlaClock) -> datetime | None:
        """By when a ticket is probably answered; None for another promise, and where too little is known."""
        return self._likely_ends.get(clock.pk)

    @cached_property
    def _crews(self) -> Crews:
        waiting = [one.ticket for one in self._clocks if self._is_waiting(one.ticket)]
        return Crews(waiting, at=self.at, by_skills=Skill.objects.exists())

    @cached_property
    def _likely_ends(self) -> dict[int, datetime]:
        answers = [one for one in self._clocks if one.kind == RESPONSE and self._is_waiting(one.ticket)]
        found = likely_answers([one.ticket for one in answers], at=self.at, crews=self._crews)
        return {one.pk: found[one.ticket_id].ends for one in answers if one.ticket_id in found}

    @staticmethod
    def _is_waiting(ticket: Ticket) -> bool:
        return ticket.assignee_id is None and ticket.state in OURS

    def _queue(self, team_id: int, terms: Terms) -> tuple[int, float | None, float | None]:
        if team_id not in self._queues:
            waiting = Ticket.objects.waiting().filter(team_id=team_id).order_by()[:_MOST_COUNTED].count()
            self._queues[team_id] = (waiting, *usual_queue(team_id, terms, at=self.at))
        return self._queues[team_id]

    def _team_is_away(self, team: Team) -> bool:
        """Nobody of a team beside the first one is in a shift, while somebody of that one is."""
        if team.slug == Team.SUPPORT:
            return False
        if team.pk not in self._away:
            self._away[team.pk] = is_anybody_on_shift(self.at) and not is_anybody_on_shift(
                self.at, team=team.slug
            )
        return self._away[team.pk]

    def _same_server(self, ticket: Ticket, terms: Terms) -> tuple[int, float | None]:
        """How many customers wrote about the same server around this one's arrival, at most over its servers; and usually."""
        if ticket.account_id is None:
            return 0, None
        servers = Service.objects.current().filter(account=ticket.account_id, server__isnull=False)
        # Those that arrived in the same minute are asked for once.
        arrived = ticket.opened_at.replace(second=0, microsecond=0)
        found: tuple[int, float | None] = (0, None)
        for server in sorted(set(servers.values_list("server_id", flat=True))):
            if (server, arrived) not in self._servers:
                self._servers[server, arrived] = _outbreak(server, arrived, terms)
            found = max(found, self._servers[server, arrived], key=lambda one: one[0] - (one[1] or 0))
        return found


def _outbreak(server: int, arrived: datetime, terms: Terms) -> tuple[int, float | None]:
    """How many customers of a server wrote around an instant, and how many usually do at this time of day.

    What is usual is asked for only where it matters.
    """
    accounts = Service.objects.current().filter(server=server).values("account")
    wrote = Ticket.objects.filter(account__in=accounts, sealed=False)
    around = (arrived - terms.delay_outbreak, arrived + terms.delay_outbreak)
    many = wrote.filter(opened_at__range=around).values("account__customer").distinct().count()
    if many < terms.delay_outbreak_customers:
        return many, None
    before = wrote.filter(opened_at__range=(around[0] - terms.delay_usual, around[1] - _DAY))
    by_day: defaultdict[int, set[int]] = defaultdict(set)
    for then, customer in before.order_by("-opened_at").values_list("opened_at", "account__customer")[
        :_MOST_SAMPLES
    ]:
        day = round((arrived - then) / _DAY)
        if abs(arrived - then - day * _DAY) <= terms.delay_outbreak:
            by_day[day].add(customer)
    # Days without any count as well, as far back as anybody wrote.
    return many, usual_outbreak([len(by_day[day]) for day in range(1, max(by_day, default=0) + 1)])


def usual_queue(team_id: int, terms: Terms, *, at: datetime) -> tuple[float | None, float | None]:
    """How long a team's queue usually is at this hour of the week, and at any hour, over the policy's days."""
    samples = QueueSample.objects.filter(team=team_id, at__gt=at - terms.delay_usual, at__lt=at)
    lengths = list(samples.order_by("-at").values_list("at", "waiting")[:_MOST_SAMPLES])
    now = [
        waiting
        for then, waiting in lengths
        if min((at - then) % _WEEK, -(at - then) % _WEEK) <= _HALF_AN_HOUR and at - then > timedelta(days=1)
    ]
    return (
        usual_length(now, least=_LEAST_SAMPLES),
        usual_length([waiting for _, waiting in lengths], least=_LEAST_SAMPLES),
    )


def open_delay(ticket: Ticket) -> Delay | None:
    """The delay that a ticket is in."""
    return Delay.objects.filter(ticket=ticket, ended_at=None).select_related("picked_by").first()


def delayable_clock(ticket: Ticket) -> SlaClock | None:
    """The promise to the customer that ends first of those that count or wait."""
    open_ones = SlaClock.objects.filter(ticket=ticket, kind__in=(RESPONSE, RESOLUTION), stopped_at=None)
    return open_ones.annotate(version_digest=F("policy_version__digest")).order_by("due_at", "pk").first()
