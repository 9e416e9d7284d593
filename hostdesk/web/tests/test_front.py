"""The front page."""

import pytest
from django.test import Client

from hostdesk.policy.models import PolicyVersion


@pytest.mark.clause("sla.response")
def test_the_front_page_promises_what_the_policy_in_force_promises(world):
    told = Client().get("/").content.decode()
    within = PolicyVersion.objects.get(slug="hosting").terms_source.partition("response_breach_minutes:")[2]

    assert "value: 180" in within.partition("unit")[0]
    assert "answers within 3 hours, at any hour of any day" in told


def test_it_says_how_to_reach_us_and_where_everything_is(world):
    told = Client().get("/").content.decode()
    addresses = [
        "mailto:support@itpossible.com",
        "mailto:complaint@itpossible.com",
        "/client/tickets/new",
        "/client/",
        "/policy/",
        "/sign-in",
        "/desk/",
    ]

    assert [address for address in addresses if f'href="{address}"' not in told] == []


def test_before_anything_is_published_it_promises_nothing(db):
    response = Client().get("/")

    assert (response.status_code, "answers within" in response.content.decode()) == (200, False)
