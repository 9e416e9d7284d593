"""A published version is never changed or removed: the database itself refuses."""

from django.db import migrations, models

from hostdesk.kit import append_only

TABLES = ("policy_policyversion",)


def guard(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


def unguard(apps, schema_editor):
    for table in TABLES:
        for statement in append_only.undo_statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40)),
                ('number', models.PositiveIntegerField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(max_length=200)),
                ('published_by_kind', models.CharField(max_length=10)),
                ('published_by_id', models.BigIntegerField(null=True)),
                ('operator_source', models.TextField()),
                ('text_source', models.TextField()),
                ('terms_source', models.TextField()),
                ('catalogue_source', models.TextField()),
                ('digest', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('slug', 'number'), name='policy_version_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='policy_version_from_one')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
