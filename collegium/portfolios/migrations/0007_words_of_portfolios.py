from django.db import migrations

from collegium.foundation.fulltext import MakeIndex
from collegium.portfolios.words import PORTFOLIOS, SECTIONS, batch, portfolio_entries, section_entries


def write(apps, schema_editor):
    """What is here already is found at once."""
    portfolios = apps.get_model("portfolios", "Portfolio").objects.all()
    sections = apps.get_model("portfolios", "Section").objects.order_by("pk")
    after = 0
    while after is not None:
        rows, after = batch(portfolios, after)
        PORTFOLIOS.put(*portfolio_entries(rows))
    after = 0
    while after is not None:
        rows, after = batch(sections, after)
        SECTIONS.put(*section_entries(rows, portfolios))


class Migration(migrations.Migration):
    dependencies = [("portfolios", "0006_bibliography_at_the_end")]

    operations = [
        MakeIndex("portfolios_portfolio_words"),
        MakeIndex("portfolios_section_words"),
        migrations.RunPython(write, migrations.RunPython.noop, elidable=True),
    ]
