from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.schemes.words import SCHEMES, batch


def write(apps, schema_editor):
    """What is here already is found at once."""
    rows = apps.get_model("schemes", "Scheme").objects.all()
    after = 0
    while after is not None:
        written, after = batch(rows, after)
        SCHEMES.put(*written)


class Migration(migrations.Migration):
    dependencies = [("schemes", "0001_frameworks_schemes_roles")]

    operations = [
        MakeIndex("schemes_scheme_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
