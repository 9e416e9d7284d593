"""Addresses of the policy pages and of the evidence."""

from __future__ import annotations

from django.urls import path

from hostdesk.reports.views import desk, public

app_name = "reports"
urlpatterns = [
    path("policy/", public.policies, name="policies"),
    path("policy/<slug:slug>/", public.newest, name="policy"),
    path("policy/<slug:slug>/<int:number>/", public.version, name="version"),
    path("policy/<slug:slug>/<int:number>/changes/", public.changes, name="changes"),
    path("desk/evidence/", desk.evidence, name="evidence"),
]
