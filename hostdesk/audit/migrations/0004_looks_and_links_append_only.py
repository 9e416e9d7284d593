"""Looks and links only grow, as the history does."""

from django.db import migrations

from hostdesk.kit import append_only

TABLES = ("audit_look", "audit_link")


def forwards(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.undo_statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_looks_and_links")]
    operations = [migrations.RunPython(forwards, backwards)]
