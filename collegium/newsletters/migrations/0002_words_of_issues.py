from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("newsletters", "0001_first")]
    operations = [MakeIndex("newsletters_issue_words")]
