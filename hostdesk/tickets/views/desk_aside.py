"""What stands beside a ticket, ready to show; made here for the same reason as the rows of lists."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape  # as in web.letters

from django.utils.safestring import SafeString, mark_safe

from hostdesk.people.models import Agent, Contact
from hostdesk.tickets.queries.desk import Row
from hostdesk.tickets.views.desk_rows import STATES
from hostdesk.web import marks

_LONGEST_SUBJECT = 80


def earlier(rows: Iterable[Row]) -> list[SafeString]:
    """Other tickets of the same customer in short, each one `<li>`."""
    return [_earlier(row) for row in rows]


def _earlier(row: Row) -> SafeString:
    turn, tone = STATES[row.state]
    long = len(row.subject) > _LONGEST_SUBJECT
    subject = f"{row.subject[: _LONGEST_SUBJECT - 1]}…" if long else row.subject
    return mark_safe(  # noqa: S308  (escaped piece by piece)
        f'<li><a href="/desk/tickets/{row.pk}"><span class="number">{row.number}</span> <bdi>{escape(subject)}</bdi>'
        f'<span class="state is-{tone}">{turn}</span></a></li>'
    )


def contacts(listed: Iterable[Contact], *, asked_by: int | None) -> list[SafeString]:
    """The contacts of an account, each one `<li>`; `asked_by` is the key of the one who asked."""
    return [_contact(contact, asked=contact.pk == asked_by) for contact in listed]


def _contact(contact: Contact, *, asked: bool) -> SafeString:
    person = contact.person
    mark = '<br><span class="soft">asked this</span>' if asked else ""
    if person.hard_bounces:
        times = "once" if person.hard_bounces == 1 else f"{person.hard_bounces} times in a row"
        said = escape(person.bounce_said)
        mark += f'<br><span class="tag is-late" title="{said}">mail came back {times}</span>'
    return mark_safe(  # noqa: S308  (escaped piece by piece)
        f'<li>{marks.avatar(person.name, "small")}<div><bdi>{escape(person.name)}</bdi> <span class="tag">'
        f'{escape(contact.role)}</span><br><bdi class="soft address">{escape(person.email)}</bdi>{mark}</div></li>'
    )


def takers(holders: Iterable[Agent], *, but: set[int | None]) -> list[SafeString]:
    """The agents a ticket can be handed to, each one `<option>`, without those of these keys."""
    return [
        mark_safe(f'<option value="{one.pk}">{escape(one.name)}</option>')  # noqa: S308  (escaped piece by piece)
        for one in holders
        if one.pk not in but
    ]
