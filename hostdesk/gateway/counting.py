"""The mailroom's sums: how many mails an agent may see, by what became of them. Each is one statement over indexes.

received = waiting + ticketed + appended + closed + quarantined + ignored + refused holds by construction: a mail has
one row and a row has one disposition, which the database itself enforces. Everything is counted in the index of
dispositions, and what an agent may not see is taken off each word by itself, so that the sum stays true for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.db.models.functions import TruncHour

from hostdesk.gateway.queries import is_supervisor, mails_for_agent
from hostdesk.mail.models import Disposition, OutboundState
from hostdesk.people.models import Agent, Role, Team
from hostdesk.people.queries import team_ids_of

WAITING = "waiting"
_DAY_HOURS = 24
# As written in the condition of the index `inboundmail_complaints`: with figures put in by the driver, SQLite would not
# know that the index answers.
_COMPLAINT = "(m.route = 'complaint' OR m.clause = 'conduct.complaints')"
_INBOUND = """SELECT word, SUM(many) FROM (
    SELECT disposition AS word, COUNT(*) AS many FROM mail_inboundmail GROUP BY disposition
    {hidden}) AS each GROUP BY word"""
_COMPLAINTS_OFF = f"""
    UNION ALL SELECT m.disposition, -COUNT(*) FROM mail_inboundmail m WHERE {_COMPLAINT} GROUP BY m.disposition"""
_SEALED_OFF = """
    UNION ALL SELECT m.disposition, -COUNT(*) FROM tickets_ticket t JOIN mail_inboundmail m ON m.ticket_number = t.id
    WHERE t.sealed AND t.team_id IN ({teams}) {but} GROUP BY m.disposition"""
_OUTBOUND = """SELECT word, SUM(many) FROM (
    SELECT state AS word, COUNT(*) AS many FROM mail_outboundmail GROUP BY state
    {hidden}) AS each GROUP BY word"""
_SECRETS = "m.kind IN ('sign_in_link', 'invitation')"
_SECRETS_OFF = f"""
    UNION ALL SELECT m.state, -COUNT(*) FROM mail_outboundmail m WHERE {_SECRETS} GROUP BY m.state"""
_SEALED_OUT_OFF = """
    UNION ALL SELECT m.state, -COUNT(*) FROM tickets_ticket t JOIN mail_outboundmail m ON m.ticket_number = t.id
    WHERE t.sealed AND t.team_id IN ({teams}) {but} GROUP BY m.state"""


def counts_for_agent(agent: Agent) -> dict[str, int]:
    """How many inbound mails an agent may see, by what became of them; every disposition is in it, and `waiting`."""
    hidden, but = ("", "") if is_supervisor(agent) else (_COMPLAINTS_OFF, f"AND NOT {_COMPLAINT}")
    teams = _teams_closed_to(agent)
    if teams:
        hidden += _SEALED_OFF.format(teams=teams, but=but)
    known = _sums(_INBOUND.format(hidden=hidden))
    return {word: known.get(word, 0) for word in (WAITING, *Disposition.values)}


def outbound_counts_for_agent(agent: Agent) -> dict[str, int]:
    """How many outbound mails stand where; every state is in it."""
    sees_secrets = agent.role == Role.ADMIN and not settings.SMTP_URL
    hidden, but = ("", "") if sees_secrets else (_SECRETS_OFF, f"AND NOT {_SECRETS}")
    teams = _teams_closed_to(agent)
    if teams:
        hidden += _SEALED_OUT_OFF.format(teams=teams, but=but)
    known = _sums(_OUTBOUND.format(hidden=hidden))
    return {state: known.get(state, 0) for state in OutboundState.values}


def _teams_closed_to(agent: Agent) -> str:
    """Numbers of the sealed teams that an agent is not in, as they stand in a statement; "" for none."""
    own = team_ids_of(agent)
    sealed = Team.objects.filter(sealed=True).values_list("pk", flat=True)
    return ", ".join(str(int(pk)) for pk in sealed if pk not in own)


def _sums(statement: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return {word or WAITING: int(many) for word, many in cursor.fetchall()}


@dataclass(frozen=True)
class Flow:
    """How mail runs: since when the oldest waiting mail waits (None: nothing does), and mails in each of 24 hours."""

    waits_since: datetime | None
    hours: list[int]


def flow_for_agent(agent: Agent, *, at: datetime) -> Flow:
    """What an agent may see of it; the last of `hours` is the present one."""
    waits_since = mails_for_agent(agent).waiting().aggregate(oldest=Min("received_at"))["oldest"]
    this_hour = at.replace(minute=0, second=0, microsecond=0)
    begins = this_hour - timedelta(hours=_DAY_HOURS - 1)
    counted = (
        mails_for_agent(agent)
        .filter(received_at__gte=begins, received_at__lt=this_hour + timedelta(hours=1))
        .order_by()
        .annotate(hour=TruncHour("received_at"))
        .values_list("hour")
        .annotate(many=Count("pk"))
    )
    many = dict(counted)
    return Flow(waits_since, [many.get(begins + timedelta(hours=n), 0) for n in range(_DAY_HOURS)])
