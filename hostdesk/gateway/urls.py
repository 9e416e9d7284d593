"""Addresses of the mailroom."""

from django.urls import path

from hostdesk.gateway.views import desk

app_name = "gateway"

urlpatterns = [
    path("desk/mailroom/", desk.inbound, name="mailroom"),
    path("desk/mailroom/<int:pk>", desk.mail, name="mail"),
    path("desk/mailroom/<int:pk>/source", desk.source, name="source"),
    path("desk/mailroom/<int:pk>/ticket", desk.open_as_ticket, name="open_as_ticket"),
    path("desk/mailroom/<int:pk>/judgement", desk.judge_again, name="judge_again"),
    path("desk/mailroom/outbound", desk.outbound, name="outbound"),
    path("desk/mailroom/outbound/<int:pk>", desk.outbound_mail, name="outbound_mail"),
    path("desk/mailroom/outbound/<int:pk>/delivery", desk.delivery, name="delivery"),
]
