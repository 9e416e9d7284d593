"""A ticket as correspondence: letters, and between them what happened, as one thin line each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from html import escape  # as in web.letters

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from hostdesk.audit.models import Decision, Entry
from hostdesk.kit import moments
from hostdesk.mail.models import OutboundMail
from hostdesk.policy.registry import CLAUSES
from hostdesk.tickets.models import Attachment, Message
from hostdesk.tickets.queries.page import TicketPage, Written
from hostdesk.tickets.views import desk_mail_events, desk_request_events, slot_words
from hostdesk.web import icons, letters, marks, times

_TOLD_BY_LETTERS = frozenset({"answered", "noted", "customer wrote"})
_LATE = desk_mail_events.LATE | desk_request_events.LATE
_WATCH = desk_mail_events.WATCH | desk_request_events.WATCH
_NOTE = Message.Kind.INTERNAL
_KINDS: dict[str, str] = {
    Message.Kind.CUSTOMER: "customer",
    Message.Kind.AGENT: "agent",
    Message.Kind.INTERNAL: "note",
    Message.Kind.SYSTEM: "system",
}
_DOUBTS = {
    "unproven": "Sender not proven",
    "forged": "Sender disowned this mail",
}
_SENDING = {
    "waiting": "on its way out",
    "failed": "not delivered",
    "held": "held back, not sent",
}


def timeline(page: TicketPage, unsent: dict[int, OutboundMail], now: datetime) -> list[SafeString]:
    """Letters and lines of a ticket's page in the order of time, each one `<li>`.

    Written here and not in a template, as the rows of lists are: the longest part of the page that is opened most.
    """
    lines = [(entry.at, _line(entry, now)) for entry in page.events if entry.verb not in _TOLD_BY_LETTERS]
    written = [(one.message.at, _letter(one, unsent, now)) for one in page.written]
    return [markup for _, markup in sorted([*lines, *written], key=_when)]


def _when(one: tuple[datetime, SafeString]) -> datetime:
    return one[0]


def _line(entry: Entry, now: datetime) -> SafeString:
    """What happened, as one thin line; those of clocks keep their colour and say so in words."""
    tone = (
        " is-late"
        if entry.verb.endswith("breached") or entry.verb in _LATE
        else " is-watch"
        if entry.verb.endswith("warned") or entry.verb in _WATCH
        else ""
    )
    return format_html(
        '<li class="event{}"><span>{}</span> {}</li>', tone, _said(entry), times.tag(entry.at, now)
    )


def _letter(written: Written, unsent: dict[int, OutboundMail], now: datetime) -> SafeString:
    """One message. Every word of its author goes through `escape`."""
    message = written.message
    kind = _KINDS[message.kind]
    author = escape(message.author_name)
    rest = letters.folded(message.text, "Whole message") if message.fresh else ""
    return mark_safe(  # noqa: S308  (escaped piece by piece)
        f'<li class="letter-card is-{kind}"><article aria-label="{author}"><header>{marks.avatar(message.author_name)}'
        f'<bdi class="author">{author}</bdi>{_tags(message, unsent)}{times.tag(message.at, now)}</header>'
        f'<div class="letter">{letters.letter(message.fresh or message.text)}{rest}</div>'
        f"{_enclosed(written)}</article></li>"
    )


def _tags(message: Message, unsent: dict[int, OutboundMail]) -> str:
    """What is to be known of a message at a glance: staff only, not believed, not with the customer yet."""
    tags = (
        f'<span class="tag is-note">{icons.svg("lock")}internal note, staff only</span>'
        if message.kind == _NOTE
        else ""
    )
    if message.trust in _DOUBTS:
        tags += f'<span class="tag is-watch">{_DOUBTS[message.trust]}</span>'
    mail = unsent.get(message.outbound_mail_id or 0)
    if mail is not None and mail.bounced_at is not None:
        tags += f'<a class="tag is-late" title="{escape(mail.bounce_said)}" href="/desk/mailroom/outbound/{mail.pk}">came back</a>'
    elif mail is not None:
        failed = " is-late" if mail.state == "failed" else ""
        answer = escape(mail.last_answer)
        tags += f'<a class="tag{failed}" title="{answer}" href="/desk/mailroom/outbound/{mail.pk}">{_SENDING[mail.state]}</a>'
    return tags


def _enclosed(written: Written) -> str:
    """The files of a message, and the way to its own formatting."""
    pieces = [_file(file) for file in written.files]
    if written.message.html:
        return f"{_files_below(pieces)}{_formatted(written.message.pk)}"
    return _files_below(pieces)


def _files_below(pieces: list[str]) -> str:
    return f'<footer class="attachments">{"".join(pieces)}</footer>' if pieces else ""


def _formatted(pk: int) -> str:
    """The mail's own formatting, loaded when it is unfolded; without scripts a page of its own."""
    return (
        f'<details class="as-formatted" id="formatted-{pk}"><summary>Show as formatted mail</summary>'
        f'<div hx-get="/desk/messages/{pk}/letter" hx-trigger="toggle from:#formatted-{pk} once" hx-swap="outerHTML">'
        f'<a class="link" href="/desk/messages/{pk}/letter">As its sender formatted it</a></div></details>'
    )


