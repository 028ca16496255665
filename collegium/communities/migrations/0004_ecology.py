import django.db.models.deletion
from django.db import migrations, models


def open_ecologies(apps, schema_editor):
    """Every community that stands has an ecology too, seen by whom it is seen by."""
    Community, Ecology = apps.get_model("communities", "Community"), apps.get_model("ecology", "Ecology")
    for community in Community.objects.filter(ecology=None).select_related("forum").iterator():
        community.ecology = Ecology.objects.create(
            title=community.title,
            path=community.forum.path,
            audience=community.audience,
            members_id=community.circle_id,
            editors_id=community.facilitators_id,
            forum_id=community.forum_id,
            closed_at=community.closed_at,
        )
        community.save(update_fields=["ecology"])


class Migration(migrations.Migration):
    dependencies = [
        ("communities", "0003_words_for_the_picture"),
        ("ecology", "0007_traits_and_former_numbers"),
    ]
    operations = [
        migrations.AddField(
            "community",
            "ecology",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="community",
                to="ecology.ecology",
            ),
        ),
        migrations.RunPython(open_ecologies, migrations.RunPython.noop),
    ]
