"""What a policy says in two ways. The policy is carried out as its clauses say; its author should know all
the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from hostdesk.policy.documents import Document, Folder
from hostdesk.policy.figures import BY_OPERATOR, BY_POLICY


@dataclass(frozen=True, slots=True)
class Note:
    """One thing worth knowing about a policy that is sound; `clause` is empty when it concerns several."""

    policy: str
    clause: str
    sentence: str


def notes(folder: Folder) -> list[Note]:
    """All notes on a folder: tensions of the source, figures written out in words, and who set which figures."""
    found = []
    for policy in folder.policies.values():
        found += [*_tensions(policy), *_bare_figures(policy), _set_by_operator(policy)]
    return [*found, *_alike(folder)]


def _tensions(policy: Document) -> list[Note]:
    return [
        Note(policy.slug, clause, sentence)
        for clause, sentence in (_two_rates(policy), _hours(policy), _telephone(policy), _cgi(policy))
        if sentence
    ]


def _stands_in_source(policy: Document, *keys: str) -> bool:
    return all(policy.figure(key).source == BY_POLICY for key in keys)


def _two_rates(policy: Document) -> tuple[str, str]:
    coding, other = policy.figure("rate_coding_cents_per_hour"), policy.figure("rate_other_cents_per_hour")
    if not _stands_in_source(policy, coding.key, other.key) or coding.value == other.value:
        return "fee.advanced_rate", ""
    return "fee.advanced_rate", (
        f"the source names two hourly rates for advanced support, {other.shown} in a heading and"
        f" {coding.shown} in the text;"
        f" here {coding.shown} counts for web development and your own code, {other.shown} for everything"
        " else"
    )


def _hours(policy: Document) -> tuple[str, str]:
    if not _stands_in_source(policy, "support_hours") or not policy.terms.support_hours.is_always:
        return "sla.hours", ""
    return "sla.hours", (
        "the source promises support 'the vast majority of the day' in one place and"
        f" {policy.figure('support_hours').shown}"
        " in another; here the clocks run round the clock"
    )


def _telephone(policy: Document) -> tuple[str, str]:
    if not _stands_in_source(policy, "phone_containment_least_percent", "phone_containment_most_percent"):
        return "channel.tickets", ""
    return "channel.tickets", (
        "the source handles issues 'solely via the ticketing system' and offers Level 1 by telephone,"
        " which is to settle"
        f" {policy.figure('phone_containment_least_percent').value} to"
        f" {policy.figure('phone_containment_most_percent').shown} of problems; here whatever exceeds"
        " Level 1 becomes a"
        " ticket (channel.phone_level1)"
    )


def _cgi(policy: Document) -> tuple[str, str]:
    features = policy.clause("class.features")
    refused = [
        k for k in policy.catalogue.of_class("not_supported").values() if k.clause == "class.no_cgi_perl"
    ]
    if not refused or features is None or "CGI" not in features.words:
        return "class.no_cgi_perl", ""
    return "class.no_cgi_perl", (
        "CGI is provided as a feature (class.features) and not supported at all; here our own CGI"
        " settings are verified,"
        " scripts are not looked at"
    )


def _bare_figures(policy: Document) -> list[Note]:
    return [
        Note(
            policy.slug,
            "",
            f"policy.md line {line} writes a figure in digits that could contradict terms.yaml: {text}",
        )
        for line, text in policy.bare_figures
    ]


def _set_by_operator(policy: Document) -> Note:
    count = sum(note.source == BY_OPERATOR for note in policy.figures)
    return Note(policy.slug, "", f"{count} of {len(policy.figures)} figures are set by the operator")


def _alike(folder: Folder) -> list[Note]:
    """Figures of one policy that equal those of another one whose source document set them."""
    found = []
    for policy in folder.policies.values():
        for other in folder.policies.values():
            keys = [
                note.key
                for note in policy.figures
                if note.source == BY_OPERATOR
                and other.figure(note.key).source == BY_POLICY
                and other.figure(note.key).value == note.value
                # An empty list takes nothing over.
                and note.value != ()
            ]
            if policy.slug != other.slug and keys:
                sentence = (
                    f"{len(keys)} figures set by the operator equal those of {other.slug}, each with a"
                    " reason of its own:"
                    f" {', '.join(keys)}"
                )
                found.append(Note(policy.slug, "scope.dedicated", sentence))
    return found
