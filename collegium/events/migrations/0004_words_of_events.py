from django.db import migrations

from collegium.foundation.fulltext import MakeIndex


class Migration(migrations.Migration):
    dependencies = [("events", "0003_who_has_no_letters_to_their_calendar")]

    operations = [MakeIndex("events_event_words")]
