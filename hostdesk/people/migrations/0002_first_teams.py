"""The two teams that every desk has."""

from django.db import migrations


def create_teams(apps, schema_editor):
    team = apps.get_model("people", "Team")
    team.objects.get_or_create(slug="support", defaults={"name": "Support", "sealed": False})
    team.objects.get_or_create(slug="supervisors", defaults={"name": "Supervisors", "sealed": True})


def remove_teams(apps, schema_editor):
    apps.get_model("people", "Team").objects.filter(slug__in=["support", "supervisors"]).delete()


class Migration(migrations.Migration):
    dependencies = [("people", "0001_tables")]

    operations = [migrations.RunPython(create_teams, remove_teams)]
