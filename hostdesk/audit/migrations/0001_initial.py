"""History, decisions, looks and links only grow: the database itself refuses to change or remove a row."""

import django.db.models.deletion
from django.db import migrations, models

from hostdesk.kit import append_only

TABLES = ("audit_entry", "audit_decision", "audit_look", "audit_link")


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
        ('policy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('verb', models.CharField(max_length=40)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('actor_name', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('facts', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'id'], name='entry_subject')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject_type', models.CharField(max_length=20)),
                ('subject_id', models.BigIntegerField()),
                ('clause', models.CharField(max_length=60)),
                ('policy_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion')),
                ('outcome', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['subject_type', 'subject_id', 'id'], name='decision_subject'), models.Index(fields=['clause', 'outcome', 'at'], name='decision_clause')],
            },
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agent_id', models.BigIntegerField()),
                ('agent_name', models.CharField(max_length=200)),
                ('session_id', models.BigIntegerField(default=0)),
                ('token_id', models.BigIntegerField(default=0)),
                ('kind', models.CharField(choices=[('customer', 'Customer page'), ('ticket', 'Ticket'), ('mail', 'Mail'), ('sent_mail', 'Mail sent'), ('file', 'Attachment'), ('mail_file', 'File of a mail'), ('source', 'Raw mail'), ('request', 'Request'), ('search', 'Search')], max_length=10)),
                ('thing_id', models.BigIntegerField(default=0)),
                ('customer_id', models.BigIntegerField(null=True)),
                ('words', models.CharField(blank=True, max_length=100)),
                ('slot', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['customer_id', 'id'], name='look_customer'), models.Index(fields=['agent_id', 'id'], name='look_agent')],
                'constraints': [models.UniqueConstraint(fields=('agent_id', 'session_id', 'token_id', 'kind', 'thing_id', 'words', 'slot'), name='look_once_a_slot')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('book', models.CharField(max_length=10)),
                ('ids', models.TextField()),
                ('rows', models.PositiveIntegerField()),
                ('reached', models.BigIntegerField()),
                ('marks', models.BinaryField()),
                ('digest', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['book', 'number'], name='link_book')],
            },
        ),
        migrations.RunPython(guard, unguard),
    ]
