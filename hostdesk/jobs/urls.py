"""Addresses for those who watch us."""

from __future__ import annotations

from django.urls import path

from hostdesk.jobs import views

app_name = "jobs"

urlpatterns = [
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
]
