"""The plain Django views beside which the pages of the desk are measured.

Nobody is signed in; `CommonMiddleware` is the only middleware; the engine has cached templates and no context processors.
Each view makes one query through the ORM and shows what it finds by a template with the usual filters.
"""

from __future__ import annotations

from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.template import Context, Engine
from django.test.utils import override_settings
from django.urls import path

from hostdesk.tickets.models import Message, Ticket

ENGINE = Engine(dirs=[Path(__file__).parent / "templates"])
"""Engine without `debug` caches its compiled templates."""


def queue(request):
    """Fifty tickets by their keys (they need not be searched for), oldest first, with who wrote and where it stands."""
    keys = range(int(request.GET["from"]), int(request.GET["from"]) + 50)
    rows = (
        Ticket.objects.filter(pk__in=keys)
        .select_related("customer", "account", "contact__person")
        .order_by("queued_at", "id")
    )
    return HttpResponse(ENGINE.get_template("queue.html").render(Context({"rows": rows})))


def ticket(_request, number):
    """All messages of one ticket, oldest first."""
    messages = Message.objects.filter(ticket_id=number).order_by("at", "id")
    return HttpResponse(ENGINE.get_template("ticket.html").render(Context({"messages": messages})))


urlpatterns = [path("queue", queue), path("tickets/<int:number>", ticket)]


class BareHandler(WSGIHandler):
    """Django's own handler over these views, in the process of the real application."""

    def __init__(self):
        with override_settings(MIDDLEWARE=["django.middleware.common.CommonMiddleware"]):
            super().__init__()

    def resolve_request(self, request):
        """Find the view among ours."""
        request.urlconf = __name__
        return super().resolve_request(request)
