"""What the other contacts read when the list has changed."""

import pytest

from hostdesk.mail.models import OutboundMail
from hostdesk.requests.actions import contact_changes


@pytest.mark.clause("contact.privileges")
def test_the_notice_of_a_change_says_who_made_it(world):
    primary = world.contact()
    secondary = world.contact("alice@elsewhere.example", name="Alice Elsewhere", role="secondary", domains=())
    dev = world.contact("dev@acme.example", name="Dev", role="authorised")
    contact_changes.remove(primary, dev, submission="1", at=world.now)
    contact_changes.remove(secondary, secondary, submission="2", at=world.now)

    said = list(OutboundMail.objects.filter(kind="contacts_changed").values_list("text", flat=True))
    removed = "Dev (dev@acme.example) is no contact any more, removed by Alice Adams."
    gone = "Alice Elsewhere (alice@elsewhere.example) is no contact any more, by their own wish."
    assert any(removed in one for one in said)
    assert any(gone in one for one in said)
