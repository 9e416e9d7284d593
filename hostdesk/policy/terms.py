"""The figures of one policy version: `terms.yaml`, read strictly, and `Terms`, as the program asks for them.

Every figure is an entry with value, unit, clause and source. `source` says whether it stands in the support
policy that the operator publishes (`policy`) or was `set by the operator`, who then says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

import msgspec

from hostdesk.kit.money import Money
from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import contradictions, strict_yaml, week
from hostdesk.policy.figures import (
    BY_OPERATOR,
    Cents,
    CentsPerHour,
    Count,
    Dates,
    Days,
    Entry,
    Figure,
    Hours,
    HoursOfTheWeek,
    Minutes,
    Percent,
    Seconds,
    Words,
)
from hostdesk.policy.registry import CLAUSES
from hostdesk.policy.week import Week


class TermsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`terms.yaml` key by key: the unit ends the name where the value alone would not say it."""

    support_hours: HoursOfTheWeek
    support_holidays: Dates
    response_warning_minutes: Minutes
    response_breach_minutes: Minutes
    update_warning_minutes: Minutes
    update_breach_minutes: Minutes
    resolution_warning_minutes: Minutes
    resolution_breach_minutes: Minutes
    advanced_resolution_warning_hours: Hours
    advanced_resolution_breach_hours: Hours
    pass_over_minutes: Minutes
    hand_over_grace_minutes: Minutes
    unseen_hours: Hours
    nobody_on_duty_minutes: Minutes
    offpeak_hours: HoursOfTheWeek
    offpeak_tickets_per_window: Count
    offpeak_work: Words
    offpeak_notice_hours: Hours
    offpeak_ahead_days: Days
    delay_reasons: Words
    delay_update_minutes: Minutes
    consult_answer_minutes: Minutes
    consult_warning_minutes: Minutes
    delay_outbreak_customers: Count
    delay_outbreak_minutes: Minutes
    delay_queue_longer_percent: Percent
    delay_queue_least_tickets: Count
    delay_usual_days: Days
    delay_expected_minutes: Minutes
    primary_contacts_limit: Count
    secondary_contacts_limit: Count
    authorised_contacts_limit: Count
    restricted_roles: Words
    contact_details_age_days: Days
    hard_bounces_limit: Count
    automatic_mails_unproven_per_day: Count
    automatic_mails_proven_per_day: Count
    request_confirm_hours: Hours
    cancellation_wait_hours: Hours
    delegation_wait_hours: Hours
    ownership_wait_hours: Hours
    recovery_wait_hours: Hours
    automatic_mails_digest_quiet_minutes: Minutes
    breaker_window_minutes: Minutes
    breaker_mails_per_address: Count
    breaker_mails_per_ticket: Count
    breaker_desk_window_minutes: Minutes
    breaker_mails_per_desk: Count
    breaker_quiet_minutes: Minutes
    delivery_delay_minutes: Minutes
    password_link_roles: Words
    password_approvals: Count
    password_link_hours: Hours
    registration_change_days: Days
    recovery_open_days: Days
    detail_requests_limit: Count
    reopen_days: Days
    duplicate_days: Days
    phone_containment_least_percent: Percent
    phone_containment_most_percent: Percent
    probe_every_seconds: Seconds
    probe_places: Count
    page_within_seconds: Seconds
    page_acknowledge_minutes: Minutes
    emergency_hours: HoursOfTheWeek
    emergency_people_paged: Count
    emergency_review_count: Count
    emergency_review_days: Days
    rate_coding_cents_per_hour: CentsPerHour
    rate_other_cents_per_hour: CentsPerHour
    block_minutes: Minutes
    quote_valid_days: Days
    repeat_days: Days
    cleanup_cents: Cents
    cleanup_confirmations: Count
    satisfaction_requests_limit: Count
    satisfaction_sample_percent: Percent
    complaint_answer_hours: Hours
    complaint_close_days: Days


