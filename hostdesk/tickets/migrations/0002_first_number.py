"""Ticket numbers begin at 1001: a number of four digits looks like one, and never like a year or a port."""

from django.db import migrations

FIRST = 1001


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE tickets_ticket ALTER COLUMN id RESTART WITH {FIRST}")
        return
    # Making the table anew may have left a row for it already, and of two rows SQLite believes the first.
    schema_editor.execute("DELETE FROM sqlite_sequence WHERE name = 'tickets_ticket'", params=None)
    schema_editor.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets_ticket', {FIRST - 1})", params=None)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
