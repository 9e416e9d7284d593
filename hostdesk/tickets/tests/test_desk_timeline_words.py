"""Whatever happens to a ticket stands in its timeline as a sentence, never as the name that the history gives it."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import hostdesk
from hostdesk.audit.models import Entry
from hostdesk.requests.models import RecoveryState
from hostdesk.tickets.views import desk_timeline

HOUSE = Path(hostdesk.__file__).parent
AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ENDS_OF_A_RECOVERY = {
    f"recovery {one.value}" for one in (RecoveryState.STOPPED, RecoveryState.REFUSED, RecoveryState.EXPIRED)
}


def verbs_about_tickets():
    """Every verb that code of the house writes into the history of a ticket by its name."""
    found = set()
    for file in HOUSE.rglob("*.py"):
        if "tests" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                words = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
                if node.func.id == "note" and words[:1] == ["ticket"]:
                    found.add(words[2])
                if node.func.id == "tell" and len(words) > 1 and "recover" in file.name:
                    found.add(words[1])
    return {verb for verb in found if isinstance(verb, str)} | ENDS_OF_A_RECOVERY


@pytest.mark.db_free
def test_every_event_of_a_ticket_is_said_in_a_sentence():
    told = {}
    for verb in verbs_about_tickets() - desk_timeline._TOLD_BY_LETTERS:
        entry = Entry(verb=verb, actor_name="Bongani", facts={"why": "off duty", "from": "Naledi"}, at=AT)
        told[verb] = str(desk_timeline._line(entry, AT))

    assert len(told) > 40
    assert {verb: line for verb, line in told.items() if f"Bongani: {verb}" in line} == {}
    assert "Back in the queue from Naledi: off duty" in told["returned"]
