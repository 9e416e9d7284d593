"""The index of closed mails that look like a contact's begins with what SQLite's planner asks for: it was never used."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Both ways in a moment: the index holds few rows."""

    dependencies = [("mail", "0001_initial")]
    operations = [
        migrations.RemoveIndex(model_name="inboundmail", name="inboundmail_resembling"),
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                fields=["disposition", "id"],
                name="inboundmail_resembling",
                condition=models.Q(("disposition", "closed"), models.Q(("resembles", ""), _negated=True)),
            ),
        ),
    ]
