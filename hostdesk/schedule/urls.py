"""Addresses of the room."""

from django.urls import path

from hostdesk.schedule.views import desk

app_name = "schedule"

urlpatterns = [
    path("desk/shift", desk.duty, name="duty"),
    path("desk/shift/start", desk.start, name="start"),
    path("desk/shift/end", desk.end, name="end"),
]
