"""Which address gave way to a new one, so that an import does not list it again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_skills'),
    ]

    operations = [
        migrations.AddField(
            model_name='pendingcontact',
            name='replaced',
            field=models.CharField(blank=True, db_default='', default='', max_length=254),
        ),
    ]
