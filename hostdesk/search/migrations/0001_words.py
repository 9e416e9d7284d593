"""The indexes of words, in each database's own way: one for tickets, one for mails, which are far more and looked for apart."""

from django.db import migrations

INDEXES = ("search_words", "search_mails")


def make(apps, schema_editor):
    words_of = _postgres if schema_editor.connection.vendor == "postgresql" else _sqlite
    for name in INDEXES:
        for statement in words_of(name):
            schema_editor.execute(statement)


def drop(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f"DROP TABLE {name}")


def _sqlite(name):
    return [
        f"CREATE VIRTUAL TABLE {name} USING fts5("
        "words, kind UNINDEXED, ref UNINDEXED, tokenize = 'unicode61 remove_diacritics 2', prefix = '3')"
    ]


def _postgres(name):
    statements = [
        f"CREATE TABLE {name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " kind varchar(20) NOT NULL, ref bigint NOT NULL, words tsvector NOT NULL)",
        f"CREATE INDEX {name}_gin ON {name} USING gin (words)",
    ]
    if name == "search_words":
        statements.append(f"CREATE INDEX {name}_ref ON {name} (kind, ref)")
    return statements


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(make, drop)]
