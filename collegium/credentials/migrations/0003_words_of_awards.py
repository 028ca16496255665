from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.credentials.words import AWARDS, batch


def write(apps, schema_editor):
    """What is here already is found at once."""
    rows = apps.get_model("credentials", "Award").objects.all()
    after = 0
    while after is not None:
        written, after = batch(rows, after)
        AWARDS.put(*written)


class Migration(migrations.Migration):
    dependencies = [("credentials", "0002_badges_of_courses")]

    operations = [
        MakeIndex("credentials_award_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
