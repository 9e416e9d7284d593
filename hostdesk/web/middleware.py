"""What every answer carries, and how a refusal becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from hostdesk.kit.refusals import Missing, Refused
from hostdesk.web import errors

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; frame-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
# Two years, as browsers ask before they take an address into their own lists.
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def security_headers(get_response: GetResponse) -> Callable[[HttpRequest], HttpResponse]:
    """Put the house's headers on every answer; a view that set one of them itself (a download) keeps its own."""
    headers = dict(HEADERS)
    if settings.SECURE:
        headers[STRICT_TRANSPORT[0]] = STRICT_TRANSPORT[1]

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def https_only(get_response: GetResponse) -> Callable[[HttpRequest], HttpResponse]:
    """Where the public address is an https one, send plain requests there; probes of health are answered as they come.

    A proxy that speaks TLS says so by `X-Forwarded-Proto: https`. Whoever forges that header only keeps themselves
    from being redirected: cookies are Secure and the browser knows what it speaks.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        plain = not request.is_secure() and request.headers.get("X-Forwarded-Proto", "").lower() != "https"
        if not settings.SECURE or not plain or request.path.startswith("/health/"):
            return get_response(request)
        there = settings.HOSTDESK_URL + request.get_full_path()
        # 308 keeps the method: an API call must not turn into a GET.
        status = (
            HTTPStatus.MOVED_PERMANENTLY
            if request.method in ("GET", "HEAD")
            else HTTPStatus.PERMANENT_REDIRECT
        )
        return HttpResponse(status=status, headers={"Location": there})

    return middleware


class WithoutZeroBytes:
    """What came in query or form comes without zero bytes: nobody types one, and PostgreSQL keeps none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The query on the way in."""
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _cleaned(request.GET)  # type: ignore[assignment]  # one that could be changed
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """The form, which the check of its token has read by now."""
        if request.method == "POST" and request.content_type in _FORMS:
            posted = request.POST
            if any("\0" in part for name, values in posted.lists() for part in (name, *values)):
                request.POST = _cleaned(posted)  # type: ignore[assignment]


_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
without_zero_bytes = WithoutZeroBytes


def _cleaned(given: QueryDict) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, values in given.lists():
        found.setlist(name.replace("\0", ""), [value.replace("\0", "") for value in values])
    return found


class RefusalsAsPages:
    """`Refused` becomes a sentence with a link to its clause, `Missing` the page for things that are not there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing happens on the way in or out; see `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An answer for the house's two refusals; every other exception is a bug and rises."""
        if isinstance(exception, Refused):
            return errors.refused(request, exception)
        if isinstance(exception, Missing):
            return errors.missing(request)
        return None


refusals_as_pages = RefusalsAsPages
