"""What follows a form of the client area, sent or not."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse

DRAFT_COOKIE = "hd_sent"
_SECONDS = 60
FILES_NOT_KEPT = (
    "We cannot keep files at this moment. Your words are still here: "
    "send them without the files, or try again soon."
)


def forget_draft(response: HttpResponse, name: str) -> HttpResponse:
    """Tell the browser that this draft has arrived, so that it forgets its copy.

    By a cookie that the next page's script reads, and not when the button is pressed: a form that never reached us
    must leave its words in the browser.
    """
    response.set_cookie(
        DRAFT_COOKIE, name, max_age=_SECONDS, path="/client", samesite="Lax", secure=settings.SECURE
    )
    return response
