"""What became of a request to change the account, or of a lost password, as lines of its ticket's timeline."""

from __future__ import annotations

from collections.abc import Mapping

Facts = Mapping[str, object]

LATE = frozenset(
    {
        "request unclear",
        "request paid in vain",
        "request undoing unclear",
        "password unclear",
        "password set late",
    }
)
WATCH = frozenset({"request refused", "request expired", "request not done", "request not undone",
                   "recovery stopped", "recovery refused", "recovery expired", "password link has nobody to go to"})  # fmt: skip


def said(verb: str, who: str, facts: Facts) -> str | None:
    """An event of a request as a sentence without its full stop; None for an event of another kind."""
    sentence = _SAYS.get(verb)
    if sentence is None:
        return None
    words = {
        "who": who,
        "what": facts.get("name", "a change to the account"),
        "why": _because(facts),
        "step": facts.get("step", "a step"),
        "how": "by hand" if facts.get("panel") == "by_hand" else f"through {facts.get('panel', 'the panel')}",
    }
    return sentence.format_map(words)


def _because(facts: Facts) -> str:
    why = str(facts.get("why") or "").rstrip(".")
    return f": {why}" if why else ""


_SAYS = {
    "contact listed": "{who} listed a contact on the customer's behalf{why}",
    "contact removed": "{who} took a contact off the list{why}",
    "request asked": "{who} asked for a change: {what}",
    "request details": "{what}: waits until the contact's details are confirmed",
    "request confirm": "{what}: waits for the contact's confirmation",
    "request confirmed": "{who} confirmed it: {what}",
    "request second": "{what}: waits for a second confirmation",
    "request agreed": "{who} agreed as well: {what}",
    "request price": "{what}: waits until the price is accepted",
    "request price accepted": "{who} accepted the price: {what}",
    "request payment": "{what}: waits for payment",
    "request paid": "{who} noted the payment: {what}",
    "request paid in vain": "{what}: it was paid and is not carried out; the money is to be given back, or kept for something else",
    "request approval": "{what}: waits for a second agent",
    "request approved": "{who} approved it: {what}",
    "request wait": "{what}: every contact was told and can stop it",
    "request window": "{what}: waits for quiet hours",
    "request ready": "{what}: ready to be carried out",
    "request begun": "{who} began {how}: {what}",
    "request step done": "{who} did a step of it: {step}",
    "request not done": "{who} could not do it: {what}{why}",
    "request unclear": "It may have been done, and somebody must look: {what}{why}",
    "request undoing begun": "{who} began to take it back {how}: {what}",
    "request undoing unclear": "It may have been taken back, and somebody must look: {what}{why}",
    "request not undone": "It could not be taken back: {what}{why}",
    "request done": "{who} carried it out: {what}",
    "request undone": "{who} took it back: {what}",
    "request refused": "Not carried out: {what}{why}",
    "request withdrawn": "{who} stopped it: {what}",
    "request expired": "Not confirmed in time: {what}",
    "recovery started": "A way in was asked for by the domain; every contact was told and can stop it",
    "registration looked up": "What the registry says of the domain was kept",
    "recovery proven": "It was shown that the domain is theirs",
    "recovery address proven": "The new address was confirmed",
    "recovery approved": "{who} approved it",
    "recovery granted": "Granted: the link goes to the new address, and every contact was told",
    "recovery stopped": "Stopped{why}",
    "recovery refused": "{who} refused it{why}",
    "recovery expired": "Not completed in time",
    "password link sent": "A link for a new password was mailed",
    "password link sent again": "{who} had the link for a new password mailed again",
    "password link has nobody to go to": "No stored address of a primary or secondary contact can get the link",
    "password chosen": "A new password was chosen",
    "password set": "The new password is set, and every contact was told",
    "password replaced": "{who} set another password: whoever chose the one before is out",
    "password not taken": "The panel did not take the new password{why}",
    "password dropped": "The new password is not to be set any more{why}",
    "password set late": "{who} had set a password that was not to be set any more: another one has to be set",
    "password unclear": "The panel gave no clear answer, and somebody must look whether the new password is set{why}",
}
