from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ecology", "0008_kept_from_where_and_looked_at_again")]

    operations = [
        migrations.CreateModel(
            name="Unindexed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item_id", models.BigIntegerField()),
            ],
        )
    ]
