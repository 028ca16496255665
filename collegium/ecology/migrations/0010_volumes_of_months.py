import collegium.foundation.clock
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ecology", "0009_items_to_be_indexed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateTimeField()),
                ("before", models.DateTimeField()),
                ("hashtag", models.CharField(blank=True, max_length=80)),
                ("through", models.BigIntegerField()),
                ("counted_at", models.DateTimeField(default=collegium.foundation.clock.now)),
                (
                    "ecology",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tally",
                        to="ecology.ecology",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FlowOfMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateTimeField()),
                ("items", models.PositiveIntegerField()),
                ("marked", models.PositiveIntegerField(default=0)),
                (
                    "ecology",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ecology.ecology",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ecology.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["ecology", "month", "source", "items", "marked"], name="ecology_flow_of_month"
                    )
                ],
            },
        ),
    ]
