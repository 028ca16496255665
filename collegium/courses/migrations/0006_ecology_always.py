import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the one before: PostgreSQL does not alter a table in whose rows the same transaction has written."""

    dependencies = [("courses", "0005_ecologies")]
    operations = [
        migrations.AlterField(
            "iteration",
            "ecology",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="iteration",
                to="ecology.ecology",
            ),
        ),
    ]
