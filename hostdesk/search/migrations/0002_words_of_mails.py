"""A second index of words, for mails: they are far more than tickets, and nobody looks for both at once."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_mails USING fts5("
    "words, kind UNINDEXED, ref UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '3')"
)
POSTGRES = (
    "CREATE TABLE search_mails (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " kind varchar(20) NOT NULL, ref bigint NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_mails_gin ON search_mails USING gin (words)",
)


def forwards(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else (SQLITE,):
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_mails")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_words")]
    operations = [migrations.RunPython(forwards, backwards)]
