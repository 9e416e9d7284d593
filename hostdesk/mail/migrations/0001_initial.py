import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RawMail',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('raw', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='InboundMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_by', models.CharField(blank=True, default='', max_length=64)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64, null=True)),
                ('route', models.CharField(choices=[('desk', 'Desk'), ('complaint', 'Complaint')], max_length=10)),
                ('door', models.CharField(choices=[('smtp', 'SMTP'), ('lmtp', 'LMTP'), ('pipe', 'Pipe'), ('imap', 'IMAP')], max_length=4)),
                ('envelope_from', models.CharField(blank=True, default='', max_length=320)),
                ('recipients', models.JSONField(default=list)),
                ('client_ip', models.CharField(blank=True, default='', max_length=45)),
                ('helo', models.CharField(blank=True, default='', max_length=255)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
                ('disposition', models.CharField(choices=[('ticketed', 'New ticket'), ('appended', 'Joined its ticket'), ('closed', 'Closed, unlisted sender'), ('quarantined', 'Held for a person'), ('ignored', 'Machine or loop'), ('refused', 'Not carried')], max_length=12, null=True)),
                ('reason', models.TextField(blank=True, default='')),
                ('clause', models.CharField(blank=True, default='', max_length=60)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('sender', models.TextField(blank=True, default='')),
                ('sender_name', models.TextField(blank=True, default='')),
                ('subject', models.TextField(blank=True, default='')),
                ('message_id', models.TextField(blank=True, default='')),
                ('trust', models.CharField(blank=True, choices=[('proven', 'Proven'), ('plausible', 'Plausible'), ('unproven', 'Unproven'), ('forged', 'Forged')], default='', max_length=10)),
                ('resembles', models.CharField(blank=True, default='', max_length=200)),
                ('ticket_number', models.BigIntegerField(blank=True, null=True)),
                ('findable', models.BooleanField(db_default=False, default=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('disposition__isnull', True)), fields=['next_try_at', 'id'], name='inboundmail_waiting'), models.Index(fields=['disposition', 'id'], name='inboundmail_by_disposition'), models.Index(condition=models.Q(('disposition', 'closed'), models.Q(('resembles', ''), _negated=True)), fields=['id'], name='inboundmail_resembling'), models.Index(condition=models.Q(('ticket_number__isnull', False)), fields=['ticket_number'], name='inboundmail_by_ticket'), models.Index(fields=['received_at'], name='inboundmail_received'), models.Index(condition=models.Q(('route', 'complaint'), ('clause', 'conduct.complaints'), _connector='OR'), fields=['disposition'], name='inboundmail_complaints'), models.Index(condition=models.Q(('findable', False)), fields=['id'], name='inboundmail_not_findable')],
                'constraints': [models.UniqueConstraint(fields=('digest', 'route'), name='inboundmail_once_per_route'), models.CheckConstraint(condition=models.Q(('route__in', ['desk', 'complaint'])), name='inboundmail_route_known'), models.CheckConstraint(condition=models.Q(('door__in', ['smtp', 'lmtp', 'pipe', 'imap'])), name='inboundmail_door_known'), models.CheckConstraint(condition=models.Q(('disposition__isnull', True), ('disposition__in', ['ticketed', 'appended', 'closed', 'quarantined', 'ignored', 'refused']), _connector='OR'), name='inboundmail_disposition_known'), models.CheckConstraint(condition=models.Q(('trust__in', ['', 'proven', 'plausible', 'unproven', 'forged'])), name='inboundmail_trust_known'), models.CheckConstraint(condition=models.Q(('digest__isnull', False), ('disposition', 'refused'), _connector='OR'), name='inboundmail_kept_unless_refused')],
            },
        ),
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_by', models.CharField(blank=True, default='', max_length=64)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('name', models.CharField(max_length=250, unique=True)),
                ('uid_validity', models.PositiveBigIntegerField(blank=True, null=True)),
                ('last_uid', models.PositiveBigIntegerField(default=0)),
                ('begun_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('trouble', models.TextField(blank=True, default='')),
                ('not_fetched', models.PositiveIntegerField(default=0)),
                ('sealed_grant', models.TextField(blank=True, default='')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MailboxItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mailbox', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='mail.mailbox')),
                ('uid', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('kept', 'Kept, the mailbox does not know yet'), ('done', 'Kept and marked'), ('old', 'Read by somebody before the mailbox was ours'), ('left', 'Too large, left where it is'), ('stuck', 'The server does not hand it out')], max_length=5)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mailbox', 'uid'), name='mailboxitem_once'), models.CheckConstraint(condition=models.Q(('state__in', ['kept', 'done', 'old', 'left', 'stuck'])), name='mailboxitem_state_known')],
            },
        ),
        migrations.CreateModel(
            name='OutboundMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('claimed_by', models.CharField(blank=True, default='', max_length=64)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('kind', models.CharField(max_length=40)),
                ('ticket_number', models.BigIntegerField(blank=True, null=True)),
                ('person_id', models.BigIntegerField(blank=True, null=True)),
                ('to_address', models.CharField(max_length=320)),
                ('to_name', models.TextField(blank=True, default='')),
                ('subject', models.TextField()),
                ('text', models.TextField()),
                ('html', models.TextField(blank=True, default='')),
                ('headers', models.JSONField(default=dict)),
                ('files', models.JSONField(default=list)),
                ('message_id', models.CharField(max_length=255, unique=True)),
                ('about', models.CharField(max_length=200, null=True, unique=True)),
                ('queued_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed'), ('held', 'Held back')], default='waiting', max_length=8)),
                ('last_answer', models.TextField(blank=True, default='')),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('findable', models.BooleanField(db_default=False, default=False)),
                ('guarded', models.BooleanField(db_default=False, default=False)),
                ('held_by', models.CharField(blank=True, db_default='', default='', max_length=8)),
                ('put_off_at', models.DateTimeField(blank=True, null=True)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('bounce_status', models.CharField(blank=True, db_default='', default='', max_length=20)),
                ('bounce_said', models.TextField(blank=True, db_default='', default='')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['next_try_at', 'id'], name='outboundmail_waiting'), models.Index(fields=['state', 'id'], name='outboundmail_by_state'), models.Index(condition=models.Q(('ticket_number__isnull', False)), fields=['ticket_number'], name='outboundmail_by_ticket'), models.Index(fields=['to_address', 'kind', '-queued_at'], name='outboundmail_by_address'), models.Index(condition=models.Q(('kind__in', ['sign_in_link', 'invitation'])), fields=['state'], name='outboundmail_secrets'), models.Index(condition=models.Q(('findable', False)), fields=['id'], name='outboundmail_not_findable'), models.Index(condition=models.Q(('guarded', True)), fields=['queued_at'], name='outboundmail_guarded'), models.Index(condition=models.Q(('guarded', True)), fields=['to_address', 'queued_at'], name='outboundmail_guarded_address'), models.Index(condition=models.Q(('put_off_at__isnull', False), ('state', 'waiting')), fields=['queued_at'], name='outboundmail_put_off')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sent', 'failed', 'held'])), name='outboundmail_state_known'), models.CheckConstraint(condition=models.Q(models.Q(('sent_at__isnull', False), ('state', 'sent')), models.Q(('state', 'sent'), _negated=True), _connector='OR'), name='outboundmail_sent_when')],
            },
        ),
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('address', 'One address'), ('ticket', 'One ticket'), ('desk', 'The whole desk')], max_length=8)),
                ('key', models.CharField(blank=True, default='', max_length=320)),
                ('opened_at', models.DateTimeField()),
                ('open_until', models.DateTimeField(db_index=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('scope', 'key'), name='breaker_one_of_a_kind'), models.CheckConstraint(condition=models.Q(('scope__in', ['address', 'ticket', 'desk'])), name='breaker_scope_known')],
            },
        ),
        migrations.CreateModel(
            name='Setback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outbound', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='setbacks', to='mail.outboundmail')),
                ('kind', models.CharField(choices=[('held', 'Held back by a breaker'), ('delayed', 'Delayed'), ('failed', 'Not taken by the other side'), ('bounced', 'Came back')], max_length=8)),
                ('at', models.DateTimeField()),
                ('status', models.CharField(blank=True, default='', max_length=20)),
                ('said', models.TextField(blank=True, default='')),
                ('permanent', models.BooleanField(default=False)),
                ('taken_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('taken_at__isnull', True)), fields=['id'], name='setback_waiting')],
                'constraints': [models.UniqueConstraint(fields=('outbound', 'kind'), name='setback_one_of_a_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['held', 'delayed', 'failed', 'bounced'])), name='setback_kind_known')],
            },
        ),
    ]
