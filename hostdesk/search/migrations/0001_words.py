"""The index of words, in each database's own way."""

from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5("
    "words, kind UNINDEXED, ref UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '3')"
)
POSTGRES = (
    "CREATE TABLE search_words (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " kind varchar(20) NOT NULL, ref bigint NOT NULL, words tsvector NOT NULL)",
    "CREATE INDEX search_words_gin ON search_words USING gin (words)",
    "CREATE INDEX search_words_ref ON search_words (kind, ref)",
)


def forwards(apps, schema_editor):
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else (SQLITE,):
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(forwards, backwards)]
