from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("communities", "0005_ecology_always")]

    operations = [MakeIndex("communities_community_words")]
