from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("ecology", "0001_first")]

    operations = [MakeIndex("ecology_item_words")]
