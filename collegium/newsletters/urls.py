"""Addresses of newsletters: lists, issues, the desk of their editors, subscribing."""

from django.urls import path

from collegium.newsletters.views import desk, editing, editors, nominating, pages, subscribing

app_name = "newsletters"
urlpatterns = [
    path("newsletters/", pages.show_list, name="list"),
    path("newsletters/mine/", subscribing.mine, name="mine"),
    path("newsletters/new/", desk.found, name="found"),
    path("newsletters/nominate/", nominating.nominate, name="nominate"),
    path("newsletters/nominations/<int:nomination_id>/decline", desk.decline, name="decline"),
    path("newsletters/confirm/<str:token>/", subscribing.confirm, name="confirm"),
    path("newsletters/unsubscribe/<str:token>/", subscribing.unsubscribe, name="unsubscribe"),
    # Where links that know only a number lead
    path("newsletters/id/<int:newsletter_id>/", pages.to_newsletter, name="by_id"),
    path("newsletters/issues/<int:issue_id>/", pages.to_issue, name="to_issue"),
    path("newsletters/sections/<int:section_id>/", editing.write, name="write"),
    path("newsletters/sections/<int:section_id>/change", editing.change_section, name="section"),
    path("newsletters/entries/<int:entry_id>/change", editing.change_entry, name="entry"),
    # One newsletter
    path("newsletters/<slug:slug>/", pages.show_newsletter, name="newsletter"),
    path("newsletters/<slug:slug>/feed.<slug:form>", pages.feed, name="feed"),
    path("newsletters/<slug:slug>/subscribe", subscribing.subscribe, name="subscribe"),
    path("newsletters/<slug:slug>/desk/", desk.show_desk, name="desk"),
    path("newsletters/<slug:slug>/desk/draft", desk.draft, name="draft"),
    path("newsletters/<slug:slug>/settings/", desk.set_newsletter, name="settings"),
    path("newsletters/<slug:slug>/editors/", editors.manage_editors, name="editors"),
    path("newsletters/<slug:slug>/subscribers/", desk.subscribers, name="subscribers"),
    # One issue
    path("newsletters/<slug:slug>/<int:number>/", pages.show_issue, name="issue"),
    path("newsletters/<slug:slug>/<int:number>/print/", pages.print_issue, name="issue_print"),
    path("newsletters/<slug:slug>/<int:number>/issue.pdf", pages.issue_pdf, name="issue_pdf"),
    path("newsletters/<slug:slug>/<int:number>/edit/", editing.edit, name="edit"),
    path("newsletters/<slug:slug>/<int:number>/preview/", editing.preview, name="preview"),
    path("newsletters/<slug:slug>/<int:number>/preview/letter", editing.letter, name="letter"),
    path("newsletters/<slug:slug>/<int:number>/test", editing.send_test, name="test"),
    path("newsletters/<slug:slug>/<int:number>/schedule", editing.schedule, name="schedule"),
    path("newsletters/<slug:slug>/<int:number>/withdraw", editing.withdraw, name="withdraw"),
    path("newsletters/<slug:slug>/<int:number>/nominations/<int:nomination_id>", editing.take, name="take"),
]
