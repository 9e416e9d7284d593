"""The newest answers, found by the instant: expected times are learnt from them. An open clock has no entry there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tickets', '0006_hand_overs')]

    operations = [
        migrations.AddIndex(
            model_name='slaclock',
            index=models.Index(
                condition=models.Q(('kind', 'response'), ('stopped_at__isnull', False)),
                fields=['-stopped_at'],
                name='clock_answered',
            ),
        ),
    ]
