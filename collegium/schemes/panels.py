"""Where schemes stand in the frame: in the bar for whoever is new here, in the footer for everybody."""

from django.utils.translation import gettext_lazy as _

from collegium.design.places import bar_item, stranger

bar_item(
    key="schemes",
    title=_("Schemes"),
    url="schemes:list",
    icon="library",
    order=15,
    shown_to=stranger,
    namespace="schemes",
)
bar_item(key="schemes", title=_("Schemes"), url="schemes:list", icon="library", order=20, slot="footer")
