"""The fields of a profile that have an audience of their own, and the words for each audience."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from collegium.people.models import Audience

FIELDS: dict[str, StrOrPromise] = {
    "name": _("Name"),
    "photo": _("Photo"),
    "pronouns": _("Pronouns"),
    "role": _("Role"),
    "organisations": _("Organisations"),
    "place": _("Place"),
    "languages": _("Languages"),
    "specialisms": _("Specialisms"),
    "links": _("Links"),
    "orcid": _("ORCID iD"),
    "biography": _("About you"),
}

# "circle" on a field of a person means each of their circles, so the words differ from those on a single thing.
AUDIENCE_WORDS: dict[str, StrOrPromise] = {
    Audience.PRIVATE: _("Only you"),
    Audience.CIRCLE: _("People of your organisations and groups"),
    Audience.SIGNED_IN: _("Everyone signed in"),
    Audience.PUBLIC: _("Everyone on the web"),
}
