from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.organisations.words import ORGANISATIONS, batch


def write(apps, schema_editor):
    """What is here already is found at once."""
    rows = apps.get_model("organisations", "Organisation").objects.all()
    after = 0
    while after is not None:
        written, after = batch(rows, after)
        ORGANISATIONS.put(*written)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_one_per_ror_id_and_domain_codes")]

    operations = [
        MakeIndex("organisations_organisation_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
