from django.urls import path
from django.urls.resolvers import URLPattern, URLResolver

from collegium.portfolios import views

app_name = "portfolios"
urlpatterns: list[URLPattern | URLResolver] = [
    path("portfolios/", views.lists.mine, name="list"),
    path("portfolios/shared/", views.lists.with_me, name="with_me"),
    path("portfolios/begin/", views.lists.choose, name="begin"),
    path("portfolios/begin/<int:pathway_id>/", views.lists.begin, name="begin_on"),
    path("portfolios/signed-in/", views.writing.signed_in_again, name="signed_in_again"),
    path("portfolios/section/<int:section_id>/", views.writing.a_section, name="a_section"),
    path("portfolios/<int:portfolio_id>/", views.whole.portfolio, name="portfolio"),
    path("portfolios/<int:portfolio_id>/read/", views.whole.read, name="read"),
    path("portfolios/<int:portfolio_id>/details/", views.whole.details, name="details"),
    path("portfolios/<int:portfolio_id>/mentor/", views.whole.mentor, name="mentor"),
    path("portfolios/<int:portfolio_id>/delete/", views.whole.delete, name="delete"),
    path("portfolios/<int:portfolio_id>/history/", views.whole.history, name="history"),
    path("portfolios/<int:portfolio_id>/readiness/", views.whole.readiness, name="readiness"),
    path("portfolios/<int:portfolio_id>/declaration/", views.whole.declaration, name="declaration"),
    path("portfolios/<int:portfolio_id>/elsewhere/", views.whole.elsewhere, name="elsewhere"),
    path("portfolios/<int:portfolio_id>/elsewhere/file", views.whole.elsewhere_file, name="elsewhere_file"),
    path("portfolios/<int:portfolio_id>/elsewhere/end/", views.whole.made_here, name="made_here"),
    path("portfolios/<int:portfolio_id>/sections/", views.whole.bring_in_sections, name="bring_in_sections"),
    path(
        "portfolios/<int:portfolio_id>/sections/add/<int:node_id>/",
        views.whole.add_section,
        name="add_section",
    ),
    path("portfolios/<int:portfolio_id>/sections/<int:section_id>/", views.writing.section, name="section"),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/remove/",
        views.writing.remove,
        name="remove_section",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/title/",
        views.writing.title,
        name="section_title",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/dimensions/",
        views.writing.dimensions,
        name="dimensions",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/evidence/",
        views.writing.evidence,
        name="evidence",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/evidence/<int:evidence_id>/place/",
        views.writing.place,
        name="place",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/evidence/<int:evidence_id>/take-away/",
        views.writing.unplace,
        name="unplace",
    ),
    path("portfolios/<int:portfolio_id>/sections/<int:section_id>/image/", views.writing.image, name="image"),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/parts/<slug:component>/",
        views.writing.write,
        name="write",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/parts/<slug:component>/settle/",
        views.writing.settle,
        name="settle",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/parts/<slug:component>/revisions/",
        views.writing.revisions,
        name="revisions",
    ),
    path(
        "portfolios/<int:portfolio_id>/sections/<int:section_id>/parts/<slug:component>/revisions/<int:number>/",
        views.writing.revision,
        name="revision",
    ),
    path("portfolios/<int:portfolio_id>/sharing/", views.sharing.sharing, name="sharing"),
    path("portfolios/<int:portfolio_id>/sharing/audience/", views.sharing.audience, name="audience"),
    path("portfolios/<int:portfolio_id>/sharing/person/", views.sharing.with_person, name="share_person"),
    path("portfolios/<int:portfolio_id>/sharing/circle/", views.sharing.with_circle, name="share_circle"),
    path("portfolios/<int:portfolio_id>/sharing/link/", views.sharing.by_link, name="share_link"),
    path("portfolios/<int:portfolio_id>/sharing/<int:share_id>/end/", views.sharing.end, name="end_share"),
    path("portfolios/<int:portfolio_id>/publish/", views.sharing.publish, name="publish"),
    path("portfolios/<int:portfolio_id>/unpublish/", views.sharing.unpublish, name="unpublish"),
    path("portfolios/<int:portfolio_id>/export/", views.export.choose, name="export"),
    path("portfolios/<int:portfolio_id>/export/pages.zip", views.export.pages, name="export_pages"),
    path("portfolios/<int:portfolio_id>/export/portfolio.pdf", views.export.document, name="export_document"),
    path("shared/<str:token>/", views.sharing.shared, name="shared"),
    path("p/<slug:slug>/", views.sharing.public, name="public"),
]
