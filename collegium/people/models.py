"""Account, Person, Circle, and the audience that any row can carry."""

from __future__ import annotations

import base64
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        account = self.model(email=self.normalize_email(email), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Account:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """Signs in. Seen by nobody but its owner: what others see is the ``Person``."""

    email = models.EmailField(_("e-mail address"), unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("site administrator"), default=False)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class Audience(models.TextChoices):
    PRIVATE = "private", _("Only you")
    CIRCLE = "circle", _("A circle")
    SIGNED_IN = "signed_in", _("Everyone signed in")
    PUBLIC = "public", _("Everyone on the web")


class Circle(models.Model):
    """An audience kept in step with its members by the app that owns it (an organisation, later a course)."""

    name = models.CharField(max_length=200)
    members: models.ManyToManyField[Person, CircleMember] = models.ManyToManyField(
        "people.Person", through="people.CircleMember", related_name="circles"
    )
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class AudiencedQuerySet(models.QuerySet[Any]):
    """Rows with ``audience`` and ``circle``; ``owner_path`` says who may always see one."""

    owner_path = "owner"

    def visible_to(self, person: Person | None) -> Self:
        if person is None:
            return self.filter(audience=Audience.PUBLIC)
        return self.filter(
            Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(**{self.owner_path: person})
            | Q(
                audience=Audience.CIRCLE,
                circle__in=CircleMember.objects.filter(person=person).values("circle"),
            )
        )


class Audienced(models.Model):
    """What carries an audience. Private until its owner says otherwise."""

    audience = models.CharField(
        _("who can see this"), max_length=12, choices=Audience, default=Audience.PRIVATE
    )
    circle = models.ForeignKey(
        Circle, verbose_name=_("circle"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_circle_with_audience",
                condition=Q(audience=Audience.CIRCLE, circle__isnull=False)
                | (~Q(audience=Audience.CIRCLE) & Q(circle__isnull=True)),
            )
        ]


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, person: Person | None) -> Self:
        """Whose page may be opened: one's own; of others, who set the name's audience so. See ``Person.name_audience``."""
        present = self.filter(erased_at__isnull=True)
        if person is None:
            return present.filter(name_audience=Audience.PUBLIC)
        return present.filter(
            Q(name_audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(pk=person.pk)
            | Q(
                name_audience=Audience.CIRCLE,
                pk__in=CircleMember.objects.filter(
                    circle__in=CircleMember.objects.filter(person=person).values("circle")
                ).values("person"),
            )
        )

    def for_display(self) -> Self:
        return self.select_related("photo")


class Person(models.Model):
    """Is seen. Has an account when local; an erased person keeps the row that judgements and awards point to, and no more."""

    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    name = models.CharField(_("name"), max_length=120)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    role = models.CharField(
        _("role"), max_length=120, blank=True, help_text=_("What you do, as you would say it.")
    )
    town = models.CharField(_("town"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166-1 alpha-2
    languages = models.JSONField(_("languages"), default=list, blank=True)  # list[str], BCP 47 tags
    specialisms = models.JSONField(_("specialisms"), default=list, blank=True)  # list[str]
    links = models.JSONField(_("links"), default=list, blank=True)  # list[{"title": str, "url": str}]
    orcid = models.CharField(
        _("ORCID iD"), max_length=19, blank=True
    )  # 0000-0000-0000-0000, checksum verified by the form
    biography = models.TextField(_("about you"), blank=True)  # plain text
    photo = models.ForeignKey(
        "foundation.Blob", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name_audience = models.CharField(max_length=12, choices=Audience, default=Audience.SIGNED_IN)
    # {field: audience}; a field that is not named is private. "circle" means anyone who shares a circle with the person.
    field_audiences = models.JSONField(default=dict, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language of the pages"), max_length=10, blank=True)
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)
    joined_at = models.DateTimeField(default=clock.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="people_person_erased_has_no_account",
                condition=Q(erased_at__isnull=True) | Q(account__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["name"], name="people_person_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("people:person", person_id=self.pk)

    @property
    def device_key(self) -> str:
        """Seals what a browser keeps for this person until it is sent (design/js/sealed.js); on their own pages only.

        It follows from the site's secret: under a new secret, what still lies sealed somewhere stays so.
        """
        return base64.b64encode(
            salted_hmac("collegium.people.device", str(self.pk), algorithm="sha256").digest()
        ).decode()

    @property
    def is_site_administrator(self) -> bool:
        return self.account is not None and self.account.is_active and self.account.is_staff


class CircleMember(models.Model):
    circle = models.ForeignKey(Circle, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="circle_memberships")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["circle", "person"], name="people_circlemember_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.circle}"
