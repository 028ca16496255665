from django.db import migrations

from collegium.foundation.fulltext import PutScopesInVectors


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_whose_posts_in_a_thread")]

    operations = [PutScopesInVectors("conversations_post_words")]