@dataclass(frozen=True)
class Terms:
    """The figures of one version as the program asks for them; spans are `timedelta`, prices `Money`.

    `label` is `hosting/1`, or the folder's name before publication. A version published before a figure was
    known to the program lacks it: asking raises `Misconfigured` and says to publish.
    """

    label: str
    support_hours: Week
    support_holidays: tuple[str, ...]
    response_warning: timedelta
    response_breach: timedelta
    update_warning: timedelta
    update_breach: timedelta
    resolution_warning: timedelta
    resolution_breach: timedelta
    advanced_resolution_warning: timedelta
    advanced_resolution_breach: timedelta
    pass_over: timedelta
    hand_over_grace: timedelta
    unseen: timedelta
    nobody_on_duty: timedelta
    offpeak_hours: Week
    offpeak_tickets_per_window: int
    offpeak_work: tuple[str, ...]
    offpeak_notice: timedelta
    offpeak_ahead: timedelta
    delay_reasons: tuple[str, ...]
    delay_update: timedelta
    consult_answer: timedelta
    consult_warning: timedelta
    delay_outbreak_customers: int
    delay_outbreak: timedelta
    delay_queue_longer_percent: int
    delay_queue_least_tickets: int
    delay_usual: timedelta
    delay_expected: timedelta
    primary_contacts_limit: int
    secondary_contacts_limit: int
    authorised_contacts_limit: int
    restricted_roles: tuple[str, ...]
    contact_details_age: timedelta
    hard_bounces_limit: int
    automatic_mails_unproven_per_day: int
    automatic_mails_proven_per_day: int
    request_confirm: timedelta
    cancellation_wait: timedelta
    delegation_wait: timedelta
    ownership_wait: timedelta
    recovery_wait: timedelta
    automatic_mails_digest_quiet: timedelta
    breaker_window: timedelta
    breaker_mails_per_address: int
    breaker_mails_per_ticket: int
    breaker_desk_window: timedelta
    breaker_mails_per_desk: int
    breaker_quiet: timedelta
    delivery_delay: timedelta
    password_link_roles: tuple[str, ...]
    password_approvals: int
    password_link: timedelta
    registration_change: timedelta
    recovery_open: timedelta
    detail_requests_limit: int
    reopen: timedelta
    duplicate: timedelta
    phone_containment_least_percent: int
    phone_containment_most_percent: int
    probe_every: timedelta
    probe_places: int
    page_within: timedelta
    page_acknowledge: timedelta
    emergency_hours: Week
    emergency_people_paged: int
    emergency_review_count: int
    emergency_review: timedelta
    rate_coding_per_hour: Money
    rate_other_per_hour: Money
    block: timedelta
    quote_valid: timedelta
    repeat: timedelta
    cleanup: Money
    cleanup_confirmations: int
    satisfaction_requests_limit: int
    satisfaction_sample_percent: int
    complaint_answer: timedelta
    complaint_close: timedelta

    def __getattr__(self, name: str) -> NoReturn:
        """Only asked for what this version does not set."""
        if name.startswith("__"):
            raise AttributeError(name)
        label = self.__dict__.get("label", "this policy")
        raise Misconfigured(label, f"sets no figure '{name}'; publish a version of the policy that does")


@dataclass(frozen=True, slots=True)
class TermNote:
    """Where one figure comes from: key in the file, value as written, and in words; `line` counts from 1."""

    key: str
    clause: str
    unit: str
    value: int | tuple[str, ...]
    shown: str
    source: str
    why: str
    line: int


@dataclass(frozen=True)
class ReadTerms:
    """A terms file, read: the figures, and the origin of each."""

    terms: Terms
    notes: tuple[TermNote, ...]


