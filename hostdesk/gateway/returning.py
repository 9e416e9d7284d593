"""Mails of ours that return: in a delivery report, or as they were.

A report is believed only where it came to the signed return address of the very mail it speaks of; everything in it may
be invented by anybody (threat T15).
"""

from __future__ import annotations

from dataclasses import dataclass

from hostdesk.kit.addresses import domain_of
from hostdesk.mail import compose, ours, reply_tokens
from hostdesk.mail.models import OutboundMail
from hostdesk.mail.reading import Bounce, FailedRecipient, ParsedMail
from hostdesk.mail.returns import Return, in_words

_LONGEST = 600


@dataclass(frozen=True)
class Told:
    """What a delivery report comes to.

    `mail` and `about` are None where nothing is proved; `why` then says why not, else what is proved, in a sentence.
    """

    why: str
    mail: OutboundMail | None = None
    about: Return | None = None


def told_by(mail: ParsedMail | None, recipients: list[str]) -> Told | None:
    """What a mail proves about one of ours; None when it is no delivery report. `recipients` are the envelope's."""
    if mail is None or mail.bounce is None:
        return None
    addresses = [address for address in recipients if reply_tokens.is_return_address(address)]
    if not addresses:
        return Told("It did not come to a return address of ours, so it changes nothing.")
    signed = [key for key in map(reply_tokens.read_bounce, addresses) if key is not None]
    if not signed:
        return Told("It came to a return address that we did not sign, so it changes nothing.")
    sent = OutboundMail.objects.filter(pk=signed[0]).first()
    if sent is None:
        return Told("It is about a mail that is not kept any more.")
    one = _about(mail.bounce, sent.to_address)
    if one is None:
        return Told("It is about another recipient than that of our mail, so it changes nothing.")
    about = _return(one)
    verb = "came back" if about.final else "is delayed"
    said = in_words(about.status, about.said) or "no reason was given"
    return Told(f"Our mail to {sent.to_address} {verb}: {said}"[:_LONGEST], sent, about)


def has_our_mark(mail: ParsedMail) -> bool:
    """Whether a mail carries the signed header of one of ours: a forwarder or another program brought it back."""
    mark = mail.own_headers.get(compose.OWN_MARK.lower(), "")
    return bool(mark) and reply_tokens.is_mark(mark)


def is_ours_again(mail: ParsedMail | None) -> bool:
    """Whether a mail bears the Message-ID of one of ours; only an id on our own domain is looked up."""
    if mail is None or not mail.message_id:
        return False
    if domain_of(mail.message_id.strip("<>")).lower() != ours.mail_domain():
        return False
    return OutboundMail.objects.filter(message_id=mail.message_id).exists()


def _about(bounce: Bounce, address: str) -> FailedRecipient | None:
    """What the report says about this recipient; all that it says where it names nobody."""
    named = [one for one in bounce.all if "@" in one.recipient]
    if not named:
        return FailedRecipient(address, bounce.status, bounce.action, bounce.diagnostic)
    return next((one for one in named if one.recipient.strip("<>").lower() == address.lower()), None)


def _return(one: FailedRecipient) -> Return:
    final = one.action != "delayed"
    permanent = one.status.startswith("5") if one.status else one.action == "failed"
    words = one.diagnostic
    # `smtp; 550 ...` in the formal kind, `<address>: 550 ...` in words of their own.
    for noise in ("smtp;", f"<{one.recipient.strip('<>')}>:"):
        words = words.removeprefix(noise).strip()
    return Return(
        status=one.status,
        said=words,
        final=final,
        permanent=final and permanent,
    )
