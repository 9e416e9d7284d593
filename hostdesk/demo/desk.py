"""The running desk of the demo: its mail door, its sorting, its clocks and its deliveries, with time as an argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min

from hostdesk.demo.outside import Mailboxes, Posted
from hostdesk.gateway.actions.sorting import sort_mails
from hostdesk.gateway.judging import Tools
from hostdesk.gateway.tasks import tell_supervisors
from hostdesk.jobs.claiming import claim
from hostdesk.mail.door.keeping import Arrival, keep
from hostdesk.mail.models import InboundMail
from hostdesk.mail.tasks import deliver_through
from hostdesk.tickets.actions.closing import close_old
from hostdesk.tickets.actions.ticking import clock_round
from hostdesk.tickets.models import SlaClock

_LEASE = timedelta(minutes=5)
_UNTIL_SORTED = timedelta(seconds=1)
_UNTIL_DELIVERED = timedelta(seconds=4)


@dataclass
class Desk:
    """What runs by itself in a real desk. `passed` is how far time has come; `now` is its end."""

    tools: Tools
    mailboxes: Mailboxes
    zone: ZoneInfo
    now: datetime
    passed: datetime
    say_day: Callable[[datetime], None] = field(default=lambda _: None, repr=False)

    def receive(self, posted: Posted, *, at: datetime, route: str = "desk") -> InboundMail:
        """Take a letter in at the door and have it sorted; its row as it then is."""
        keep([_arrival(posted, at=at, route=route, raw=posted.raw)])
        rows = claim(InboundMail.objects.waiting(), limit=1, by="demo", at=at, lease=_LEASE)
        assert len(rows) == 1, "a letter of the demo is like no other"
        sort_mails(rows, self.tools, at=min(at + _UNTIL_SORTED, self.now))
        row = rows[0]
        row.refresh_from_db()
        assert row.disposition is not None, "DNS in memory always answers, so nothing waits"
        return row

    def receive_twice(self, posted: Posted, *, at: datetime) -> None:
        """The same bytes again, as impatient programs send them: the door knows them and keeps one."""
        keep([_arrival(posted, at=at, route="desk", raw=posted.raw)])

    def refuse(self, posted: Posted, *, size: int, reason: str, at: datetime) -> None:
        """A letter that the door does not carry; `size` in bytes, `reason` as its sender is told."""
        keep([_arrival(posted, at=at, route="desk", raw=None, size=size, reason=reason)])

    def deliver(self, at: datetime) -> None:
        """Hand everything over that is due a moment after `at`."""
        while deliver_through(self.mailboxes, at=min(at + _UNTIL_DELIVERED, self.now)):
            pass

    def let_time_pass(self, until: datetime) -> None:
        """Let the clocks warn, old tickets close, and the daily count be mailed, each at its time."""
        while True:
            hour = self.passed.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            look_at = SlaClock.objects.aggregate(first=Min("look_at"))["first"]
            moment = min(hour, look_at) if look_at else hour
            if moment > until:
                return
            if moment == hour:
                self._hourly(moment)
            if moment == look_at and clock_round(moment):
                self.deliver(moment)
            self.passed = max(self.passed, moment)

    def _hourly(self, moment: datetime) -> None:
        match moment.astimezone(self.zone).hour:
            case 0:
                self.say_day(moment)
            case 3:
                close_old(moment)
            case 7 if tell_supervisors(moment):
                self.deliver(moment)


def _arrival(
    posted: Posted, *, at: datetime, route: str, raw: bytes | None, size: int = 0, reason: str = ""
) -> Arrival:
    return Arrival(
        route=route,
        door="smtp",
        envelope_from=posted.envelope_from,
        recipients=(posted.recipient,),
        client_ip=posted.client_ip,
        helo=posted.helo,
        received_at=at,
        raw=raw,
        size=size if raw is None else len(raw),
        reason=reason,
    )
