from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("communities", "0002_member_count_and_order_of_members")]

    operations = [
        migrations.AddField(
            model_name="community",
            name="picture_alt",
            field=models.CharField(blank=True, max_length=300, verbose_name="what can be seen on it"),
        )
    ]
