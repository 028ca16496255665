from typing import Any

from django.db import migrations, models


def count_members(apps: Any, _editor: Any) -> None:
    community = apps.get_model("communities", "Community")
    for each in community.objects.annotate(found=models.Count("memberships")):
        community.objects.filter(pk=each.pk).update(member_count=each.found)


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0001_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="community",
            name="member_count",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(fields=["community", "role", "-joined_at"], name="communities_member_by_role"),
        ),
        migrations.RunPython(count_members, migrations.RunPython.noop),
    ]
