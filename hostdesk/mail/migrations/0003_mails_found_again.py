"""Mails are found by their words, by day, and counted apart where only supervisors see them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_outboundmail_by_address'),
    ]

    operations = [
        migrations.AddField(
            model_name='inboundmail',
            name='findable',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='outboundmail',
            name='findable',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(fields=['received_at'], name='inboundmail_received'),
        ),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(condition=models.Q(('route', 'complaint'), ('clause', 'conduct.complaints'), _connector='OR'), fields=['disposition'], name='inboundmail_complaints'),
        ),
        migrations.AddIndex(
            model_name='inboundmail',
            index=models.Index(condition=models.Q(('findable', False)), fields=['id'], name='inboundmail_not_findable'),
        ),
        migrations.AddIndex(
            model_name='outboundmail',
            index=models.Index(condition=models.Q(('kind__in', ['sign_in_link', 'invitation'])), fields=['state'], name='outboundmail_secrets'),
        ),
        migrations.AddIndex(
            model_name='outboundmail',
            index=models.Index(condition=models.Q(('findable', False)), fields=['id'], name='outboundmail_not_findable'),
        ),
    ]
