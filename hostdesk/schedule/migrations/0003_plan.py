"""The plan of shifts, and what was told of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_tables'),
        ('schedule', '0002_maintenance_windows'),
    ]

    operations = [
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('looked_at', models.DateTimeField()),
                ('awake_since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='HoleNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('begins_at', models.DateTimeField()),
                ('near', models.BooleanField()),
                ('told_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('begins_at', 'near'), name='hole_told_once')],
            },
        ),
        migrations.CreateModel(
            name='Uncovered',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('open', models.BooleanField(default=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-began_at'], name='uncovered_began')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('open', True)), fields=('open',), name='uncovered_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('open', True)), models.Q(('ended_at__isnull', False), ('open', False)), _connector='OR'), name='uncovered_open_or_ended')],
            },
        ),
        migrations.CreateModel(
            name='UncoveredNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hour', models.BigIntegerField(unique=True)),
                ('told_at', models.DateTimeField()),
                ('uncovered', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='schedule.uncovered')),
            ],
        ),
        migrations.CreateModel(
            name='PlanChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sick', 'sick'), ('leave', 'on leave'), ('swap', 'swapped'), ('extra', 'extra shift')], max_length=10)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('from_minute', models.SmallIntegerField(default=0)),
                ('to_minute', models.SmallIntegerField(default=0)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='plan_changes', to='people.agent')),
                ('stand_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.agent')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
            ],
            options={
                'indexes': [models.Index(fields=['last_day'], name='plan_change_last_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['sick', 'leave', 'swap', 'extra'])), name='plan_change_kind'), models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='plan_change_days'), models.CheckConstraint(condition=models.Q(('from_minute__gte', 0), ('from_minute__lt', 1440), ('to_minute__gte', 0), ('to_minute__lte', 1440)), name='plan_change_minutes')],
            },
        ),
        migrations.CreateModel(
            name='PlannedShift',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.SmallIntegerField()),
                ('from_minute', models.SmallIntegerField()),
                ('to_minute', models.SmallIntegerField()),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned_shifts', to='people.agent')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.team')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('weekday__gte', 0), ('weekday__lte', 6)), name='planned_shift_weekday'), models.CheckConstraint(condition=models.Q(('from_minute__gte', 0), ('from_minute__lt', 1440), ('to_minute__gte', 0), ('to_minute__lte', 1440)), name='planned_shift_minutes')],
            },
        ),
    ]
