"""Places of tickets in windows for larger work."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_skills'),
        ('schedule', '0004_calendar_feeds'),
        ('tickets', '0007_slaclock_answered'),
    ]

    operations = [
        migrations.CreateModel(
            name='WindowBooking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('work', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('proposed', 'proposed'), ('agreed', 'agreed'), ('done', 'done, to be verified'), ('verified', 'done and verified'), ('not_right', 'done, and not right'), ('missed', 'not done in its window'), ('released', 'given up')], max_length=10)),
                ('sequence', models.IntegerField(default=0)),
                ('proposed_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField(null=True)),
                ('token_sha256', models.CharField(max_length=64, null=True, unique=True)),
                ('agreed_at', models.DateTimeField(null=True)),
                ('agreed_how', models.CharField(blank=True, max_length=20)),
                ('done_at', models.DateTimeField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
                ('verified_how', models.CharField(blank=True, max_length=200)),
                ('end_cause', models.CharField(blank=True, max_length=300)),
                ('changed_at', models.DateTimeField()),
                ('done_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='tickets.ticket')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='schedule.maintenancewindow')),
            ],
            options={
                'indexes': [models.Index(fields=['ticket', '-id'], name='booking_ticket'), models.Index(fields=['changed_at'], name='booking_changed'), models.Index(condition=models.Q(('state__in', ('proposed', 'agreed'))), fields=['window'], name='booking_live')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('proposed', 'agreed'))), fields=('ticket',), name='booking_one_live'), models.CheckConstraint(condition=models.Q(('state__in', ('proposed', 'agreed', 'done', 'verified', 'not_right', 'missed', 'released'))), name='booking_state_known')],
            },
        ),
    ]
