"""Browsers of customers for tests, without a real one."""

from django.test import Client

from tests.browsing import cookie_of


def browser_of(contact):
    """A browser in which the contact's person is signed in."""
    browser = Client()
    browser.cookies["hd_client"] = cookie_of(contact.person, "")["value"]
    return browser


def page(browser, address, status=200):
    response = browser.get(address)
    assert response.status_code == status, address
    return response.content.decode()


def request_of(**more):
    return {"subject": "Site down", "text": "Error 500 since 09:10.", "submission": "c-one-press", **more}
