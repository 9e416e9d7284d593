"""Looking whether the history still is what was sealed: everything is reckoned again, nothing is believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from hostdesk.audit import ranges, seals
from hostdesk.audit.anchors import Anchor
from hostdesk.audit.books import BELOW, BOOKS, MARK_BYTES, behind, rows_within
from hostdesk.audit.chaining import edge_of
from hostdesk.audit.models import Link

What = Literal["changed", "removed", "inserted", "link changed", "link removed", "not our seal", "cut"]
_LINKS_A_READ = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed; `row` is None where the chain itself was touched."""

    what: What
    sentence: str
    link: int | None
    book: str | None = None
    row: int | None = None


@dataclass(slots=True)
class Report:
    """What was looked at, and what was found, first things first; of very many findings only the first are kept.

    `strange_keys`: the first and last link under each key that is neither ours nor said to be lost.
    """

    links: int = 0
    rows: int = 0
    waiting: int = 0
    keys_gone: int = 0
    strange_keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    end: Anchor | None = None
    findings: list[Finding] = field(default_factory=list)


def verify(
    anchors: Iterable[Anchor] = (),
    *,
    start: int = 1,
    lost_keys: Collection[str] = (),
    most_findings: int = 100,
) -> Report:
    """Look through the whole chain from link `start` on, and through every row that it seals.

    Memory does not grow with the history, time does with the number of rows. While the desk runs, what is written
    meanwhile counts as waiting for its seal. A seal under a key that we do not have proves nothing, so it is a finding;
    unless the name of the key is among `lost_keys`, those that the operator knows to have lost: such links are counted as
    `keys_gone`, and their content is proven by the digests of the links behind them.
    """
    report = Report()
    wanted = {anchor.number: anchor for anchor in anchors}
    sealed: dict[str, list[ranges.Range]] = {book: [] for book in BOOKS}
    for book, ids in (
        Link.objects.filter(number__lt=start).order_by("number").values_list("book", "ids").iterator()
    ):
        _remember(sealed, book, ids)
    before = Link.objects.filter(number=start - 1).values_list("digest", flat=True).first()
    expected, known = start, before if start > 1 else seals.BEGINNING
    if start > 1 and before is None:
        _add(report, _not_reached(start))
    for link in Link.objects.filter(number__gte=start).order_by("number").iterator(chunk_size=_LINKS_A_READ):
        if link.number != expected:
            _add(report, _missing(expected, link.number - 1))
            known = None
        _look_at_link(report, link, before=known, lost_keys=lost_keys)
        _look_at_rows(report, link)
        _remember(sealed, link.book, link.ids)
        if link.number in wanted:
            _look_at_anchor(report, wanted.pop(link.number), link)
        report.links += 1
        report.end = Anchor(link.number, link.digest, link.at)
        known, expected = link.digest, link.number + 1
    for key, (first, last) in report.strange_keys.items():
        _add(report, _unproven(key, first, last))
    for anchor in sorted(wanted.values(), key=lambda one: one.number):
        if anchor.number >= start:
            _add(report, _cut(anchor, report.end))
    for book in BOOKS:
        _look_between(report, book, sealed[book])
    del report.findings[most_findings:]
    return report


def _look_at_link(report: Report, link: Link, *, before: str | None, lost_keys: Collection[str]) -> None:
    if before is not None and seals.digest_of(link, before=before) != link.digest:
        sentence = (
            f"link {link.number} is not what was sealed: it, or the end of the link before, was changed"
        )
        _add(report, Finding("link changed", sentence, link.number, link.book))
        return
    ours = seals.is_ours(link.digest, seals.Seal(link.seal, link.key))
    if ours is None and link.key in lost_keys:
        report.keys_gone += 1
    elif ours is None:
        first, _ = report.strange_keys.get(link.key, (link.number, link.number))
        report.strange_keys[link.key] = (first, link.number)
    elif not ours:
        sentence = f"link {link.number} has a seal that this desk did not make"
        _add(report, Finding("not our seal", sentence, link.number, link.book))


