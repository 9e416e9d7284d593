"""Mails are found again by whatever a person knows of them, and counted for each agent so that the sum is true."""

import html
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hostdesk.gateway import counting, queries
from hostdesk.gateway.finding import make_findable
from hostdesk.gateway.tests.test_mailroom import Screen, counts, subjects
from hostdesk.kit import numbers
from hostdesk.mail import actions
from hostdesk.mail.models import InboundMail, OutboundMail, Trust
from hostdesk.people.models import Agent
from hostdesk.tickets.models import Ticket

clause = pytest.mark.clause


@pytest.fixture
def busy(world):
    world.contact()
    world.receives(subject="Shop down since Monday")
    world.receives("stranger@nowhere.example", name="A Stranger", subject="Cheap hosting offer")
    world.receives(ip="203.0.113.9", subject="Please change my password")
    world.receives("bot@list.example", subject="Away", headers={"Auto-Submitted": "auto-replied"})
    world.move(days=2)
    world.receives("bob@late.example", name="Zoë Müller", subject="Invoice 2026-77 \u05e9\u05dc\u05d5\u05dd")
    return world


@pytest.fixture
def screen(world):
    return Screen(world, world.agent())


def found(world, query, agent=None):
    agent = agent or Agent.objects.filter(name="Finder").first() or world.agent("Finder")
    page = Screen(world, agent).words(f"/desk/mailroom/?{query}")
    return [html.unescape(one) for one in subjects(page)]


@pytest.mark.parametrize("indexed", [False, True], ids=["just settled", "in the search"])
@pytest.mark.parametrize(
    ("typed", "subject"),
    [
        ("stranger@nowhere.example", "Cheap hosting offer"),
        ("stranger", "Cheap hosting offer"),
        ("HOSTING", "Cheap hosting offer"),
        ("hosting off", "Cheap hosting offer"),
        ("Müller", "Invoice 2026-77 \u05e9\u05dc\u05d5\u05dd"),
        ("\u05e9\u05dc\u05d5\u05dd", "Invoice 2026-77 \u05e9\u05dc\u05d5\u05dd"),
    ],
)
def test_words_find_a_mail_at_once_and_ever_after(busy, typed, subject, indexed):
    if indexed:
        assert make_findable(busy.now) > 0
        assert make_findable(busy.now) == 0

    assert found(busy, f"q={typed}") == [subject]


def test_a_mail_is_found_by_its_papers(busy):
    make_findable(busy.now)
    mail = InboundMail.objects.get(disposition="ticketed")
    for typed in (
        mail.digest,
        mail.digest.upper(),
        mail.message_id,
        str(mail.ticket_number),
        numbers.shown(mail.ticket_number),
    ):
        assert found(busy, f"q={typed.replace('#', '%23')}") == ["Shop down since Monday"], typed
    assert found(busy, f"q={'0' * 64}") == []
    assert len(found(busy, "q=support%40itpossible.com")) == 5


@pytest.mark.parametrize(
    ("query", "subjects_found"),
    [
        ("trust=forged", ["Please change my password"]),
        ("trust=proven", ["Shop down since Monday"]),
        ("door=smtp&disposition=ignored", ["Away"]),
        ("door=pipe", []),
        ("since=2026-11-24", ["Invoice 2026-77 \u05e9\u05dc\u05d5\u05dd"]),
        ("until=2026-11-23&disposition=closed", ["Cheap hosting offer"]),
        ("since=2026-11-23&until=2026-11-23&q=hosting", ["Cheap hosting offer"]),
        ("since=2026-11-25&until=2026-11-25&trust=forged", []),
        ("since=nonsense&until=&disposition=closed&q=cheap", ["Cheap hosting offer"]),
    ],
)
def test_filters_narrow_together(busy, query, subjects_found):
    assert found(busy, query) == subjects_found


