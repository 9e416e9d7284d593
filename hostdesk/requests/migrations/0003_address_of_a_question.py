"""A question that was mailed belongs to the address it went to."""

from django.db import migrations, models


def note_where_it_went(apps, schema_editor):
    """Open questions went to the address that their contact had then, which is taken to be the one of now."""
    for row in apps.get_model("requests", "Confirmation").objects.filter(used_at=None).select_related("contact__person"):
        row.address = row.contact.person.email
        row.save(update_fields=["address"])
    # Links for a lost password run out: what waits for one is looked at once.
    asked = apps.get_model("requests", "AdminRequest").objects.filter(state="ready", kind="password_reset", look_at=None)
    asked.update(look_at=models.F("updated_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_skills'),
        ('requests', '0002_pin_beside_a_yes'),
    ]

    operations = [
        migrations.AddField(
            model_name='confirmation',
            name='address',
            field=models.CharField(blank=True, db_default='', default='', max_length=254),
        ),
        migrations.RunPython(note_where_it_went, migrations.RunPython.noop),
    ]
