"""Addresses of the room itself."""

from django.urls import path

from hostdesk.web import front, views

app_name = "web"
urlpatterns = [path("", front.front, name="front"), path("appearance", views.appearance, name="appearance")]