def _file(file: Attachment) -> str:
    name = escape(file.filename)
    return (
        f'<a class="attachment" href="/desk/attachments/{file.pk}" title="{name}">{icons.svg("paperclip")}'
        f'<bdi class="name">{name}</bdi><span class="size">{marks.size(file.size)}</span></a>'
    )


def _said(entry: Entry) -> str:
    """What happened, as a sentence without its full stop."""
    facts, who = entry.facts, entry.actor_name
    told = desk_mail_events.said(entry.verb, facts) or desk_request_events.said(entry.verb, who, facts)
    if told is not None:
        return told
    if entry.verb == "opened":
        return _CAME_IN.get(str(facts.get("channel", "")), "Came in")
    if entry.verb == "resolved" and facts.get("by") == "customer":
        return f"{who} says it is solved"
    if entry.verb == "reopened" and facts.get("cause") == "customer wrote":
        return "Open again: the customer wrote"
    reason = f": {facts['reason']}" if facts.get("reason") else ""
    if entry.verb not in _SAID:
        return f"{who}: {entry.verb}"
    words = {"shown": "", "skills": "", "why": "", "window": "a window", "was": "another time", **facts}
    words |= {
        "who": who,
        "to": facts.get("to", "somebody"),
        "from": facts.get("from", "another team"),
        "team": facts.get("team", "another team"),
        "cause": str(facts.get("cause", "no reason")).replace("_", " "),
    }
    return _SAID[entry.verb].format_map(words) + reason


_SAID = {
    "taken": "{who} took it",
    "assigned": "{who} gave it to {to}",
    "given back": "{who} put it back into the queue",
    "passed over": "{who} left it to others",
    "came back": "Everybody on duty left it to others: it is the next one again",
    "classed": "{who} classed it: {shown}",
    "skills set": "{who} set the skills it needs: {skills}",
    "emergency": "{who} declared it an emergency",
    "no emergency": "{who} withdrew the emergency",
    "returned": "Back in the queue from {from}: {why}",
    "account chosen": "{who} said which account it is about",
    "waits for contact details": "It waits until the contact's details are put in order",
    "contact details in order": "The contact's details are in order: it goes on",
    "explained a breach": "{who} explained why it was late",
    "let go": "{from} no longer has it: {why}",
    "moved": "{who} moved it from {from} to {to}",
    "resolved": "{who} marked it resolved",
    "reopened": "{who} opened it again",
    "closed": "Closed for good",
    "response warned": "The answer is nearly late",
    "response breached": "The answer is late",
    "resolution warned": "The solution is nearly late",
    "resolution breached": "The solution is late",
    "update warned": "The next word is nearly late",
    "update breached": "The next word is late",
    "consult warned": "Another team's answer is nearly late",
    "consult breached": "Another team's answer is late",
    "asked another team": "{who} asked {team}",
    "answered a question": "{who} answered for {team}",
    "question withdrawn": "The question to {team} was withdrawn",
    "delay": "It will take longer: {cause}",
    "confirmed": "{who} confirmed having written it",
    "disowned": "{who} did not write this mail",
    **slot_words.IN_TIMELINE,
}
_CAME_IN = {
    "mail": "Came in by e-mail",
    "client": "Came in by the client area",
    "desk": "Opened at the desk",
    "phone": "Came in by telephone",
}


def verdicts(decisions: Iterable[Decision], now: datetime) -> list[SafeString]:
    """The decisions of a ticket for its aside, oldest first, each one `<li>`.

    What was decided in words; unfolded, by which clause of which version, when, and the facts looked at.
    """
    return [_verdict(decision, now) for decision in decisions]


