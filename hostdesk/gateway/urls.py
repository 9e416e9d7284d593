"""Addresses of the mailroom."""

from django.urls import path

from hostdesk.gateway.views import inbound, one_mail, outbound

app_name = "gateway"

urlpatterns = [
    path("desk/mailroom/", inbound.inbound, name="mailroom"),
    path("desk/mailroom/held", inbound.held, name="held"),
    path("desk/mailroom/<int:pk>", one_mail.mail, name="mail"),
    path("desk/mailroom/<int:pk>/source", one_mail.source, name="source"),
    path("desk/mailroom/<int:pk>/source/text", one_mail.source_text, name="source_text"),
    path("desk/mailroom/<int:pk>/files/<int:place>", one_mail.file, name="file"),
    path("desk/mailroom/<int:pk>/letter", one_mail.letter, name="letter"),
    path("desk/mailroom/<int:pk>/formatted", one_mail.formatted, name="formatted"),
    path("desk/mailroom/<int:pk>/ticket", one_mail.open_as_ticket, name="open_as_ticket"),
    path("desk/mailroom/<int:pk>/judgement", one_mail.judge_again, name="judge_again"),
    path("desk/mailroom/outbound", outbound.outbound, name="outbound"),
    path("desk/mailroom/outbound/<int:pk>", outbound.outbound_mail, name="outbound_mail"),
    path("desk/mailroom/outbound/<int:pk>/delivery", outbound.delivery, name="delivery"),
    path("desk/mailroom/outbound/<int:pk>/holding", outbound.holding, name="holding"),
]
