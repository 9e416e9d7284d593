"""Addresses of the room itself."""

from django.urls import path

from hostdesk.web import views

app_name = "web"
urlpatterns = [path("appearance", views.appearance, name="appearance")]