def test_filters_stay_in_the_address_and_are_taken_away_one_by_one(busy, screen):
    page = screen.words("/desk/mailroom/?disposition=closed&q=example&trust=unproven&since=2026-11-23")
    without = re.findall(r'class="chip" href="([^"]*)"', page)

    assert [html.unescape(one) for one in without] == [
        "/desk/mailroom/?disposition=closed&trust=unproven&since=2026-11-23",
        "/desk/mailroom/?disposition=closed&q=example&since=2026-11-23",
        "/desk/mailroom/?disposition=closed&q=example&trust=unproven",
    ]
    assert "/desk/mailroom/?disposition=ignored&amp;q=example&amp;trust=unproven&amp;since=2026-11-23" in page


@pytest.mark.parametrize("query", ["trust=x", "door=window", "disposition=x"])
def test_a_filter_that_is_none_leads_nowhere(screen, query):
    assert screen.get(f"/desk/mailroom/?{query}").status_code == 404


def test_a_search_leads_through_all_its_pages(world, screen):
    for n in range(55):
        world.receives(f"s{n}@nowhere.example", subject=f"Offer {n}")
    make_findable(world.now)
    page = screen.words("/desk/mailroom/?q=offer")
    following = html.unescape(re.search(r'rel="next" href="([^"]*)"', page)[1])
    rest = screen.words(following)

    assert len(subjects(page)) == 50
    assert subjects(rest) == [f"Offer {n}" for n in range(4, -1, -1)]


@clause("conduct.complaints")
def test_what_only_supervisors_see_is_taken_off_both_sides_of_the_sum(busy):
    agent, chief = busy.agent("Sipho"), busy.agent("Zanele", role="supervisor")
    complaint = busy.receives(to="complaint", subject="About your staff")
    answered = busy.receives(subject=f"Re: [#{numbers.shown(complaint.ticket_number)}] About your staff")
    sealed_by_hand = Ticket.objects.get(pk=answered.ticket_number)
    for word in range(2):
        for who in (agent, chief):
            counted = counting.counts_for_agent(who)
            seen = queries.mails_for_agent(who)
            assert sum(counted.values()) == seen.count(), (word, who)
            assert counted == {w: seen.with_disposition(w).count() for w in counted}
        if not word and not sealed_by_hand.sealed:
            Ticket.objects.filter(pk=sealed_by_hand.pk).update(
                sealed=True, team_id=Ticket.objects.get(pk=complaint.ticket_number).team_id
            )
    page = Screen(busy, agent).words("/desk/mailroom/")

    assert "Complaints are left out on both sides" in page
    assert "Complaints are left out" not in Screen(busy, chief).words("/desk/mailroom/")
    assert found(busy, "q=staff") == []
    assert found(busy, f"q={complaint.digest}") == []
    assert InboundMail.objects.count() == sum(counting.counts_for_agent(chief).values())


def test_what_goes_out_is_counted_as_it_is_seen(busy, settings):
    settings.SMTP_URL = "smtp://127.0.0.1:25"
    actions.queue(
        actions.OutboundDraft(kind="invitation", to_address="a@b.example", subject="s", text="t"), at=busy.now
    )
    busy.receives(to="complaint", subject="About your staff")
    for who in (
        busy.agent("Sipho"),
        busy.agent("Zanele", role="supervisor"),
        busy.agent("Anita", role="admin"),
    ):
        counted = counting.outbound_counts_for_agent(who)
        seen = queries.outbound_for_agent(who)
        assert counted == {state: seen.filter(state=state).count() for state in counted}


