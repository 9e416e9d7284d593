"""History and decisions only grow: the database itself refuses to change or remove a row."""

from django.db import migrations

from hostdesk.kit import append_only

TABLES = ("audit_entry", "audit_decision")


def forwards(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


def backwards(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.undo_statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
