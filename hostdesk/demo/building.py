"""Building the demo: everything in one commit, so that the company appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from hostdesk.demo import company as companies
from hostdesk.demo import planned, rhythm
from hostdesk.demo.agenda import Agenda
from hostdesk.demo.changes import Changes
from hostdesk.demo.company import Company, Writer
from hostdesk.demo.conversations import Conversations
from hostdesk.demo.crew import Crew
from hostdesk.demo.departments import Departments, found_departments
from hostdesk.demo.desk import Desk
from hostdesk.demo.outside import Mailboxes, Post
from hostdesk.demo.quiet_times import QuietTimes
from hostdesk.demo.reasons import AFTER_COMING, give_reasons
from hostdesk.demo.scenes import Scenes, bad_day
from hostdesk.demo.stories import Story, stories
from hostdesk.gateway.judging import Tools
from hostdesk.hosting.models import Customer
from hostdesk.kit.refusals import Refused
from hostdesk.mail import ours
from hostdesk.mail.auth.resolver import ZoneResolver
from hostdesk.mail.child import ParserPool
from hostdesk.mail.models import InboundMail
from hostdesk.policy.actions import publish_packaged_if_none
from hostdesk.tickets.models import Ticket

DAYS = 30
SEED = 1994
_BEFORE_OPENING = timedelta(hours=3)
_BAD_DAY_AGO = timedelta(days=8)
_BAD_SERVER = "tafelberg"
_NOT_AGAIN_WITHIN = 34
"""A story comes again only after so many others."""
_LEFT_OUT = slice(-10, -2)
"""Ordinary requests of the last days in whose place larger work and other departments are asked for."""
# Minutes before now at which the last requests arrive, and at which somebody takes the next one.
_LIVELY = (104, 99, 95, 90, 86, 81, 76, 72, 67, 62, 56, 49, 41, 34, 27, 21, 14, 8, 3)
_LOOKS = (
    (92, "naledi"),
    (84, "ayesha"),
    (72, "johan"),
    (61, "naledi"),
    (43, "lerato"),
    (24, "ayesha"),
    (16, "naledi"),
    (4, "ayesha"),
)
_FULL_MAILBOX = "jenny@pinelands-physio.example"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What was made: tickets, mails that arrived, mails of ours that were delivered into memory."""

    tickets: int
    arrived: int
    delivered: int


def is_there() -> bool:
    """Whether this desk has customers, of the demo or real ones."""
    return Customer.objects.exists()


def build(
    *,
    now: datetime,
    seed: int = SEED,
    days: int = DAYS,
    odd: rhythm.OddDay | None = None,
    say: Say = lambda _: None,
) -> Built:
    """Make the company and its last `days` up to `now`; the same seed and instant give the same.

    `odd` is a day on which more write or fewer are there: the shown demo has none.

    Nothing leaves the house: its mails are delivered into memory, each at its time.
    Refused: a desk that has customers already. One commit: a half-made demo never stays behind.
    """
    if is_there():
        raise Refused(
            "", "This desk has customers already; a demo company is made in an empty data folder only."
        )
    with ParserPool() as pool, ThreadPoolExecutor(1) as threads, transaction.atomic():
        return _Month(now=now, seed=seed, days=days, odd=odd, say=say).play(pool, threads)


