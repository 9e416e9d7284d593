"""The figures of one policy version: `terms.yaml`, read strictly, and `Terms`, as the program asks for them.

Every figure is an entry with value, unit, clause and source. `source` says whether it stands in the support
policy that the operator publishes (`policy`) or was `set by the operator`, who then says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import msgspec

from hostdesk.kit.money import Money
from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import strict_yaml, week
from hostdesk.policy.figures import (
    BY_OPERATOR,
    Cents,
    CentsPerHour,
    Count,
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
    response_warning_minutes: Minutes
    response_breach_minutes: Minutes
    resolution_warning_minutes: Minutes
    resolution_breach_minutes: Minutes
    advanced_resolution_warning_hours: Hours
    advanced_resolution_breach_hours: Hours
    offpeak_hours: HoursOfTheWeek
    offpeak_tickets_per_window: Count
    delay_reasons: Words
    delay_update_minutes: Minutes
    consult_answer_minutes: Minutes
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
    response_warning: timedelta
    response_breach: timedelta
    resolution_warning: timedelta
    resolution_breach: timedelta
    advanced_resolution_warning: timedelta
    advanced_resolution_breach: timedelta
    offpeak_hours: Week
    offpeak_tickets_per_window: int
    delay_reasons: tuple[str, ...]
    delay_update: timedelta
    consult_answer: timedelta
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


ROLES = ("primary", "secondary", "authorised")
"""The roles a contact can have; the policy says how many of each, and what each may ask."""


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
        _check_together(terms, lines)
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
        words = [word.replace("_", " ") for word in figure]
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


def _check_together(terms: Terms, lines: strict_yaml.Lines) -> None:
    """Figures that only make sense beside each other."""
    in_order = (
        ("response_warning_minutes", terms.response_warning, terms.response_breach, "the breach"),
        ("resolution_warning_minutes", terms.resolution_warning, terms.resolution_breach, "the breach"),
        (
            "advanced_resolution_warning_hours",
            terms.advanced_resolution_warning,
            terms.advanced_resolution_breach,
            "the breach",
        ),
    )
    for key, early, late, what in in_order:
        if early >= late:
            raise lines.wrong((key, "value"), f"must come before {what}")
    if terms.response_breach > terms.resolution_breach:
        raise lines.wrong(("response_breach_minutes", "value"), "must not be later than the resolution")
    if terms.phone_containment_least_percent > terms.phone_containment_most_percent:
        raise lines.wrong(
            ("phone_containment_least_percent", "value"), "must not be above the upper end of the band"
        )
    if terms.automatic_mails_unproven_per_day > terms.automatic_mails_proven_per_day:
        raise lines.wrong(
            ("automatic_mails_unproven_per_day", "value"), "must not be above the limit of proven senders"
        )
    # A breaker that opened before the day's acknowledgements were through would break their promise.
    if terms.breaker_mails_per_address <= terms.automatic_mails_proven_per_day:
        sentence = "must be above automatic_mails_proven_per_day"
        raise lines.wrong(("breaker_mails_per_address", "value"), sentence)
    _check_recovery(terms, lines)
    for key, roles in (
        ("restricted_roles", terms.restricted_roles),
        ("password_link_roles", terms.password_link_roles),
    ):
        for role in roles:
            if role not in ROLES:
                raise lines.wrong((key, "value"), f"'{role}' is not a role; roles are {', '.join(ROLES)}")
    if not terms.support_hours.is_always:
        sentence = "must be 'mon-sun 00:00-24:00': the clocks of this program run round the clock"
        raise lines.wrong(("support_hours", "value"), sentence)


_TIME_TO_OBJECT = timedelta(days=1)
"""The least that whoever owns an account gets to notice and to say no."""


def _check_recovery(terms: Terms, lines: strict_yaml.Lines) -> None:
    """Registration data alone hands an account over neither at once nor by one person's word."""
    if terms.recovery_wait < _TIME_TO_OBJECT:
        raise lines.wrong(("recovery_wait_hours", "value"), "must be at least 24")
    if terms.password_approvals <= 1:
        raise lines.wrong(("password_approvals", "value"), "must be at least 2")
    if terms.recovery_open <= terms.recovery_wait:
        raise lines.wrong(("recovery_open_days", "value"), "must be longer than recovery_wait_hours")


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


def _figure(key: str, entry: Entry, currency: str, lines: strict_yaml.Lines) -> Figure:  # noqa: PLR0911  (a table)
    match entry:
        case Seconds(value=value):
            return timedelta(seconds=value)
        case Minutes(value=value):
            return timedelta(minutes=value)
        case Hours(value=value):
            return timedelta(hours=value)
        case Days(value=value):
            return timedelta(days=value)
        case Cents(value=value) | CentsPerHour(value=value):
            return Money(value, currency)
        case Count(value=value) | Percent(value=value):
            return value
        case Words(value=words):
            if len(set(words)) < len(words):
                raise lines.wrong((key, "value"), "says a word twice")
            return words
        case HoursOfTheWeek(value=spans):
            try:
                return week.read(spans)
            except ValueError as error:
                raise lines.wrong((key, "value"), str(error)) from error
    raise AssertionError(f"{key} has a kind of value that nobody reads")


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        # A day is spoken of as such from two days on: 24 hours is how people say it.
        if seconds % size == 0 and (name != "day" or seconds > size):
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    raise AssertionError("every span has whole seconds")
