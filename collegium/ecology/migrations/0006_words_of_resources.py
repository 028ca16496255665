from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("ecology", "0005_lists_of_a_resource")]
    operations = [MakeIndex("ecology_resource_words")]
