import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the one before: PostgreSQL does not alter a table in whose rows the same transaction has written."""

    dependencies = [("communities", "0004_ecology")]
    operations = [
        migrations.AlterField(
            "community",
            "ecology",
            models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="community",
                to="ecology.ecology",
            ),
        ),
    ]
