"""Addresses of the room."""

from django.urls import path

from hostdesk.requests.views import client, public

app_name = "requests"

urlpatterns = [
    path("requests/confirmation/<str:token>", public.confirmation, name="confirmation"),
    path("client/requests/<int:pk>", client.request_page, name="client_request"),
]
