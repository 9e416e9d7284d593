"""Addresses of the room."""

from django.urls import path

from hostdesk.schedule.views import desk, plan

app_name = "schedule"

urlpatterns = [
    path("desk/shift", desk.duty, name="duty"),
    path("desk/shift/start", desk.start, name="start"),
    path("desk/shift/end", desk.end, name="end"),
    path("desk/shift/plan", plan.plan, name="plan"),
    path("desk/shift/plan/<int:pk>/end", plan.planned_end, name="planned_end"),
    path("desk/shift/changes", plan.changes, name="changes"),
    path("desk/shift/changes/<int:pk>/removal", plan.change_removal, name="change_removal"),
]
