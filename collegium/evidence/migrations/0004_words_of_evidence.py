from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.evidence.words import EVIDENCE, batch


def write(apps, schema_editor):
    """What is here already is found at once."""
    rows = apps.get_model("evidence", "Evidence").objects.all()
    after = 0
    while after is not None:
        written, after = batch(rows, after)
        EVIDENCE.put(*written)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_from_items")]

    operations = [
        MakeIndex("evidence_evidence_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
