"""A published version is never changed or removed: the database itself refuses. Reversible."""

from django.db import migrations

from hostdesk.kit import append_only

TABLE = "policy_policyversion"


def guard(apps, schema_editor):
    for statement in append_only.statements(schema_editor.connection.vendor, TABLE):
        schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for statement in append_only.undo_statements(schema_editor.connection.vendor, TABLE):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]

    operations = [migrations.RunPython(guard, unguard)]
