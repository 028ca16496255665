from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_kept_from_elsewhere_on_the_site")]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="source_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("post", "Post"),
                    ("project", "Project"),
                    ("attendance", "Attendance of an event"),
                    ("item", "Item of the river"),
                ],
                max_length=12,
            ),
        ),
    ]
