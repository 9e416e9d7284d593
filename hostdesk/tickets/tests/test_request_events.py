"""Whatever happens to a request stands on its ticket as a sentence."""

import re
from pathlib import Path

import pytest

from hostdesk.requests import actions
from hostdesk.requests.models import RequestState
from hostdesk.tickets.views import desk_request_events

FOLDER = Path(actions.__file__).parent
NEVER_ENTERED = {"asked", "doing", "unclear"}
"""States that come with a line of their own: asked, begun, unclear."""


@pytest.mark.db_free
def test_every_event_of_a_request_has_a_sentence():
    written = {
        verb
        for file in FOLDER.glob("*.py")
        for verb in re.findall(r'"(request [a-z ]+)"', file.read_text(encoding="utf-8"))
    }
    entered = {f"request {state}" for state in RequestState.values if state not in NEVER_ENTERED}
    facts = {
        "name": "Another version of PHP",
        "why": "No answer.",
        "panel": "by_hand",
        "step": "The site loads",
    }
    told = {verb: desk_request_events.said(verb, "Bongani", facts) for verb in written | entered}

    assert len(told) > 20
    assert {verb for verb, sentence in told.items() if sentence is None} == set()
    assert told["request begun"] == "Bongani began by hand: Another version of PHP"
    assert told["request not done"] == "Bongani could not do it: Another version of PHP: No answer"
