"""The clocks of a ticket, found by the ticket: the unique rule no longer covers all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('tickets', '0008_window_bookings')]

    operations = [
        migrations.AddIndex(
            model_name='slaclock',
            index=models.Index(fields=['ticket'], name='clock_by_ticket'),
        ),
    ]
