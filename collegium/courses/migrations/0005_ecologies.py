import django.db.models.deletion
from django.db import migrations, models

from collegium.ecology.tags import fold


def open_ecologies(apps, schema_editor):
    """Every iteration that stands has an ecology too, seen by whom its forum is seen by. Its weeks get theirs with the next change."""
    Iteration, Ecology = apps.get_model("courses", "Iteration"), apps.get_model("ecology", "Ecology")
    for iteration in Iteration.objects.filter(ecology=None).select_related("forum").iterator():
        iteration.ecology = Ecology.objects.create(
            title=iteration.title,
            path=iteration.forum.path,
            audience=iteration.forum.audience,
            members_id=iteration.circle_id,
            editors_id=iteration.facilitators_id,
            forum_id=iteration.forum_id,
            closed_at=iteration.forum.closed_at,
            hashtag=fold(iteration.hashtag),
        )
        iteration.save(update_fields=["ecology"])


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0004_leave_to_say_how_a_submission_ended"),
        ("ecology", "0007_traits_and_former_numbers"),
    ]
    operations = [
        migrations.AddField(
            "iteration",
            "ecology",
            models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="iteration",
                to="ecology.ecology",
            ),
        ),
        migrations.AddField(
            "week",
            "ecology",
            models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="week",
                to="ecology.ecology",
            ),
        ),
        migrations.RunPython(open_ecologies, migrations.RunPython.noop),
    ]
