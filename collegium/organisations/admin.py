from django.contrib import admin

from collegium.organisations.models import EmailDomain, Invitation, Membership, Organisation
from collegium.people.administration import LookOnly


@admin.register(Organisation)
class OrganisationAdmin(LookOnly[Organisation]):
    list_display = ("name", "country", "ror_id", "made_at")
    list_filter = ("country",)
    search_fields = ("name", "ror_id")
    fields = ("name", "slug", "country", "ror_id", "website", "made_at")


@admin.register(EmailDomain)
class EmailDomainAdmin(LookOnly[EmailDomain]):
    """Vouching for a domain is done on the organisation's own page."""

    list_display = ("domain", "organisation", "verified_at", "verified_by")
    list_select_related = ("organisation", "verified_by")
    search_fields = ("domain",)
    fields = ("domain", "organisation", "verified_at", "verified_by", "code_sent_to")


@admin.register(Membership)
class MembershipAdmin(LookOnly[Membership]):
    list_display = ("person", "organisation", "is_coordinator", "way", "joined_at")
    list_filter = ("is_coordinator", "way")
    list_select_related = ("person", "organisation")
    search_fields = ("person__name", "organisation__name")


@admin.register(Invitation)
class InvitationAdmin(LookOnly[Invitation]):
    list_display = ("email", "organisation", "invited_at", "expires_at", "accepted_at")
    list_select_related = ("organisation",)
    search_fields = ("email",)
    fields = (
        "email",
        "organisation",
        "as_coordinator",
        "invited_by",
        "invited_at",
        "expires_at",
        "accepted_at",
    )
