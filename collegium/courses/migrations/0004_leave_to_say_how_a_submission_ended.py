from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0003_whose_projects_of_a_week")]

    operations = [
        migrations.AddField(
            model_name="enrolment",
            name="shows_outcome",
            field=models.BooleanField(
                default=False, verbose_name="the report of the group may say how my submission ended"
            ),
        ),
    ]
