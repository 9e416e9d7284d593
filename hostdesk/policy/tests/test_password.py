"""To whom the link goes, what makes a registration doubtful, and who approves a recovery."""

from datetime import UTC, datetime, timedelta

import pytest

from hostdesk.kit.refusals import Misconfigured
from hostdesk.policy import documents
from hostdesk.policy import terms as terms_of
from hostdesk.policy.rules import password as rules
from hostdesk.policy.rules.password import Approver, Recovering, Registered

pytestmark = [pytest.mark.db_free, pytest.mark.clause("contact.password")]
DOCUMENT = documents.load_folder(documents.PACKAGED).policies["hosting"]
TERMS = DOCUMENT.terms
AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
OPENED = datetime(2020, 1, 1, tzinfo=UTC)
SOUND = Registered(
    registered_at=datetime(2015, 3, 1, tzinfo=UTC),
    changed_at=datetime(2025, 3, 1, tzinfo=UTC),
    expires_at=datetime(2028, 3, 1, tzinfo=UTC),
)
YES = {
    "t": Approver(1, "technician"),
    "s": Approver(2, "supervisor"),
    "l": Approver(3, "level1"),
    "b": Approver(4, "billing"),
    "a": Approver(5, "admin"),
}


def case(**more):
    facts = {
        "proof": "dns",
        "doubts": (),
        "address_proven": True,
        "approvers": (YES["t"], YES["s"]),
        "opened_by": None,
        "told_at": AT - TERMS.recovery_wait,
        **more,
    }
    return Recovering(**facts)


def test_the_link_goes_to_primary_and_secondary_only():
    assert [
        role
        for role in ("primary", "secondary", "authorised", "")
        if rules.may_get_link(role=role, terms=TERMS)
    ] == [
        "primary",
        "secondary",
    ]


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, ()),
        ({"changed_at": AT - timedelta(days=60)}, ()),
        ({"changed_at": AT - timedelta(days=60) + timedelta(seconds=1)}, ("changed",)),
        ({"expires_at": AT}, ("expired",)),
        ({"expires_at": None}, ()),
        ({"registered_at": OPENED + timedelta(seconds=1)}, ("reregistered",)),
        ({"registered_at": None}, ()),
        ({"changed_at": None}, ("undated",)),
        ({"marks": frozenset({"redacted", "private", "many_addresses", "odd_address"})}, ()),
        ({"marks": frozenset({"other_name", "gone", "odd_dates"})}, ("other_name", "odd_dates", "gone")),
    ],
)
def test_what_takes_the_weight_from_a_proof_by_dns(more, found):
    import dataclasses

    registered = dataclasses.replace(SOUND, **more)
    assert rules.doubts(registered, account_opened_at=OPENED, terms=TERMS, at=AT) == found


def test_without_any_answer_control_over_the_domain_is_not_enough():
    found = rules.doubts(None, account_opened_at=OPENED, terms=TERMS, at=AT)

    assert found == ("unseen",)
    assert rules.recovery_step(case(doubts=found), TERMS, at=AT) == "proof"
    assert rules.recovery_step(case(doubts=found, proof="by_hand"), TERMS, at=AT) == "granted"
    assert set(rules.DOUBTS) >= set(found)


@pytest.mark.parametrize(
    ("more", "step"),
    [
        ({}, "granted"),
        ({"proof": ""}, "proof"),
        ({"proof": "file"}, "granted"),
        ({"doubts": ("changed",)}, "proof"),
        ({"address_proven": False}, "address"),
        ({"approvers": ()}, "approval"),
        ({"approvers": (YES["t"],)}, "approval"),
        ({"approvers": (YES["s"],)}, "approval"),
        ({"approvers": (YES["t"], YES["l"])}, "approval"),
        ({"approvers": (YES["s"], YES["s"])}, "approval"),
        ({"approvers": (YES["s"], YES["b"])}, "approval"),
        ({"approvers": (YES["s"], YES["a"])}, "granted"),
        ({"opened_by": 1}, "approval"),
        ({"opened_by": 2}, "approval"),
        ({"told_at": None}, "wait"),
        ({"told_at": AT - TERMS.recovery_wait + timedelta(seconds=1)}, "wait"),
    ],
)
def test_the_first_thing_that_is_missing_is_named(more, step):
    assert rules.recovery_step(case(**more), TERMS, at=AT) == step


@pytest.mark.parametrize(
    ("agent", "earlier", "opened_by", "allowed"),
    [
        ("t", "", None, True),
        ("s", "", None, True),
        ("l", "", None, True),
        ("a", "", None, True),
        ("b", "", None, False),
        ("t", "s", None, True),
        ("t", "l", None, False),
        ("s", "t", None, True),
        ("s", "s", None, False),
        ("t", "", 1, False),
        ("s", "t", 2, False),
        ("a", "t", 2, True),
    ],
)
def test_who_may_approve(agent, earlier, opened_by, allowed):
    ruling = rules.may_approve(
        agent_id=YES[agent].agent_id,
        role=YES[agent].role,
        opened_by=opened_by,
        approvers=[YES[one] for one in earlier],
        terms=TERMS,
    )

    assert (ruling.allowed, ruling.clause, bool(ruling.sentence)) == (
        allowed,
        "contact.password",
        not allowed,
    )


@pytest.mark.parametrize(
    ("key", "value"), [("recovery_wait_hours", 23), ("password_approvals", 1), ("recovery_open_days", 4)]
)
def test_a_policy_cannot_make_recovery_quicker_or_the_work_of_one(key, value):
    source = (documents.PACKAGED / "hosting" / "terms.yaml").read_text(encoding="utf-8")
    head, _, rest = source.partition(f"\n{key}:\n  value: ")
    wrong = f"{head}\n{key}:\n  value: {value}\n{rest.partition(chr(10))[2]}"

    with pytest.raises(Misconfigured, match=key):
        terms_of.read(wrong, name="terms.yaml", label="hosting/1", currency="ZAR")
