"""Who may ask for what: every cell of role x type x channel x proof x state of the contact, from the catalogue."""

import itertools

import pytest

from hostdesk.policy import documents
from hostdesk.policy.rules import requests as rules
from hostdesk.requests.staff_table import deeds

pytestmark = pytest.mark.db_free
POLICIES = documents.load_folder(documents.PACKAGED).policies
ROLES = (None, "primary", "secondary", "authorised")
STATES = ("current", "out_of_date", "unverified", "removed")
PROOFS = {
    "client": [("signed_in", {"signed_in": True})],
    "mail": [
        *((trust, {"trust": trust}) for trust in ("proven", "plausible", "unproven", "forged")),
        *(
            (f"{trust} and confirmed", {"trust": trust, "confirmed": True})
            for trust in ("proven", "unproven")
        ),
        ("proven and signed in", {"trust": "proven", "signed_in": True}),
    ],
    "phone": [
        ("no PIN", {}),
        ("PIN", {"pin_spoken": True}),
        ("no PIN, confirmed", {"confirmed": True}),
        ("PIN, confirmed", {"pin_spoken": True, "confirmed": True}),
    ],
}
CELLS = [
    (policy, key, role, channel, name, state)
    for policy, document in POLICIES.items()
    for key in document.catalogue.administrative
    for role, state in itertools.product(ROLES, STATES)
    for channel, proofs in PROOFS.items()
    for name, _ in proofs
]


def expected(cell):
    """A cell worked out by plain sentences of the policy, and not by the rule under test."""
    policy, key, role, channel, name, state = cell
    kind, terms = POLICIES[policy].catalogue.types[key], POLICIES[policy].terms
    if role is None or state in ("removed", "unverified"):
        return "refused", "contact.privileges"
    if kind.who_may_ask == "restricted_roles" and role not in terms.restricted_roles:
        return "refused", "contact.restricted"
    if channel == "mail" and name == "forged":
        return "refused", "contact.listed_sender"
    clause = "contact.restricted" if kind.who_may_ask == "restricted_roles" else "contact.privileges"
    shown = {
        "signed_in": {"signed_in"},
        "proven": {"believed_mail"},
        "plausible": {"believed_mail"},
        "unproven": set(),
        "proven and confirmed": {"believed_mail", "confirmed_mail"},
        "unproven and confirmed": {"believed_mail", "confirmed_mail"},
        "proven and signed in": {"believed_mail", "signed_in"},
        "no PIN": set(),
        "PIN": {"spoken_pin"},
        "no PIN, confirmed": {"believed_mail", "confirmed_mail"},
        "PIN, confirmed": {"spoken_pin", "believed_mail", "confirmed_mail"},
    }[name]
    if not shown & set(kind.proof):
        return "confirm", clause
    if state == "out_of_date" and kind.clause != "contact.password":
        return "update_details", "contact.current"
    return "granted", clause


@pytest.mark.clause("contact.privileges")
@pytest.mark.clause("contact.restricted")
@pytest.mark.clause("contact.current")
@pytest.mark.clause("contact.password")
def test_every_cell_of_the_table_is_what_the_policy_says():
    found, wanted = {}, {}
    for cell in CELLS:
        policy, key, role, channel, name, state = cell
        facts = dict(PROOFS[channel])[name]
        asking = rules.Asking(role=role, channel=channel, contact_state=state, **facts)
        verdict = rules.judge(asking, POLICIES[policy].catalogue.types[key], POLICIES[policy].terms)
        found[cell], wanted[cell] = (verdict.outcome, verdict.clause), expected(cell)

    assert len(CELLS) > 4000
    assert {cell: found[cell] for cell in CELLS if found[cell] != wanted[cell]} == {}


@pytest.mark.clause("contact.restricted")
def test_a_mail_alone_never_suffices_for_a_restricted_request():
    restricted = [
        kind
        for document in POLICIES.values()
        for kind in document.catalogue.administrative.values()
        if kind.is_restricted
    ]
    outcomes = {
        rules.judge(
            rules.Asking(role="primary", channel="mail", trust=trust), kind, POLICIES["hosting"].terms
        ).outcome
        for kind in restricted
        for trust in ("proven", "plausible", "unproven")
    }

    assert len(restricted) >= 8
    assert outcomes == {"confirm"}


@pytest.mark.clause("contact.privileges")
def test_everything_that_is_not_granted_says_what_to_do_next():
    sentences = {
        rules.judge(
            rules.Asking(role=role, channel="mail", contact_state=state, trust=trust),
            kind,
            POLICIES["hosting"].terms,
        ).sentence
        for kind in POLICIES["hosting"].catalogue.administrative.values()
        for role, state in itertools.product(ROLES, STATES)
        for trust in ("unproven", "forged")
    }

    assert "" not in sentences
    assert len(sentences) >= 5


MAY = {
    "Look at requests, recoveries and their evidence": "level1 technician supervisor billing admin",
    "Make a message a request, or ask for a caller": "level1 technician supervisor billing admin",
    "Approve as the second agent": "level1 technician supervisor billing admin",
    "Object as the second agent": "level1 technician supervisor billing admin",
    "Note a payment": "supervisor billing admin",
    "Carry it out, by hand or through a panel": "level1 technician supervisor billing admin",
    "Say how it ended": "level1 technician supervisor billing admin",
    "Refuse a request": "level1 technician supervisor billing admin",
    "Begin a recovery for a caller": "level1 technician supervisor billing admin",
    "Approve a recovery": "level1 technician supervisor admin",
    "Note another proof of ownership": "supervisor admin",
    "Stop a recovery": "level1 technician supervisor billing admin",
}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_each_role_of_staff_does_with_requests_is_worked_out_from_the_rules(policy):
    roles = ("level1", "technician", "supervisor", "billing", "admin")
    found = deeds(roles, POLICIES[policy].terms)

    assert {one.name: " ".join(role for role in roles if one.may[role]) for one in found} == MAY
    assert all(one.besides for one in found)
