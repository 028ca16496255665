from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.people.words import WORDS, entries


def write(apps, schema_editor):
    """Whoever is here already is found at once."""
    after = 0
    while after is not None:
        written, after = entries(apps.get_model("people", "Person").objects.all(), after)
        WORDS.put(*written)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_accounts_persons_circles")]

    operations = [
        MakeIndex("people_person_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
