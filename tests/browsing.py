"""The product served to a real browser from within a test: pages with their real bundles, and Chromium."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import sync_playwright

from hostdesk.people.actions.sessions import Browser, open_for_agent, open_for_person
from hostdesk.people.middleware import CLIENT_COOKIE, DESK_COOKIE
from hostdesk.people.models import Step

CHROMIUM = "/usr/bin/chromium"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


class _Server(ThreadingMixIn, WSGIServer):
    """One thread a request; each gives its database connection back, so that none outlives the test."""

    daemon_threads = False
    block_on_close = True

    def process_request_thread(self, request, client_address):
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Nothing."""


@contextmanager
def served(static: Path):
    """The product on a port of its own, `http://127.0.0.1:NNNN`; `static` is a folder for the collected files."""
    bundled = {**settings.STORAGES, "staticfiles": {"BACKEND": "hostdesk.web.storage.BundledStorage"}}
    with override_settings(STORAGES=bundled, STATIC_ROOT=str(static)):
        if not (static / "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0, stdout=StringIO())
        server = _Server(("127.0.0.1", 0), _Quiet)
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


@contextmanager
def chromium():
    """A browser; ends with the block.

    While Playwright's loop runs in this thread, Django takes the thread for an asynchronous one and keeps a second
    database connection for it; nobody could reach and close that one once the loop is over.
    """
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        try:
            yield browser
        finally:
            browser.close()
            connections.close_all()


def cookie_of(person_or_agent, origin):
    """The cookie of a fresh session, as Playwright takes it."""
    now = timezone.now()
    here = Browser("127.0.0.1", "127.0.0.1", "Chromium", on_this_machine=True)
    if hasattr(person_or_agent, "role"):
        signed_in = open_for_agent(person_or_agent, step=Step.FULL, browser=here, at=now)
        return {"name": DESK_COOKIE, "value": signed_in.token, "url": origin}
    signed_in = open_for_person(person_or_agent, browser=here, at=now)
    return {"name": CLIENT_COOKIE, "value": signed_in.token, "url": origin}


def faults(page):
    """What axe-core finds on the page: (rule, elements)."""
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found]
