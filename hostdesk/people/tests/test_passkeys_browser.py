"""Passkeys in a real browser with a virtual authenticator, through the page's own script."""

import pytest
from django.test import override_settings
from django.utils import timezone

from hostdesk.people.models import Passkey, Session
from hostdesk.people.tests.making import PASSWORD, agent
from tests.browsing import DESKTOP, PHONE, chromium, faults, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def static(tmp_path_factory):
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def site(committed_world, static):
    committed_world.now = timezone.now()
    with served(static) as origin:
        named = origin.replace("127.0.0.1", "localhost")
        with override_settings(HOSTDESK_URL=named, CSRF_TRUSTED_ORIGINS=[named]), chromium() as browser:
            yield committed_world, named, browser


def with_a_key(browser, **context):
    """A page whose browser has an authenticator in it that keeps keys and knows its owner."""
    page = browser.new_context(**context).new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def sign_in(page, origin, someone):
    page.goto(f"{origin}/desk/sign-in")
    page.get_by_label("E-mail address").fill(someone.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_admin_sets_up_a_passkey_signs_in_with_it_alone_and_as_second_step(site):
    world, origin, browser = site
    admin = agent(world, role="admin")
    page = with_a_key(browser, viewport=DESKTOP)
    sign_in(page, origin, admin)
    page.get_by_role("link", name="Set up a passkey instead").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url(f"{origin}/desk/**")
    assert Passkey.objects.get().name == "Laptop"

    page.context.clear_cookies()
    page.goto(f"{origin}/desk/sign-in?next=/desk/me")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{origin}/desk/me")
    assert page.get_by_text("last used").count() >= 1

    page.context.clear_cookies()
    sign_in(page, origin, admin)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{origin}/desk/queue")
    assert Passkey.objects.get().sign_count > 0

    Session.objects.update(proven_at=None)
    bob = agent(world, "bob@host.example", name="Bob")
    page.goto(f"{origin}/desk/agents")
    row = page.get_by_role("row", name="Bob")
    row.locator("summary").click()
    row.get_by_role("button", name="Has left").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_text("cannot sign in any more").wait_for()
    bob.refresh_from_db()
    assert bob.active is False


def test_what_the_desk_refuses_is_said_beside_the_button(site):
    _world, origin, browser = site
    page = with_a_key(browser, viewport=DESKTOP)
    page.goto(f"{origin}/desk/sign-in")
    page.route("**/options", lambda route: route.fulfill(status=422, json={"refused": "Not here."}))
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.get_by_role("alert").get_by_text("Not here.").wait_for()
    assert page.get_by_role("button", name="Sign in with a passkey").is_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_serve_everybody_and_never_scroll_sideways(site, size, scheme):
    world, origin, browser = site
    admin = agent(world, role="admin", name="Ann Überlang von und zu Hohenzollern-Sigmaringen")
    page = with_a_key(browser, viewport=size, color_scheme=scheme)
    found = {}

    def look(name):
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[name] = (faults(page), wide)

    page.goto(f"{origin}/desk/sign-in")
    look("sign-in")
    sign_in(page, origin, admin)
    page.get_by_role("link", name="Set up a passkey instead").click()
    look("set-up")
    page.get_by_label("Name").fill("The laptop with a rather long name, in the office")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    contact = world.contact()
    page.goto(f"{origin}/desk/customers/{contact.account.customer_id}")
    page.goto(f"{origin}/desk/customers/{contact.account.customer_id}")
    look("customer")
    for name, address in (
        ("me", "/desk/me"), ("new", "/desk/me/passkeys/new"), ("agents", "/desk/agents"),
        ("looks", f"/desk/agents/{admin.pk}/looks"), ("prove", "/desk/prove?next=/desk/me"),
    ):  # fmt: skip
        page.goto(f"{origin}{address}")
        look(name)

    assert found == dict.fromkeys(found, ([], False))
