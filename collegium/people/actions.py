"""Sign-up, profile, who sees which field, and erasure."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from collegium.foundation import clock
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people import addresses, erasure, names, orcid, rules, words
from collegium.people.fields import FIELDS
from collegium.people.models import Account, Audience, CircleMember, Person

PROFILE = frozenset(
    {
        "name",
        "pronouns",
        "role",
        "town",
        "country",
        "languages",
        "specialisms",
        "links",
        "orcid",
        "biography",
        "time_zone",
        "language",
        "shortcuts",
    }
)


@transaction.atomic
def sign_up(
    *,
    email: str,
    name: str,
    password: str | None = None,
    verified: bool = False,
    is_site_administrator: bool = False,
    language: str = "",
    time_zone: str = "UTC",
) -> Person:
    """A new account with its person. ``verified``: the address is known to be theirs, so they join its organisation.

    Without a password they sign in by a code that is sent to the address.
    """
    email = email.strip()
    if (
        Account.objects.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(email__iexact=email).exists()
    ):
        raise Refusal(_("There is an account with this address already."), code="taken")
    account = Account.objects.create_user(
        email, password, is_staff=is_site_administrator, is_superuser=is_site_administrator
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=verified, primary=True)
    return introduce(account=account, name=name, language=language, time_zone=time_zone)


@transaction.atomic
def make_site_administrator(*, email: str, name: str, password: str | None = None) -> Person:
    """Whoever has this address keeps this place running from now on; made, with the address known, if nobody has it.

    ``password`` is set only on a new account: nobody's is changed from a command line by the way.
    """
    account = Account.objects.filter(email__iexact=email.strip()).select_related("person").first()
    if account is None:
        return sign_up(email=email, name=name, password=password, verified=True, is_site_administrator=True)
    account.is_staff = account.is_superuser = True
    account.save(update_fields=["is_staff", "is_superuser"])
    return getattr(account, "person", None) or introduce(account=account, name=name)


@transaction.atomic
def introduce(*, account: Account, name: str, language: str = "", time_zone: str = "UTC") -> Person:
    """The person who is seen when this account acts; joins the organisations of addresses that are verified already."""
    person = Person.objects.create(
        account=account, name=_called(name), language=language, time_zone=time_zone or "UTC"
    )
    words.write(person)
    for email in addresses.verified_addresses(person):
        addresses.tell(person, email)
    return person


@transaction.atomic
def verify_address(*, person: Person, email: str) -> None:
    """They have shown that the address is theirs. Safe to repeat."""
    addresses.tell(person, email)


@transaction.atomic
def edit_profile(*, person: Person, by: Person, **fields: Any) -> Person:
    """Change the named fields and leave the others."""
    _require_own(person, by)
    unknown = set(fields) - PROFILE
    if unknown:
        raise TypeError(f"A profile has no {', '.join(sorted(unknown))}.")
    if "name" in fields:
        fields["name"] = _called(fields["name"])
    if fields.get("orcid"):
        try:
            fields["orcid"] = orcid.normalise(fields["orcid"])
        except ValueError as fault:
            raise Refusal(
                _("That is not an ORCID iD: a digit seems to be mistyped."), code="orcid"
            ) from fault
    for field, value in fields.items():
        setattr(person, field, value)
    person.save(update_fields=list(fields))
    words.write(person)
    return person


@transaction.atomic
def set_photo(*, person: Person, by: Person, photo: Blob | None) -> Person:
    """The photo as it will be shown; None takes it away.

    A first photo is shown to whoever sees the name, as people expect of a face, unless its audience was set before.
    """
    _require_own(person, by)
    person.photo = photo
    if photo is not None and "photo" not in person.field_audiences:
        person.field_audiences = {**person.field_audiences, "photo": person.name_audience}
    person.save(update_fields=["photo", "field_audiences"])
    return person


@transaction.atomic
def set_field_audience(*, person: Person, by: Person, **audiences: str) -> Person:
    """``name="public", biography="circle"``: who sees each field. Fields that are not named keep theirs."""
    _require_own(person, by)
    for field, audience in audiences.items():
        if field not in FIELDS or audience not in Audience.values:
            raise TypeError(f"{field} cannot be shown to {audience}.")
    name_audience = audiences.pop("name", person.name_audience)
    person.name_audience = name_audience
    person.field_audiences = {**person.field_audiences, **audiences}
    person.save(update_fields=["name_audience", "field_audiences"])
    words.write(person)
    return person


@transaction.atomic
def erase(*, person: Person, by: Person) -> Person:
    """Delete the account and everything that need not stay; what stays points to a row without a name.

    Each room erases its own first (``people.erasure``). A file that nobody refers to any more is swept up later.
    """
    if not rules.may_erase(by, person):
        raise Refusal(_("Only the person themself can delete their account."))
    for eraser in erasure.erasers():
        eraser(person)
    CircleMember.objects.filter(person=person).delete()
    account = person.account
    blank = Person(name=_("Former member"), joined_at=person.joined_at, erased_at=clock.now())
    for field in (*PROFILE, "photo", "name_audience", "field_audiences", "erased_at"):
        setattr(person, field, getattr(blank, field))
    person.name_audience = Audience.PRIVATE
    person.account = None
    person.save()
    words.write(person)
    if account is not None:
        Session.objects.filter(
            session_key__in=UserSession.objects.filter(user=account).values("session_key")
        ).delete()
        account.delete()
    return person


def _called(name: str) -> str:
    cleaned = names.clean(name)
    if not cleaned:
        raise Refusal(_("Everyone here goes by a name: please give one."), code="name")
    longest = Person._meta.get_field("name").max_length or 0
    if len(cleaned) > longest:
        raise Refusal(
            _("A name can have %(count)s characters here; this one has more.") % {"count": longest},
            code="name",
        )
    return cleaned


def _require_own(person: Person, by: Person) -> None:
    if not rules.may_edit(by, person):
        raise Refusal(_("Only the person themself can change their profile."))
