"""Rows of the rooms that have no page of their own for administrators: background work, the log, schemes and roles."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from collegium.activity.models import Activity
from collegium.credentials.models import Award
from collegium.foundation.models import Job
from collegium.people.administration import LookOnly
from collegium.schemes.models import RoleHolding, SchemeVersion

admin.site.site_header = admin.site.site_title = _("Administration")
admin.site.index_title = _("What stands behind the pages")
admin.site.site_url = "/"
# Keys, sessions and addresses are their owner's, and nobody here is in a group: no page to change them by the way.
for foreign in (EmailAddress, Authenticator, Group, UserSession):
    if admin.site.is_registered(foreign):
        admin.site.unregister(foreign)


@admin.register(Job)
class JobAdmin(LookOnly[Job]):
    """What is owed; with an error, what was given up."""

    list_display = ("task", "created_at", "due_at", "attempts", "failed_at")
    list_filter = ("task",)
    fields = ("task", "created_at", "due_at", "claimed_until", "attempts", "failed_at", "error")


@admin.register(Activity)
class ActivityAdmin(LookOnly[Activity]):
    list_display = ("at", "verb", "actor", "about_kind", "about_id", "handed_over_at")
    list_filter = ("verb",)
    list_select_related = ("actor",)
    search_fields = ("actor__name",)
    fields = ("at", "verb", "actor", "about_kind", "about_id", "handed_over_at")


@admin.register(SchemeVersion)
class SchemeVersionAdmin(LookOnly[SchemeVersion]):
    list_display = ("title", "version", "framework", "is_current", "loaded_at")
    list_select_related = ("framework",)
    fields = ("title", "version", "framework", "is_current", "sha256", "loaded_at")


@admin.register(RoleHolding)
class RoleHoldingAdmin(LookOnly[RoleHolding]):
    list_display = ("person", "kind", "scheme", "granted_at", "granted_by", "withdrawn_at")
    list_filter = ("kind", "scheme")
    list_select_related = ("person", "scheme", "granted_by")
    search_fields = ("person__name",)


@admin.register(Award)
class AwardAdmin(LookOnly[Award]):
    list_display = ("holder_name", "pathway", "state", "listed")
    list_filter = ("state", "listed")
    list_select_related = ("pathway",)
    search_fields = ("holder_name",)
    fields = ("holder_name", "pathway", "state", "listed")
