"""Decisions as sentences that a customer understands. What agents may see beyond that stands in the facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hostdesk.kit import moments
from hostdesk.policy.registry import CLAUSES

Facts = Mapping[str, object]
Says = Callable[[Facts, ZoneInfo], str]


def say(clause: str, outcome: str, facts: Facts, *, zone: ZoneInfo) -> str:
    """One Decision in words: clause and outcome as recorded, facts as flat JSON with instants in ISO form.

    An outcome that has no sentence of its own, such as one of an older program, is told by the clause's
    title.
    """
    says = _SENTENCES.get((clause, outcome))
    if says is not None:
        return says(facts, zone)
    title = CLAUSES[clause].title if clause in CLAUSES else clause
    return f"{title}: {outcome.replace('_', ' ')}."


def _minutes(facts: Facts, key: str) -> str:
    value = facts.get(key)
    return moments.in_words(timedelta(minutes=value)) if isinstance(value, int) else "the promised time"


def _instant(facts: Facts, key: str, zone: ZoneInfo) -> str:
    value = facts.get(key)
    if not isinstance(value, str):
        return "the promised time"
    instant = datetime.fromisoformat(value)
    return moments.day_and_time(instant, zone, now=instant)


def _role(facts: Facts) -> str:
    role = facts.get("role")
    return f"the {role} contact" if isinstance(role, str) and role else "a listed contact"


def _accounts(facts: Facts) -> str:
    accounts = facts.get("accounts")
    return ", ".join(map(str, accounts)) if isinstance(accounts, list) else "more than one account"


def _count(facts: Facts, key: str, one: str, many: str) -> str:
    value = facts.get(key)
    return one if value == 1 else f"{value} {many}" if isinstance(value, int) else many


def _change(facts: Facts) -> str:
    name = facts.get("name")
    return f"“{name}”" if isinstance(name, str) and name else "A change to the account"


def _fixed(sentence: str) -> Says:
    return lambda _facts, _zone: sentence


_HOW_JOINED = {
    "reply address": "you replied to one of its mails",
    "message id": "you replied to one of its mails",
    "subject tag": "its number stands in the subject",
    "same request again": "it says the same as a request you sent before",
}


def _joined(facts: Facts, _zone: ZoneInfo) -> str:
    how = _HOW_JOINED.get(str(facts.get("how")), "it is about the same problem")
    return f"Added to this ticket, because {how}."


def _owed(facts: Facts) -> str:
    return "The other department's answer" if facts.get("clock") == "consult" else "Our next word"


_SENTENCES: dict[tuple[str, str], Says] = {
    ("sla.response", "promised"): lambda f, z: (
        f"You will hear from a person within {_minutes(f, 'due_after_minutes')} of"
        f" {'our support hours, counted from ' if f.get('in_support_hours') else ''}{_instant(f, 'from', z)}."
    ),
    ("sla.resolve", "promised"): lambda f, _: (
        f"We aim to have it solved within {_minutes(f, 'due_after_minutes')}"
        f"{' of our support hours' if f.get('in_support_hours') else ''}, not counting the time in which we wait"
        " for you or for an agreed appointment."
    ),
    ("sla.response", "warned"): lambda f, z: (
        f"The first answer is due by {_instant(f, 'due_at', z)}; our staff were reminded."
    ),
    ("sla.resolve", "warned"): lambda f, z: (
        f"The solution is due by {_instant(f, 'due_at', z)}; our staff were reminded."
    ),
    ("sla.response", "breached"): lambda f, z: (
        f"The first answer was due by {_instant(f, 'due_at', z)} and is late; a supervisor was told."
    ),
    ("sla.resolve", "breached"): lambda f, z: (
        f"The solution was due by {_instant(f, 'due_at', z)} and is late; a supervisor was told."
    ),
    ("sla.delays", "promised"): lambda f, _: (
        f"While it is our turn you hear from us again within {_minutes(f, 'due_after_minutes')}."
    ),
    ("sla.delays", "warned"): lambda f, z: (
        f"{_owed(f)} is due by {_instant(f, 'due_at', z)}; our staff were reminded."
    ),
    ("sla.delays", "breached"): lambda f, z: (
        f"{_owed(f)} was due by {_instant(f, 'due_at', z)} and is late; a supervisor was told."
    ),
    ("sla.delays", "asked"): _fixed("We asked another department about it; our clocks go on meanwhile."),
    ("sla.delays", "escalated"): _fixed("It went to another department, with everything that is known."),
    ("sla.delays", "delay"): lambda f, z: (
        f"It takes longer than promised, for this reason of our policy: {str(f.get('cause', '')).replace('_', ' ')}."
        f" We expect it by {_instant(f, 'expected_at', z)}."
    ),
    ("scope.versions", "kinder promise"): lambda f, z: (
        f"A newer policy promises more: it is due by {_instant(f, 'due_now', z)} instead of {_instant(f, 'due_before', z)}."
    ),
    ("sla.response", "met"): _fixed("The first answer came in time."),
    ("sla.resolve", "met"): _fixed("It was solved in time."),
    ("sla.fcfs", "jumped"): lambda f, _: (
        f"This ticket was taken before {_count(f, 'before', 'an older one', 'older ones')}, for a"
        " recorded reason."
    ),
    ("sla.fcfs", "came back"): _fixed("It is the next one in the queue again; a supervisor was told."),
    ("class.unsure", "classed"): _fixed("It is not settled yet whether this is general or advanced support."),
    ("class.general", "classed"): _fixed("This is general support and free of charge."),
    ("class.advanced", "classed"): _fixed("This is advanced support, which is charged for."),
    ("class.no_cgi_perl", "classed"): _fixed("CGI and Perl scripts are not supported; our own settings are."),
    ("class.features", "classed"): _fixed(
        "How to use this feature is not supported; that our settings for it are right is."
    ),
    ("emergency.definition", "emergency"): _fixed("This is an emergency and goes before all that are none."),
    ("emergency.definition", "no emergency"): _fixed("This is handled in its turn."),
    ("contact.listed_sender", "proven"): lambda f, _: (
        f"Written by {_role(f)}, and the sending domain proves that the mail is genuine."
    ),
    ("contact.listed_sender", "plausible"): lambda f, _: (
        f"Written by {_role(f)}; the sending servers belong to the address."
    ),
    ("contact.listed_sender", "unproven"): lambda f, _: (
        f"It carries the address of {_role(f)}, but nothing proves that it is genuine, so it has a ticket"
        " of its own and we"
        " asked for a confirmation."
    ),
    ("contact.listed_sender", "not acknowledged"): lambda f, _: (
        "This address had so many automatic mails from us within a day that this ticket was not acknowledged by"
        f" one of its own{'; the next summary names it' if f.get('then') == 'summary' else ''}. It has its place in"
        " the queue and is handled all the same."
    ),
    ("contact.listed_sender", "not told"): _fixed(
        "This address had so many notices about this ticket within a day that none said again that it is solved."
    ),
    ("contact.listed_sender", "held back"): _fixed(
        "An automatic mail about this ticket is held back, because too many left within a short time. The ticket is"
        " handled all the same."
    ),
    ("contact.listed_sender", "summed up"): _fixed(
        "This ticket was acknowledged in one mail together with other requests of that day."
    ),
    ("contact.listed_sender", "not summed up"): _fixed(
        "This came right after a summary of ours, as the answers of programs do, so no mail acknowledged it. It is"
        " handled all the same."
    ),
    ("contact.current", "address failed"): _fixed(
        "The contact's address refused a mail of ours. Please check the contact details in the client area."
    ),
    ("contact.current", "ignored"): _fixed(
        "This report says that a mail of ours did not arrive; no ticket was needed."
    ),
    ("contact.off_server", "copied"): _fixed(
        "Our answer did not get through to a mailbox on our own servers, so the secondary contact got a copy."
    ),
    ("contact.off_server", "nobody to copy to"): _fixed(
        "Our answer did not get through to a mailbox on our own servers, and no secondary contact has an address"
        " elsewhere."
    ),
    ("contact.listed_sender", "no answer wanted"): _fixed(
        "This mail asks for no automatic answer, so this ticket was not acknowledged; it is handled all the same."
    ),
    ("contact.listed_sender", "confirmed"): _fixed("The contact confirmed having written this."),
    ("contact.listed_sender", "disowned"): _fixed("The contact says that this was written by somebody else."),
    ("contact.listed_sender", "quarantined"): _fixed(
        "It carries a contact's address but may be forged, so it is held for a person to look at. Nothing"
        " was sent."
    ),
    ("contact.unlisted", "closed"): _fixed(
        "The sender is not a listed contact of any account, so the mail was closed and nothing was sent."
    ),
    ("contact.unlisted", "opened by hand"): _fixed(
        "The sender is not a listed contact; a member of staff made this a ticket all the same."
    ),
    ("contact.identify", "account not named"): lambda f, _: (
        f"The sender is a contact of several accounts ({_accounts(f)}) and named none of them, so we ask"
        " which one is meant."
    ),
    ("contact.privileges", "granted"): lambda f, _: (
        f"{_change(f)} was asked for by {_role(f)}, who may ask for it."
    ),
    ("contact.restricted", "granted"): lambda f, _: (
        f"{_change(f)} was asked for by {_role(f)}; only some contacts may ask for it, and this one may."
    ),
    ("contact.privileges", "refused"): lambda f, _: (
        f"{_change(f)} is not carried out. The reason stands with the request."
    ),
    ("contact.restricted", "refused"): lambda f, _: (
        f"{_change(f)} is not carried out. The reason stands with the request, and who can ask for it."
    ),
    ("contact.listed_sender", "refused"): lambda f, _: (
        f"{_change(f)} is not carried out, because the mail that asked for it is not from the address that it bears."
    ),
    ("contact.password", "refused"): lambda f, _: (
        f"{_change(f)} is not carried out. The reason stands with the request."
    ),
    ("fee.cleanup", "refused"): lambda f, _: (
        f"{_change(f)} is not carried out. The reason stands with the request."
    ),
    ("conduct.complaints", "to supervisors only"): _fixed("This complaint is seen by supervisors only."),
    ("channel.no_duplicates", "joined"): _joined,
    ("channel.no_duplicates", "ignored"): _fixed("The very same mail had arrived before; it is kept once."),
    ("channel.tickets", "returned"): _fixed(
        "Whoever had this ticket went off duty, so it is back in the queue, at its old place."
    ),
    ("channel.tickets", "let go"): _fixed(
        "Whoever had this ticket is off duty. It waits on as agreed, and somebody on duty will have it."
    ),
    ("channel.tickets", "given for its window"): _fixed(
        "Its agreed time has begun, so somebody who is on duty has it now."
    ),
    ("channel.tickets", "handed over"): _fixed("This ticket was handed over at the end of a shift."),
    ("channel.tickets", "ignored"): _fixed("Written by a machine or by ourselves; no ticket was needed."),
    ("channel.tickets", "quarantined"): _fixed(
        "The mail could not be read for certain; it is held for a person."
    ),
    ("scope.covered", "general"): _fixed("This is general support, which is free."),
    ("scope.covered", "advanced"): _fixed(
        "This is advanced support, for which there is a charge. You receive a quote before anything starts."
    ),
    ("scope.covered", "not_supported"): _fixed(
        "This is outside what we support; we tell you where help can be found."
    ),
}
"""By clause and outcome."""
