"""Since when a customer's words lie on a ticket that waits for something else."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [('tickets', '0009_clock_by_ticket')]

    operations = [
        migrations.AddField(model_name='ticket', name='wrote_at', field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(
                fields=['team', 'wrote_at'], name='ticket_wrote', condition=Q(wrote_at__isnull=False)
            ),
        ),
    ]