def _verdict(decision: Decision, now: datetime) -> SafeString:
    """One decision. Facts may repeat a stranger's words: every piece goes through `escape`."""
    version = decision.policy_version
    title = CLAUSES[decision.clause].title if decision.clause in CLAUSES else decision.clause
    label, clause = escape(f"{version.slug}/{version.number}"), escape(decision.clause)
    facts = "".join(
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{escape(_fact(value))}</dd>"
        for name, value in decision.facts.items()
    )
    return mark_safe(  # noqa: S308  (escaped piece by piece)
        f"<li><details><summary><span>{escape(_outcome(decision, title))}</span>"
        f' <span class="why">why?</span></summary><p><a class="link" href="/policy/{label}/#{clause}">{escape(title)}</a>'
        f' <span class="faint">{clause}, {label}</span></p><dl class="facts is-stacked"><dt>decided</dt>'
        f"<dd>{times.tag(decision.at, now)}</dd>{facts}</dl></details></li>"
    )


_OUTCOMES = {
    ("sla.response", "promised"): "An answer is promised",
    ("sla.resolve", "promised"): "A solution is promised",
    ("sla.response", "warned"): "The answer came close to late",
    ("sla.response", "breached"): "The answer is late",
    ("sla.resolve", "warned"): "The solution came close to late",
    ("sla.resolve", "breached"): "The solution is late",
    ("sla.delays", "promised"): "A next word is promised",
    ("sla.delays", "warned"): "A word came close to late",
    ("sla.delays", "breached"): "A word is late",
    ("sla.delays", "asked"): "Another team was asked",
    ("sla.delays", "escalated"): "Another team has it now",
    ("sla.delays", "delay"): "It takes longer than promised",
    ("scope.versions", "kinder promise"): "A newer policy promises more",
    ("sla.fcfs", "jumped"): "Taken before older tickets",
    ("sla.fcfs", "came back"): "Passed over by all, and next again",
    ("class.unsure", "classed"): "Not classed any more",
    ("class.general", "classed"): "General support, free",
    ("class.advanced", "classed"): "Advanced support, charged",
    ("class.no_cgi_perl", "classed"): "Not supported: CGI or Perl",
    ("class.features", "classed"): "Not supported: use of a feature",
    ("emergency.definition", "emergency"): "An emergency: it goes first",
    ("emergency.definition", "no emergency"): "No emergency: back in its turn",
    ("contact.listed_sender", "confirmed"): "The contact confirmed the mail",
    ("contact.listed_sender", "not acknowledged"): "Not acknowledged by a mail of its own",
    ("contact.listed_sender", "not told"): "No mail said that it is solved",
    ("contact.listed_sender", "held back"): "An automatic mail was held back",
    ("contact.listed_sender", "summed up"): "Acknowledged together with other requests",
    ("contact.listed_sender", "not summed up"): "Not acknowledged in a summary either",
    ("contact.current", "address failed"): "The contact's address refused our mail",
    ("contact.off_server", "copied"): "The answer was copied to the secondary contact",
    ("contact.off_server", "nobody to copy to"): "Nobody elsewhere could get a copy",
    ("contact.listed_sender", "disowned"): "The contact did not write the mail",
    ("contact.privileges", "granted"): "The contact may ask for this change",
    ("contact.privileges", "refused"): "A change was refused: who asked may not",
    ("contact.restricted", "granted"): "The contact may ask for this restricted change",
    ("contact.restricted", "refused"): "A change was refused: not for this role",
    ("contact.listed_sender", "refused"): "A change was refused: the mail is forged",
    ("contact.password", "granted"): "The contact may ask for a new password",
    ("fee.cleanup", "granted"): "The contact may ask for this charged change",
    ("fee.cleanup", "refused"): "A charged change was refused",
    ("contact.password", "refused"): "A new password was refused",
    ("contact.listed_sender", "proven"): "The sender is proven",
    ("contact.listed_sender", "plausible"): "The sender is plausible",
    ("contact.listed_sender", "unproven"): "The sender is not proven",
    **slot_words.DECIDED,
    ("contact.unlisted", "closed"): "The mail was closed: its sender is not listed",
}


def _outcome(decision: Decision, title: str) -> str:
    known = _OUTCOMES.get((decision.clause, decision.outcome))
    if decision.outcome == "promised" and known and "due_after_minutes" in decision.facts:
        return (
            f"{known} within {moments.in_words(timedelta(minutes=int(decision.facts['due_after_minutes'])))}"
        )
    return known or f"{title}: {decision.outcome.replace('_', ' ')}"


def _fact(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":  # noqa: PLR2004  (an ISO instant)
        try:
            return times.exact(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
