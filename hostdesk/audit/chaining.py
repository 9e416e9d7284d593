"""Sealing the history: rows are written as they come, and a while later a round puts them into the chain.

Whoever writes history never waits for the chain: a row costs what it always did. A number may come late, because its
transaction took long, or never, because it was rolled back. So a link lists the numbers it has, and what is missing
among the newest stays open: a row that appears there is sealed late. `OPEN` after a number was passed over its place
is closed, and a row that appears there then was not written by us; `verifying` names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from hostdesk.audit import ranges, seals
from hostdesk.audit.books import BOOKS, Row, rows_after, rows_within
from hostdesk.audit.models import Link

OPEN = timedelta(hours=1)
_ROWS_A_LINK = 1000


def seal_history(at: datetime, *, most_links: int = 200) -> int:
    """Put the rows that are in no link yet into the chain; how many links were made.

    Two at once do no harm: the second one's link has a number that is taken, and it stops.
    """
    made = 0
    for book in BOOKS:
        while made < most_links and _seal_some(book, at=at):
            made += 1
    return made


def _seal_some(book: str, *, at: datetime) -> bool:
    """One more link of a book; False when nothing waits, or when another was faster."""
    last = Link.objects.order_by("-number").first()
    edge = edge_of(book)
    late = rows_within(book, edge.open, limit=_ROWS_A_LINK)
    rows = late + rows_after(book, edge.reached, limit=_ROWS_A_LINK - len(late))
    if not rows:
        return False
    try:
        with transaction.atomic():
            _link(book, rows, reached=edge.reached, last=last, at=at).save(force_insert=True)
    except IntegrityError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Edge:
    """Where the sealed part of a book ends: the highest number, and the gaps below it that are still open."""

    reached: int
    open: list[ranges.Range]


def edge_of(book: str) -> Edge:
    """How far a book is sealed.

    What is open is reckoned from the last link and not from now: while no worker ran, nothing closed.
    """
    links = Link.objects.filter(book=book).order_by("-number")
    newest = links.only("number", "at", "reached").first()
    if newest is None:
        return Edge(0, [])
    closed = links.filter(at__lte=newest.at - OPEN).values_list("reached", flat=True).first() or 0
    texts = links.filter(at__gt=newest.at - OPEN).values_list("ids", flat=True)
    known = [pair for text in texts for pair in _readable(text)]
    return Edge(newest.reached, ranges.gaps(known, after=closed))


def _readable(text: str) -> list[ranges.Range]:
    """The numbers of a link; none of one that somebody touched: `verifying` names it, and sealing goes on."""
    try:
        return ranges.read(text)
    except ValueError:
        return []


def _link(book: str, rows: list[Row], *, reached: int, last: Link | None, at: datetime) -> Link:
    link = Link(
        number=last.number + 1 if last else 1,
        book=book,
        ids=ranges.written(ranges.ranges_of(pk for pk, _ in rows)),
        rows=len(rows),
        reached=max(reached, rows[-1][0]),
        marks=b"".join(mark for _, mark in rows),
        at=at,
    )
    link.digest = seals.digest_of(link, before=last.digest if last else seals.BEGINNING)
    sealed = seals.seal(link.digest)
    link.seal, link.key = sealed.seal, sealed.key
    return link