def _look_at_rows(report: Report, link: Link) -> None:
    """Compare every row of a link with its mark, number by number."""
    try:
        pairs = ranges.read(link.ids)
    except ValueError:
        pairs = []
    whole = sum(last - first + 1 for first, last in pairs)
    marks = bytes(link.marks)
    if whole != link.rows or len(marks) != whole * MARK_BYTES or link.book not in BOOKS:
        sentence = f"link {link.number} does not say which rows it seals any more"
        _add(report, Finding("link changed", sentence, link.number, link.book))
        return
    there = dict(rows_within(link.book, pairs, limit=whole))
    for place, number in enumerate(ranges.numbers(pairs)):
        mark = there.get(number)
        if mark is None:
            _add(report, _row_finding("removed", link, number))
        elif mark != marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]:
            _add(report, _row_finding("changed", link, number))
    report.rows += whole


def _look_at_anchor(report: Report, anchor: Anchor, link: Link) -> None:
    if anchor.digest != link.digest:
        sentence = (
            f"link {link.number} is not the one that was noted outside of the database on"
            f" {anchor.at:%Y-%m-%d %H:%M} UTC: the history was written anew, or a backup was restored since"
        )
        _add(report, Finding("link changed", sentence, link.number, link.book))


def _look_between(report: Report, book: str, sealed: list[ranges.Range]) -> None:
    """Rows that nobody sealed: behind the end they wait, in an open gap they came late, elsewhere they do not belong."""
    edge = edge_of(book)
    reached = sealed[-1][1] if (sealed := ranges.merged(sealed)) else 0
    for number, _ in rows_within(book, [BELOW, *ranges.gaps(sealed, after=0)], limit=1000):
        if any(first <= number <= last for first, last in edge.open):
            report.waiting += 1
            continue
        sentence = f"{book} {number} was put in between rows that had been sealed without it"
        _add(report, Finding("inserted", sentence, None, book, number))
    report.waiting += behind(book, max(reached, edge.reached))


def _remember(sealed: dict[str, list[ranges.Range]], book: str, ids: str) -> None:
    """Keep which numbers are sealed; neighbours grow together, so that this stays small."""
    try:
        pairs = ranges.read(ids)
    except ValueError:
        return
    kept = sealed.setdefault(book, [])
    for first, last in pairs:
        if kept and kept[-1][1] + 1 == first:
            kept[-1] = (kept[-1][0], last)
        else:
            kept.append((first, last))


def _row_finding(what: Literal["changed", "removed"], link: Link, number: int) -> Finding:
    sentence = f"{link.book} {number} was {what} after it had been sealed in link {link.number}"
    return Finding(what, sentence, link.number, link.book, number)


def _unproven(key: str, first: int, last: int) -> Finding:
    which = f"link {first} is" if first == last else f"links from {first} to {last} are"
    sentence = (
        f"{which} sealed under the key {key[:20]!r}, which this desk does not have: nothing proves that we made the seal."
        " Give the old secret in HOSTDESK_SECRET_KEY_FALLBACKS; where you know that it is lost, say --lost-key with its name"
    )
    return Finding("not our seal", sentence, first)


def _not_reached(start: int) -> Finding:
    """The link before the one from which it is looked is not there: what is behind it hangs on nothing."""
    end = Link.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if end >= start:
        return _missing(start - 1, start - 1)
    reaches = f"ends at link {end}" if end else "is empty"
    sentence = f"the chain {reaches}, so nothing was looked at from link {start} on: its end was cut off, or the number is too high"
    return Finding("cut", sentence, start - 1)


def _missing(first: int, last: int) -> Finding:
    which = f"link {first} is" if first == last else f"links {first} to {last} are"
    return Finding("link removed", f"{which} missing from the chain", first)


def _cut(anchor: Anchor, end: Anchor | None) -> Finding:
    reaches = f"ends at link {end.number}" if end else "is empty"
    sentence = (
        f"the chain {reaches}, but link {anchor.number} was noted outside of the database on"
        f" {anchor.at:%Y-%m-%d %H:%M} UTC: its end was cut off, or an older backup was restored"
    )
    return Finding("cut", sentence, anchor.number)


def _add(report: Report, finding: Finding) -> None:
    report.findings.append(finding)
