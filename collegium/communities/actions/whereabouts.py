"""Who stands where on a community's map, because they chose to."""

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.communities import places, rules
from collegium.communities.models import Community, MapPlace
from collegium.foundation.refusal import Refusal
from collegium.people import names, territories
from collegium.people.models import Person


@transaction.atomic
def place_on_map(*, community: Community, person: Person, country: str, town: str = "") -> MapPlace:
    """Stand in a town or, where none is named, in the middle of a country. Said again, one moves.

    A town that we do not know is kept by its name, and shown in the middle of its country.
    """
    if not rules.may_see_map(person, community):
        raise Refusal(_("Members of the community stand on its map."))
    middle = places.country(country)
    if middle is None:
        raise Refusal(
            _("We do not know where %(country)s is. Choose a country from the list.")
            % {"country": territories.country_name(country)},
            code="country",
        )
    town = names.clean(town)
    latitude, longitude = (places.find(town, country) if town else None) or middle
    placed, _is_new = MapPlace.objects.update_or_create(
        community=community,
        person=person,
        defaults={"country": country, "town": town, "latitude": latitude, "longitude": longitude},
    )
    return placed


@transaction.atomic
def take_off_map(*, community: Community, person: Person) -> None:
    """Safe to repeat."""
    MapPlace.objects.filter(community=community, person=person).delete()
