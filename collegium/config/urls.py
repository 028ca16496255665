"""Which app answers which address. A page's own addresses stand in its app's ``urls``."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler400 = "collegium.design.errors.bad_request"
handler403 = "collegium.design.errors.forbidden"
handler404 = "collegium.design.errors.not_found"
handler500 = "collegium.design.errors.server_error"

# Administrators sign in where everybody does, with its rate limits and its second step.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth says to

urlpatterns = [
    path("", include("collegium.home.urls")),
    path("", include("collegium.foundation.urls")),
    path("account/", include("allauth.urls")),
    path("", include("collegium.people.urls")),
    path("organisations/", include("collegium.organisations.urls")),
    path("schemes/", include("collegium.schemes.urls")),
    path("conversations/", include("collegium.conversations.urls")),
    path("", include("collegium.ecology.urls")),
    path("", include("collegium.communities.urls")),
    path("", include("collegium.events.urls")),
    path("", include("collegium.courses.urls")),
    path("evidence/", include("collegium.evidence.urls")),
    path("", include("collegium.portfolios.urls")),
    path("accreditation/", include("collegium.accreditation.urls")),
    path("", include("collegium.credentials.urls")),
    path("notifications/", include("collegium.notifications.urls")),
    path("", include("collegium.newsletters.urls")),
    path("design/", include("collegium.design.urls")),
    path("administration/", admin.site.urls),
]
if settings.MODE == "demo":
    urlpatterns.append(path("demo/", include("collegium.home.demo_urls")))