class _Month:
    """One run: chance, agenda and everybody in it."""

    def __init__(self, *, now: datetime, seed: int, days: int, odd: rhythm.OddDay | None, say: Say) -> None:
        self.chance = Random(seed)  # noqa: S311  (a demo, nothing secret)
        self.now, self.start, self.say = now, now - timedelta(days=days), say
        self.odd = odd
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.agenda = Agenda(self.start, now - timedelta(seconds=30))

    def play(self, pool: ParserPool, threads: ThreadPoolExecutor) -> Built:
        opened = self.start - _BEFORE_OPENING
        publish_packaged_if_none(at=opened)
        company = companies.found(chance=self.chance, at=opened)
        self.say(
            f"{len({one.contact.account.customer_id for one in company.writers})} customers, "
            f"{len(company.writers)} contacts, {len(company.staff)} agents"
        )
        found_departments(company, at=opened + timedelta(hours=1))
        resolver = ZoneResolver(company.zone)
        desk = Desk(
            Tools(pool, resolver, threads), Mailboxes(), self.zone, self.now, self.start, self._say_day
        )
        crew = Crew(company, self.agenda, self.chance, quiet_from=self.now - rhythm.LIVELY)
        post = Post(self.zone, ours.support_address(), companies.MAIL_ADDRESS)
        talks = Conversations(desk, post, crew, self.agenda, self.chance)
        desk.deliver(self.start)
        self._plan(company, crew, talks)
        for at, deed in self.agenda.due():
            desk.let_time_pass(at)
            deed(at)
        desk.let_time_pass(self.now)
        desk.deliver(self.now)
        return Built(Ticket.objects.count(), InboundMail.objects.count(), desk.mailboxes.delivered)

    def _plan(self, company: Company, crew: Crew, talks: Conversations) -> None:
        planned.plan_weeks(company, at=self.start - _BEFORE_OPENING, zone=self.zone)
        for hours, step in ((50, planned.plan_leave), (5, planned.fit_to_crew)):
            when = self.now - timedelta(hours=hours)
            self.agenda.put(when, partial(self._plan_shifts, company, step))
        turns = rhythm.turns(self.chance, start=self.start, now=self.now, zone=self.zone, odd=self.odd)
        crew.keep_rota(turns)
        for turn in turns:
            if turn.agent == "pieter":
                self.agenda.put(turn.starts + AFTER_COMING, partial(give_reasons, company, self.zone))
        Scenes(talks, self.now, self.start).stage()
        Changes(talks, self.now, self.start).stage()
        QuietTimes(talks, self.now, self.start).stage()
        Departments(talks, self.now, self.start).stage()
        usual = rhythm.requests(
            self.chance,
            start=self.start + timedelta(hours=2),
            now=self.now,
            zone=self.zone,
            odd=self.odd,
        )
        lively = [self.now - timedelta(minutes=minutes) for minutes in _LIVELY]
        asked = list(_pairs(company, self.chance, len(usual) + len(lively)))
        # Dedicated servers are promised an answer sooner: asked last, none of them is late by now.
        just_now = sorted(asked[len(usual) :], key=lambda pair: pair[1].product == "dedicated")
        ordinary = list(zip(usual, asked[: len(usual)], strict=True))
        del ordinary[_LEFT_OUT]
        for at, (story, writer) in [*ordinary, *zip(lively, just_now, strict=True)]:
            self.agenda.put(at, talks.asking(story, writer))
        for minutes, name in _LOOKS:
            looks = self.now - timedelta(minutes=minutes)
            self.agenda.put(looks, partial(crew.look_now, name, talks.taken))
        self._stage_bad_day(company, talks)
        self._fill_a_mailbox(talks)

    def _plan_shifts(self, company: Company, step: Callable[..., None], at: datetime) -> None:
        step(company, now=self.now, at=at, zone=self.zone)

    def _stage_bad_day(self, company: Company, talks: Conversations) -> None:
        at = (self.now - _BAD_DAY_AGO).astimezone(self.zone).replace(hour=10, minute=12)
        hit = [
            one
            for one in company.writers
            if one.server.startswith(_BAD_SERVER) and one.contact.role == "primary"
        ]
        if at > self.start:
            outage = next(story for story in stories() if story.name == "outage")
            bad_day(talks, outage, hit, at=at.astimezone(self.now.tzinfo))

    def _fill_a_mailbox(self, talks: Conversations) -> None:
        """For three hours, a few days ago, one contact's mailbox takes nothing: a mail of ours fails for good."""
        full = talks.desk.mailboxes.full
        story = next(story for story in stories() if story.name == "disk-space")
        writer = talks.crew.company.of(_FULL_MAILBOX)[0]
        fills = self.now - timedelta(hours=57)
        self.agenda.put(fills, lambda _: full.add(_FULL_MAILBOX))
        self.agenda.put(fills + timedelta(minutes=1), talks.asking(story, writer))
        self.agenda.put(fills + timedelta(minutes=4), lambda _: full.discard(_FULL_MAILBOX))

    def _say_day(self, at: datetime) -> None:
        self.say(f"{at.astimezone(self.zone):%a %d %b}")


def _pairs(company: Company, chance: Random, count: int) -> Iterator[tuple[Story, Writer]]:
    """Who asks what, `count` times: no story soon after itself, nobody with the same one twice."""
    pool = [story for story in stories() for _ in range(story.weight)]
    recent: list[str] = []
    asked: set[tuple[str, str]] = set()
    for _ in range(count):
        fitting: list[tuple[Story, Writer]] = []
        while not fitting:
            story = chance.choice([one for one in pool if one.name not in recent])
            fitting = [
                (story, writer)
                for writer in company.writers
                if _fits(story, writer) and (story.name, writer.email) not in asked
            ]
            recent = [*recent, story.name][-_NOT_AGAIN_WITHIN:]
        story, writer = chance.choice(fitting)
        asked.add((story.name, writer.email))
        yield story, writer


def _fits(story: Story, writer: Writer) -> bool:
    """Whether this person would ask that."""
    if story.lang != writer.lang and story.lang == "af":
        return False
    own = {"dedicated": "dedicated", "reseller": "reseller"}.get(writer.product, "any")
    return story.whom == own or (story.whom == "any" and own == "reseller")
