"""Breakers: automatic mails stop before they are a storm, and go on by themselves after a quiet time.

Judged when a mail is queued and once more before it is delivered. The state is in rows, so that any number of workers
agree; what is held stays held, with its reason, until a person sends it on. What people write is never asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import structlog
from django.db import connection
from django.db.models import Q

from hostdesk.audit.prepared import Prepared, keeping_cursor
from hostdesk.kit.refusals import Misconfigured, Missing
from hostdesk.mail.models import Breaker, OutboundMail, OutboundState, Setback
from hostdesk.policy import queries as policy
from hostdesk.policy.rules.automatic import Limit, Scope, breaker_limit
from hostdesk.policy.terms import Terms

log = structlog.get_logger()

# The narrowest first: a storm to one address must not be told as one of the whole desk.
SCOPES: tuple[Scope, ...] = ("address", "ticket", "desk")
_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_REASONS = {
    "address": "Held back: too many automatic mails to this address within a short time.",
    "ticket": "Held back: too many automatic mails about this ticket within a short time.",
    "desk": "Held back: too many automatic mails of the whole desk within a short time.",
}


def reason_of(scope: str) -> str:
    """Why a mail was held, as a sentence."""
    return _REASONS[scope]


def scope_that_holds(to_address: str, ticket_number: int | None, *, at: datetime) -> Scope | None:
    """Which breaker holds an automatic mail that is about to be queued; None when it may go.

    Opens the breaker whose limit is reached, as part of the caller's transaction. From half of a limit on those who
    ask about the same thing wait for each other, so that not one mail more gets through.
    Clause: contact.listed_sender.
    """
    terms = _terms()
    if terms is None:
        return None
    limits = {scope: breaker_limit(scope, terms) for scope in SCOPES}
    keys = _keys(to_address, ticket_number)
    counts, lately = _first_look(keys, limits, at=at)
    rows = _rows(keys) if lately else {}
    if any(row.open_until <= at for row in rows.values()):
        # After a storm the count began anew.
        counts = _counts(keys, limits, rows, at=at)
    near: list[Scope] = [scope for scope in keys if 2 * counts[scope] >= limits[scope].mails]
    if near:
        rows = {**rows, **_lock(near, keys)}
        counts |= _counts({scope: keys[scope] for scope in near}, limits, rows, at=at)
    for scope in keys:
        row = rows.get(scope)
        if counts[scope] >= limits[scope].mails:
            assert row is not None, "a limit that is reached was near before"
            _open(row, quiet=terms.breaker_quiet, at=at)
        if row is not None and row.open_until > at:
            return scope
    return None


def let_through(mails: Sequence[OutboundMail], *, at: datetime) -> list[OutboundMail]:
    """The claimed mails that may be delivered: guarded ones whose breaker opened meanwhile are held instead."""
    asked = [mail for mail in mails if mail.guarded]
    if not asked:
        return list(mails)
    wanted = Q(scope=Breaker.Scope.DESK)
    wanted |= Q(scope=Breaker.Scope.ADDRESS, key__in={mail.to_address for mail in asked})
    wanted |= Q(scope=Breaker.Scope.TICKET, key__in={str(mail.ticket_number) for mail in asked})
    found = Breaker.objects.open(at).filter(wanted).values_list("scope", "key")
    opened = {(scope, key) for scope, key in found}
    if not opened:
        return list(mails)
    return [mail for mail in mails if not (mail.guarded and _hold(mail, opened, at=at))]


def note_held(mail: OutboundMail, *, at: datetime) -> None:
    """Leave word of a held mail for the rooms above."""
    Setback.objects.get_or_create(
        outbound=mail, kind=Setback.Kind.HELD, defaults={"at": at, "said": mail.last_answer}
    )


def take_untold(*, at: datetime) -> list[Breaker]:
    """Breakers that opened and that nobody was told of; they count as told from now on."""
    untold = Breaker.objects.open(at).filter(told_at=None)
    return [row for row in untold if Breaker.objects.filter(pk=row.pk, told_at=None).update(told_at=at)]


def open_now(*, at: datetime) -> list[Breaker]:
    """The breakers that hold mails back now, the widest and oldest first."""
    return sorted(Breaker.objects.open(at), key=lambda row: (-SCOPES.index(_scope(row)), row.opened_at))


def warnings(*, at: datetime) -> list[str]:
    """What the operator should know of breakers, for the page of health; without addresses."""
    if _terms() is None:
        return ["The policy in force sets no breakers for automatic mail; publish its newest version."]
    counts = dict.fromkeys(SCOPES, 0)
    for row in open_now(at=at):
        counts[_scope(row)] += 1
    words = {"desk": "the whole desk", "ticket": "{} ticket{}", "address": "{} address{}"}
    said = [
        words[scope].format(count, "" if count == 1 else "es" if scope == "address" else "s")
        for scope, count in reversed(counts.items())
        if count
    ]
    return [f"Automatic mail is held back for {' and '.join(said)}; see the mailroom."] if said else []


def _terms() -> Terms | None:
    """The figures in force; None under a policy that was published before breakers were known, or before the first."""
    try:
        terms = policy.current().terms
        terms.breaker_quiet  # noqa: B018  (asked for what an old version lacks)
    except (Misconfigured, Missing):
        return None
    return terms


def _keys(to_address: str, ticket_number: int | None) -> dict[Scope, str]:
    keys: dict[Scope, str] = {"address": to_address[:320]}
    if ticket_number is not None:
        keys["ticket"] = str(ticket_number)
    return {**keys, "desk": ""}


_THREE = Prepared(
    lambda address, ticket: Breaker.objects.filter(
        Q(scope="address", key=address) | Q(scope="ticket", key=ticket) | Q(scope="desk", key="")
    ),
    str,
    str,
)


def _rows(keys: Mapping[Scope, str]) -> dict[Scope, Breaker]:
    return {_scope(row): row for row in _THREE(keys["address"], keys.get("ticket", "none"))}


def _lock(scopes: Iterable[Scope], keys: Mapping[Scope, str]) -> dict[Scope, Breaker]:
    """The rows of these breakers, locked until the caller's transaction ends; made where there was none."""
    rows: dict[Scope, Breaker] = {}
    for scope in scopes:
        row = _LOCKED.first(scope, keys[scope])
        if row is None:
            new = Breaker(scope=scope, key=keys[scope], opened_at=_LONG_AGO, open_until=_LONG_AGO)
            Breaker.objects.bulk_create([new], ignore_conflicts=True)
            row = Breaker.objects.select_for_update(no_key=True).get(scope=scope, key=keys[scope])
        rows[scope] = row
    return rows