def read(source: str, *, name: str, label: str, currency: str, strict: bool = True) -> ReadTerms:
    """The figures of a policy.

    Raises `Misconfigured` naming file, line and key: unknown or missing key, wrong unit, figure out of range,
    unknown clause, a figure set by the operator without a reason, or two figures that contradict each other.
    """
    file, lines = strict_yaml.read(source, TermsFile if strict else _lenient(), name=name, strict=strict)
    figures: dict[str, Figure] = {}
    notes = []
    for key in file.__struct_fields__:
        entry = getattr(file, key)
        if entry is None:
            continue
        if strict:
            _check_entry(key, entry, lines)
        figures[_attribute(key, entry)] = figure = _figure(key, entry, currency, lines)
        line = lines.by_path.get((key,), 1)
        value = entry.value
        notes.append(
            TermNote(
                key, entry.clause, entry.unit, value, shown(figure, entry.unit), entry.source, entry.why, line
            )
        )
    terms = object.__new__(Terms)
    terms.__dict__.update({"label": label, **figures})
    if strict:
        contradictions.check(terms, lines)
    return ReadTerms(terms, tuple(notes))


def shown(figure: Figure, unit: str) -> str:
    """A figure as customers read it: `6 hours`, `R380.00 an hour`, `70 %`, `primary and secondary`."""
    if isinstance(figure, timedelta):
        return _span(figure)
    if isinstance(figure, Money):
        return figure.shown() + (" an hour" if unit == "cents per hour" else "")
    if isinstance(figure, Week):
        return figure.shown()
    if isinstance(figure, tuple):
        words = [word.replace("_", " ") for word in figure] or ["none"]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{figure} %" if unit == "percent" else str(figure)


def _lenient() -> type[TermsFile]:
    """The same keys, none of them required: for rows that an older program published."""
    annotations = [(f.name, f.type | None, None) for f in msgspec.structs.fields(TermsFile)]
    return msgspec.defstruct("TermsOfARow", annotations, frozen=True, kw_only=True)  # type: ignore[return-value]


def _check_entry(key: str, entry: Entry, lines: strict_yaml.Lines) -> None:
    if entry.clause not in CLAUSES:
        raise lines.wrong((key, "clause"), f"'{entry.clause}' is not a clause of the policy")
    if entry.source == BY_OPERATOR and not entry.why.strip():
        raise lines.wrong((key, "why"), "is missing: a figure set by the operator says why it is what it is")


_SUFFIXES = {
    "seconds": "_seconds",
    "minutes": "_minutes",
    "hours": "_hours",
    "days": "_days",
    "cents": "_cents",
    "cents per hour": "_cents_per_hour",
}


def _attribute(key: str, entry: Entry) -> str:
    """`response_breach_minutes` is `terms.response_breach`: a timedelta or Money carries its unit itself."""
    unit: str = entry.unit  # type: ignore[attr-defined]
    name = key.removesuffix(_SUFFIXES.get(unit, "\0"))
    return f"{name}_per_hour" if unit == "cents per hour" else name


def _figure(key: str, entry: Entry, currency: str, lines: strict_yaml.Lines) -> Figure:
    match entry:
        case Seconds(value=value) | Minutes(value=value) | Hours(value=value) | Days(value=value):
            return timedelta(**{entry.unit: value})
        case Cents(value=value) | CentsPerHour(value=value):
            return Money(value, currency)
        case Count(value=value) | Percent(value=value):
            return value
        case Words(value=words):
            if len(set(words)) < len(words):
                raise lines.wrong((key, "value"), "says a word twice")
            return words
        case Dates(value=days):
            for day in days:
                _check_day(key, day, lines)
            return days
        case HoursOfTheWeek(value=spans):
            try:
                return week.read(spans)
            except ValueError as error:
                raise lines.wrong((key, "value"), str(error)) from error
    raise AssertionError(f"{key} has a kind of value that nobody reads")


def _check_day(key: str, day: str, lines: strict_yaml.Lines) -> None:
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise lines.wrong((key, "value"), f"'{day}' is no day of the calendar") from error


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        # A day is spoken of as such from two days on: 24 hours is how people say it.
        if seconds % size == 0 and (name != "day" or seconds > size):
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("every span has whole seconds")