def test_counting_asks_once_and_never_walks_the_table(busy):
    busy.receives(to="complaint")
    agent = busy.agent("Sipho")
    agent.memberships.all()
    with CaptureQueriesContext(connection) as asked:
        counting.counts_for_agent(agent)
    statement = asked[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{statement}")
        plan = "\n".join(str(row) for row in cursor.fetchall())

    # Whether this agent is a supervisor, which teams are closed to them, and the sums.
    assert len(asked) <= 4
    if connection.vendor == "sqlite":
        assert "SCAN m " not in plan.replace("SCAN m USING INDEX inboundmail_complaints", "")
        assert "SCAN mail_inboundmail USING COVERING INDEX inboundmail_by_disposition" in plan


def test_closed_mails_that_look_like_a_contact_s_are_found_without_a_walk_through_all_closed_ones(busy):
    agent = busy.agent("Sipho")
    with CaptureQueriesContext(connection) as asked:
        queries.resembling(agent)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{asked[-1]['sql']}")
        plan = "\n".join(str(row) for row in cursor.fetchall())

    if connection.vendor == "sqlite":
        assert "USING INDEX inboundmail_resembling (disposition=?)" in plan


def test_the_oldest_waiting_mail_says_how_long_it_waits(world, screen):
    world.keeps(world.letter("bob@late.example"), envelope_from="bob@late.example")
    world.now += timedelta(minutes=12)

    assert "the oldest waiting mail waits 12 minutes" in screen.words("/desk/mailroom/")


def test_mails_held_for_one_reason_are_judged_again_with_one_press(busy, screen):
    busy.receives(ip="203.0.113.9", subject="Another forgery")
    complaint = busy.receives(raw=b"From: x\r\nTo: complaint@itpossible.com\r\n\r\n", to="complaint")
    page = screen.words("/desk/mailroom/held")
    reason = InboundMail.objects.filter(disposition="quarantined").exclude(pk=complaint.pk).first().reason
    busy.prove("acme.example", policy="none")
    screen.post("/desk/mailroom/held", {"reason": reason})
    waiting = InboundMail.objects.waiting().count()
    busy.sort()

    assert re.findall(r'<span class="number">(\d+)</span><span class="words">([^<]*)<', page) == [
        ("2", html.escape(reason))
    ]
    assert "Judge all 2 again" in page
    assert waiting == 2
    assert not InboundMail.objects.filter(reason=reason).exists()


def test_a_waiting_mail_is_held_back_and_sent_again(busy, screen):
    mail = OutboundMail.objects.filter(state="waiting").first()
    screen.post(f"/desk/mailroom/outbound/{mail.pk}/holding")
    held = screen.words(f"/desk/mailroom/outbound/{mail.pk}")
    screen.post(f"/desk/mailroom/outbound/{mail.pk}/delivery")

    assert ("Held back by Bongani" in held, "Send again" in held, "Bongani: held back" in held) == (
        True,
        True,
        True,
    )
    assert OutboundMail.objects.get(pk=mail.pk).state == "waiting"


def test_a_mail_that_is_just_being_sent_is_not_held_back(busy, screen):
    mail = OutboundMail.objects.filter(state="waiting").first()
    OutboundMail.objects.update(claimed_until=busy.now + timedelta(minutes=5), claimed_by="worker")
    screen.post(f"/desk/mailroom/outbound/{mail.pk}/holding")

    assert OutboundMail.objects.get(pk=mail.pk).state == "waiting"


@pytest.mark.parametrize("indexed", [False, True])
def test_mail_out_is_found_by_reader_subject_ticket_and_message_id(busy, screen, indexed):
    if indexed:
        make_findable(busy.now)
    mail = OutboundMail.objects.get(kind="acknowledgement")
    for typed in (mail.to_address, "shop down", str(mail.ticket_number), mail.message_id.strip("<>")):
        page = screen.words(f"/desk/mailroom/outbound?q={typed}")
        assert len(subjects(page)) == 1, typed
    assert subjects(screen.words("/desk/mailroom/outbound?q=nobody%40nowhere.example")) == []


def test_every_word_for_trust_can_be_shown(screen):
    page = screen.words("/desk/mailroom/")

    assert all(f'<option value="{word}">' in page for word in Trust.values)
    assert counts(page)["received"] == 0