_LOCKED = Prepared(
    lambda scope, key: Breaker.objects.select_for_update(no_key=True).filter(scope=scope, key=key), str, str
)
# On PostgreSQL compared in pairs, so that the index of the address or ticket serves: by `queued_at` alone, knowing little
# of the newest rows, it would go through all that the desk sent within the hour. SQLite's indexes serve no pairs.
# The order keeps the desk's own count to its index.
_SINCE = {"postgresql": "({key}, queued_at) > (%s, %s)", "sqlite": "{key} = %s AND queued_at > %s"}
_GUARDED = "SELECT 1 FROM mail_outboundmail WHERE guarded"
_COUNTED = {
    "address": f"{_GUARDED} AND to_address = %s AND {{since}} LIMIT %s",
    "ticket": f"{_GUARDED} AND ticket_number = %s AND {{since}} AND held_by <> 'address' LIMIT %s",
    "desk": f"{_GUARDED} AND held_by NOT IN ('address', 'ticket') AND queued_at > %s ORDER BY queued_at DESC LIMIT %s",
}


def _counts(
    keys: Mapping[Scope, str],
    limits: Mapping[Scope, Limit],
    rows: Mapping[Scope, Breaker],
    *,
    at: datetime,
) -> dict[Scope, int]:
    """How many automatic mails each scope wished to send within its window, counted up to its limit, in one statement.

    After a storm the count begins anew: a window that still holds it would open the breaker again at once.
    """
    since = {scope: at - limits[scope].window for scope in keys}
    for scope, row in rows.items():
        if scope in since and row.open_until <= at:
            since[scope] = max(since[scope], row.open_until)
    sql, parameters = _counting(keys, limits, since)
    return dict(zip(keys, _one_row(sql, parameters), strict=True))


