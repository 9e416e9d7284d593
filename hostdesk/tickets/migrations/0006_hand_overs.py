"""What the end of a shift does to tickets."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_tables'),
        ('tickets', '0005_consults_and_delays'),
    ]

    operations = [
        migrations.CreateModel(
            name='HandOver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('shift_end', 'handed over at the end of a shift'), ('absent', 'returned: off duty'), ('left', 'returned: has left')], max_length=10)),
                ('at', models.DateTimeField()),
                ('from_agent', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
                ('message', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='tickets.message')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hand_overs', to='tickets.ticket')),
                ('to_agent', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.agent')),
            ],
            options={
                'indexes': [models.Index(fields=['-at'], name='hand_over_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('how__in', ['shift_end', 'absent', 'left'])), name='hand_over_how_known')],
            },
        ),
    ]
