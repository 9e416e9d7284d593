"""Requests to a WSGI application in this process, without a network."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime


def environ(path, *, cookie=""):
    """What a web server would hand over for GET of `path` from this machine."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_ACCEPT": "text/html",
        "HTTP_ACCEPT_ENCODING": "gzip, br",
        "HTTP_COOKIE": cookie,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def call(application, path, *, cookie=""):
    """(status, body) of one request."""
    said = []
    answer = application(environ(path, cookie=cookie), lambda status, headers: said.append((status, headers)))
    body = b"".join(answer)
    answer.close()
    return said[0][0], body


def seconds(application, path, *, cookie="", times):
    """Seconds of CPU that this process used for each of `times` requests, in the mean."""
    before = time.process_time()
    for _ in range(times):
        status, _ = call(application, path, cookie=cookie)
        assert status.startswith("200"), status
    return (time.process_time() - before) / times


def desk_cookie(agent):
    """The cookie of a new, whole session of this agent, by the product's own verb."""
    from hostdesk.people.actions import sessions
    from hostdesk.people.middleware import DESK_COOKIE
    from hostdesk.people.models import Step

    browser = sessions.Browser(
        address="127.0.0.1", network="127.0.0.1", user_agent="bench", on_this_machine=True
    )
    signed_in = sessions.open_for_agent(agent, step=Step.FULL, browser=browser, at=datetime.now(UTC))
    return f"{DESK_COOKIE}={signed_in.token}"
