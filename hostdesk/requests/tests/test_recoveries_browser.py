"""Pages of lost passwords and recoveries in a real browser: light and dark, wide and on a telephone, empty and full."""

import pytest
from django.utils import timezone

from hostdesk.requests.actions import choosing, recovering
from hostdesk.requests.models import Recovery
from hostdesk.requests.tests.test_recoveries import AT, NEW, OLD, OWNER, Case
from tests.browsing import DESKTOP, PHONE, chromium, cookie_of, faults, served
from tests.registries import on_loopback, rdap

pytestmark = pytest.mark.browser
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE)]
LONG = "a-very-long-name-of-a-domain.that-goes-on-and-on.until-it-meets.its-end.example"


@pytest.fixture
def case(committed_world):
    committed_world.now = timezone.now()
    with on_loopback() as there:
        there.pages.says(AT, rdap(emails=("a@elsewhere.example", "b@elsewhere.example"), **OLD))
        yield Case(committed_world, there)


def faulty(found):
    return {where: one for where, one in found.items() if one != (False, [])}


def test_the_public_pages_before_the_proof_are_sound_in_every_appearance(case, tmp_path_factory):
    at = case.world.now
    long = recovering.start(LONG, OWNER, network="192.0.2.2/32", at=at)
    begun = recovering.start("acme.example", OWNER, network="192.0.2.1/32", at=at)
    case.looks()
    stop = case.token("recovery_notice", "alice@acme.example")
    pages = {
        "lost": (None, "/recovery/", "I cannot get into my account"),
        "by domain": (None, "/recovery/domain", "Show that the domain is yours"),
        "proof": (None, f"/recovery/domain/{begun}", "Now: show that the domain is yours"),
        "proof of a long name": (None, f"/recovery/domain/{long}", "Now: show that the domain is yours"),
        "stop": (None, f"/recovery/stop/{stop}", "Stop it?"),
        "gone": (None, "/recovery/stop/nonsense", "does not work any more"),
    }

    assert faulty(seen(pages, tmp_path_factory)) == {}


def test_the_pages_of_the_desk_before_the_proof_are_sound_in_every_appearance(case, tmp_path_factory):
    desk = cookie_of(case.supervisor, "http://x")
    found = seen({"nothing": (desk, "/desk/recoveries/", "No recoveries")}, tmp_path_factory)
    case.starts()
    row = case.looks()
    pages = {
        "list": (desk, "/desk/recoveries/", "acme.example"),
        "begin": (desk, "/desk/recoveries/new", "Begin and tell every contact"),
        "unproven": (desk, f"/desk/recoveries/{row.pk}", "Note another proof"),
        "ticket": (desk, f"/desk/tickets/{row.ticket.number}", "Recovery of access"),
    }

    assert faulty(found | seen(pages, tmp_path_factory)) == {}


def test_every_page_from_the_proof_to_the_approval_is_sound_in_every_appearance(case, tmp_path_factory):
    world = case.world
    desk = cookie_of(case.supervisor, "http://x")
    begun = recovering.start("acme.example", OWNER, network="192.0.2.1/32", at=world.now)
    case.places(case.now())
    row = case.looks()
    followed, at_desk = f"/recovery/domain/{begun}", f"/desk/recoveries/{row.pk}"
    address = case.token("recovery_address", OWNER)
    pages = {
        "proof seen": (None, followed, "confirm your address"),
        "address": (None, f"/recovery/address/{address}", "Is this your address?"),
    }
    found = seen(pages, tmp_path_factory)
    recovering.prove_address(address, at=world.now)
    recovering.approve(case.now(), by=case.technician, at=world.now)
    pages = {
        "part done": (None, followed, "You have done your part"),
        "approve": (desk, at_desk, "You say that the account may be handed to"),
    }

    assert faulty(found | seen(pages, tmp_path_factory)) == {}


def test_every_page_from_the_approval_to_the_password_is_sound_in_every_appearance(case, tmp_path_factory):
    world = case.world
    desk = cookie_of(case.supervisor, "http://x")
    begun = recovering.start("acme.example", OWNER, network="192.0.2.1/32", at=world.now)
    case.places(case.now())
    row = case.looks()
    followed, at_desk = f"/recovery/domain/{begun}", f"/desk/recoveries/{row.pk}"
    recovering.prove_address(case.token("recovery_address", OWNER), at=world.now)
    recovering.approve(case.now(), by=case.technician, at=world.now)
    # The contacts were told long enough ago: the pages read the real clock.
    Recovery.objects.filter(pk=row.pk).update(told_at=world.now - case.wait())
    recovering.approve(case.now(), by=case.supervisor, at=world.now)
    password = case.token("password_link", OWNER)
    pages = {
        "granted": (None, followed, "The link is in the mail"),
        "granted at the desk": (desk, at_desk, "Send the link again"),
        "password": (None, f"/recovery/password/{password}", "A new password for acme01"),
    }
    found = seen(pages, tmp_path_factory)
    link = choosing.choose(password, NEW, at=world.now)
    pages = {
        "to set": (desk, "/desk/recoveries/", "Passwords to set by hand"),
        "by hand": (desk, f"/desk/passwords/{link.pk}", "acme01"),
    }

    assert faulty(found | seen(pages, tmp_path_factory)) == {}


def seen(pages, tmp_path_factory):
    """(whether it can be pushed sideways, what axe finds) by appearance, width and page."""
    found = {}
    with served(tmp_path_factory.mktemp("static")) as origin, chromium() as browser:
        for scheme, size in LOOKS:
            for name, (cookie, address, words) in pages.items():
                context = browser.new_context(viewport=size, base_url=origin, color_scheme=scheme)
                if cookie:
                    context.add_cookies([{**cookie, "url": origin}])
                page = context.new_page()
                page.goto(address)
                page.get_by_text(words).first.wait_for(state="attached", timeout=5000)
                wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
                found[scheme, size["width"], name] = (wide, faults(page))
                context.close()
    return found
