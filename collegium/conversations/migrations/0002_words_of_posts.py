from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("conversations", "0001_first")]

    operations = [MakeIndex("conversations_post_words")]
