import django.db.models.deletion
from django.db import migrations, models

import collegium.foundation.clock

WAYS = [
    ("at_once", "By e-mail, at once"),
    ("daily", "By e-mail, in a letter a day"),
    ("weekly", "By e-mail, in a letter a week"),
    ("in_app", "Here only"),
    ("nothing", "Not at all"),
]


def ways_from_by_email(apps, schema_editor):
    preferences = apps.get_model("notifications", "Preference").objects
    preferences.filter(by_email=False).update(way="in_app")
    preferences.filter(by_email=True).update(way="at_once")


def by_email_from_ways(apps, schema_editor):
    preferences = apps.get_model("notifications", "Preference").objects
    preferences.filter(way__in=["in_app", "nothing"]).update(by_email=False)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_a_letter_is_claimed"),
        ("conversations", "0001_first"),
        ("activity", "0001_the_log"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="preference", name="notifications_preference_once"),
        migrations.RenameField(model_name="preference", old_name="verb", new_name="kind"),
        migrations.AddField(
            model_name="preference",
            name="way",
            field=models.CharField(choices=WAYS, default="at_once", max_length=8),
            preserve_default=False,
        ),
        migrations.RunPython(ways_from_by_email, by_email_from_ways),
        migrations.RemoveField(model_name="preference", name="by_email"),
        migrations.AddConstraint(
            model_name="preference",
            constraint=models.UniqueConstraint(
                fields=["person", "kind"], name="notifications_preference_once"
            ),
        ),
    ]
