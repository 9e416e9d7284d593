"""Tickets; their numbers begin at 1001: one of four digits looks like a number, and never like a year or a port."""

import django.db.models.deletion
from django.db import migrations, models


FIRST = 1001


def number_from_first(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE tickets_ticket ALTER COLUMN id RESTART WITH {FIRST}")
        return
    # Making the table may have left a row for it already, and of two rows SQLite believes the first.
    schema_editor.execute("DELETE FROM sqlite_sequence WHERE name = 'tickets_ticket'", params=None)
    schema_editor.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets_ticket', {FIRST - 1})", params=None)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('hosting', '0001_tables'),
        ('mail', '0001_initial'),
        ('people', '0001_tables'),
        ('policy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('new', 'new'), ('open', 'open'), ('waiting_customer', 'waits for the customer'), ('waiting_window', 'waits for its off-peak window'), ('waiting_team', 'waits for another team'), ('resolved', 'resolved'), ('closed', 'closed')], default='new', max_length=20)),
                ('ticket_class', models.CharField(choices=[('unclassed', 'not classed yet'), ('general', 'general support, free'), ('advanced', 'advanced support, charged'), ('not_supported', 'not supported')], default='unclassed', max_length=20)),
                ('channel', models.CharField(choices=[('mail', 'e-mail'), ('client', 'client area'), ('desk', 'the desk'), ('phone', 'telephone')], max_length=10)),
                ('policy_slug', models.CharField(max_length=40)),
                ('team', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
                ('sealed', models.BooleanField(default=False)),
                ('customer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hosting.customer')),
                ('account', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hosting.account')),
                ('contact', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('requester_name', models.CharField(blank=True, max_length=200)),
                ('requester_address', models.CharField(blank=True, max_length=320)),
                ('trust', models.CharField(blank=True, max_length=10)),
                ('assignee', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('attention', models.SmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('queued_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('state_since', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('reply_generation', models.IntegerField(default=1)),
                ('follows', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.ticket')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('assignee__isnull', True), ('state__in', ('new', 'open'))), fields=['team', 'queued_at', 'id'], name='ticket_queue'), models.Index(condition=models.Q(('attention__gt', 0), models.Q(('state__in', ('resolved', 'closed')), _negated=True)), fields=['team', 'attention', 'queued_at'], name='ticket_attention'), models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee', 'state', 'queued_at'], name='ticket_assignee'), models.Index(fields=['team', 'state', 'queued_at', 'id'], name='ticket_team_state'), models.Index(fields=['account', '-id'], name='ticket_account'), models.Index(fields=['customer', '-id'], name='ticket_customer'), models.Index(fields=['contact', '-id'], name='ticket_contact'), models.Index(condition=models.Q(('state', 'resolved')), fields=['resolved_at'], name='ticket_resolved')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['new', 'open', 'waiting_customer', 'waiting_window', 'waiting_team', 'resolved', 'closed'])), name='ticket_state_known'), models.CheckConstraint(condition=models.Q(('ticket_class__in', ['unclassed', 'general', 'advanced', 'not_supported'])), name='ticket_class_known'), models.CheckConstraint(condition=models.Q(('assignee__isnull', True), models.Q(('state', 'new'), _negated=True), _connector='OR'), name='ticket_taken_is_not_new')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='tickets.ticket')),
                ('kind', models.CharField(choices=[('customer', 'customer'), ('agent', 'agent'), ('internal', 'internal note'), ('system', 'system')], max_length=10)),
                ('author_name', models.CharField(max_length=200)),
                ('contact', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.contact')),
                ('agent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('trust', models.CharField(blank=True, max_length=10)),
                ('text', models.TextField()),
                ('fresh', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('inbound_mail', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mail.inboundmail')),
                ('outbound_mail', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mail.outboundmail')),
                ('submission', models.CharField(max_length=64, null=True, unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['ticket', 'id'], name='message_ticket')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['customer', 'agent', 'internal', 'system'])), name='message_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Unacknowledged',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.person')),
                ('at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['person', 'at'], name='unacknowledged_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='tickets.message')),
                ('digest', models.CharField(max_length=64)),
                ('filename', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=127)),
                ('size', models.BigIntegerField()),
                ('inline', models.BooleanField(default=False)),
                ('content_id', models.CharField(blank=True, max_length=255)),
            ],
        ),
        migrations.CreateModel(
            name='SlaClock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('clause', models.CharField(max_length=60)),
                ('state', models.CharField(default='running', max_length=10)),
                ('started_at', models.DateTimeField()),
                ('warn_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('paused_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('look_at', models.DateTimeField(null=True)),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='tickets.ticket')),
                ('policy_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion')),
                ('breach_reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('look_at__isnull', False)), fields=['look_at'], name='clock_due')],
                'constraints': [models.UniqueConstraint(fields=('ticket', 'kind'), name='clock_one_of_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='ClockStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='tickets.slaclock')),
                ('step', models.CharField(max_length=12)),
                ('cause', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.agent')),
                ('kind', models.CharField(max_length=10)),
                ('text', models.TextField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ticket', 'agent', 'kind'), name='draft_one_each')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tickets.ticket')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.agent')),
                ('seen_at', models.DateTimeField()),
                ('writing_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ticket', 'agent'), name='presence_one_each')],
            },
        ),
        migrations.RunPython(number_from_first, migrations.RunPython.noop),
    ]