def _first_look(
    keys: Mapping[Scope, str], limits: Mapping[Scope, Limit], *, at: datetime
) -> tuple[dict[Scope, int], bool]:
    """The counts, up to halves, as if no breaker were open or had been lately, and whether one is or was; in one statement."""
    since = {scope: at - limits[scope].window for scope in keys}
    # Half of a limit is all that is asked for here.
    halves = {scope: Limit((limits[scope].mails + 1) // 2, limits[scope].window) for scope in keys}
    sql, parameters = _counting(keys, halves, since)
    longest = min(since.values())
    parameters += [_adapted(longest), keys["address"], keys.get("ticket", "none")]
    *counts, lately = _one_row(f"{sql}, EXISTS({_LATELY})", parameters)
    return dict(zip(keys, counts, strict=True)), bool(lately)


_LATELY = (
    "SELECT 1 FROM mail_breaker WHERE open_until > %s AND"
    " (scope = 'desk' OR (scope = 'address' AND key = %s) OR (scope = 'ticket' AND key = %s))"
)


def _counting(
    keys: Mapping[Scope, str], limits: Mapping[Scope, Limit], since: Mapping[Scope, datetime]
) -> tuple[str, list[str | int | datetime]]:
    parameters: list[str | int | datetime] = []
    for scope, key in keys.items():
        if key:
            parameters += [int(key) if scope == "ticket" else key] * 2
        parameters += [_adapted(since[scope]), limits[scope].mails]
    parts = ", ".join(f"(SELECT COUNT(*) FROM ({_counted(scope)}) AS counted_{scope})" for scope in keys)
    return f"SELECT {parts}", parameters


def _counted(scope: Scope) -> str:
    key = {"address": "to_address", "ticket": "ticket_number"}.get(scope, "")
    return _COUNTED[scope].format(since=_SINCE[connection.vendor].format(key=key))


def _adapted(moment: datetime) -> str | datetime:
    return connection.ops.adapt_datetimefield_value(moment) or moment


def _one_row(sql: str, parameters: Sequence[str | int | datetime]) -> tuple[int, ...]:
    with keeping_cursor(connection) as cursor:
        cursor.execute(sql, parameters)
        (found,) = cursor.fetchall()
    return tuple(found)


def _open(row: Breaker, *, quiet: timedelta, at: datetime) -> None:
    """Open a locked breaker, or keep it open, until a quiet time from now."""
    if row.open_until <= at:
        row.opened_at, row.told_at = at, None
        log.warning("breaker opened", scope=row.scope, breaker=row.pk)
    row.open_until = at + quiet
    row.save(update_fields=["opened_at", "open_until", "told_at"])


def _hold(mail: OutboundMail, opened: set[tuple[str, str]], *, at: datetime) -> bool:
    keys = _keys(mail.to_address, mail.ticket_number)
    scope = next((scope for scope, key in keys.items() if (scope, key) in opened), None)
    if scope is None:
        return False
    ours = OutboundMail.objects.waiting().filter(pk=mail.pk, claimed_by=mail.claimed_by)
    if ours.update(
        state=OutboundState.HELD,
        held_by=scope,
        last_answer=reason_of(scope),
        next_try_at=at,
        tries=mail.tries - 1,
        claimed_by="",
        claimed_until=None,
    ):
        mail.last_answer = reason_of(scope)
        note_held(mail, at=at)
    return True


def _scope(row: Breaker) -> Scope:
    return cast("Scope", row.scope)
