"""Clocks count what has passed, in a ledger from which they can be reckoned again; broken promises are listed."""

from datetime import timedelta

import yaml
import django.db.models.deletion
from django.db import migrations, models


def count_what_runs(apps, schema_editor):
    """Clocks from before the ledger: what they still have to go is what it was; where they wait, for one thing."""
    clock = apps.get_model("tickets", "SlaClock")
    terms = {}
    for row in clock.objects.filter(stopped_at=None).select_related("policy_version", "ticket"):
        if row.policy_version_id not in terms:
            terms[row.policy_version_id] = yaml.safe_load(row.policy_version.terms_source)
        minutes = terms[row.policy_version_id][f"{row.kind}_breach_minutes"]["value"]
        begun = row.due_at - timedelta(minutes=minutes)
        row.late_at = row.due_at if row.state == "breached" else None
        if row.state == "paused":
            row.used_seconds = (row.paused_at - begun).total_seconds()
            withheld = clock.objects.filter(ticket=row.ticket_id, kind="response", state="paused").exists()
            window = row.ticket.state == "waiting_window"
            row.waits = "details" if withheld else "window" if window else "customer"
        else:
            row.since = begun
        row.save()


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_tables'),
        ('policy', '0001_initial'),
        ('tickets', '0001_initial'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='slaclock',
            name='breach_reason',
        ),
        migrations.AddField(
            model_name='clockstep',
            name='clause',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='clockstep',
            name='policy_version',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion'),
        ),
        migrations.AddField(
            model_name='clockstep',
            name='ticket_class',
            field=models.CharField(db_default='unclassed', default='unclassed', max_length=20),
        ),
        migrations.AddField(
            model_name='clockstep',
            name='until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='clockstep',
            name='wait',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='agreed_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='late_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='since',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='ticket_class',
            field=models.CharField(db_default='unclassed', default='unclassed', max_length=20),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='used_seconds',
            field=models.FloatField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='slaclock',
            name='waits',
            field=models.CharField(blank=True, db_default='', default='', max_length=100),
        ),
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('clause', models.CharField(max_length=60)),
                ('late_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('explained_at', models.DateTimeField(null=True)),
                ('clock', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='breaches', to='tickets.slaclock')),
                ('explained_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('policy_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='policy.policyversion')),
                ('ticket', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='breaches', to='tickets.ticket')),
            ],
            options={
                'indexes': [models.Index(fields=['ticket'], name='breach_ticket'), models.Index(fields=['late_at'], name='breach_late'), models.Index(condition=models.Q(('explained_at__isnull', True)), fields=['late_at'], name='breach_unexplained')],
                'constraints': [models.UniqueConstraint(fields=('clock', 'late_at'), name='breach_once')],
            },
        ),
        migrations.RunPython(count_what_runs, migrations.RunPython.noop),
    ]
