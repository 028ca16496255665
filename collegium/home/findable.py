"""What can be found in the whole house: each kind of thing, who may see it, and how a hit reads.

A kind is one entry in ``KINDS``. Its ``index`` knows the words, its ``seen`` which rows the reader may see, asked at each
search; its ``shown`` is what a hit is made of, for a few keys. Both are put together once a process with stand-ins in place
of the reader and of the moment: so they may not look at them, nor at a clock.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities.models import Community
from collegium.communities.words import COMMUNITIES
from collegium.conversations.models import Forum, Post
from collegium.conversations.queries.search import POSTS
from collegium.credentials.models import Award
from collegium.credentials.words import AWARDS
from collegium.ecology.models import Appearance, Claim, Ecology, Flow, Item, Resource
from collegium.ecology.words import ITEMS, RESOURCES
from collegium.events.models import Event
from collegium.events.words import EVENTS
from collegium.evidence.models import Evidence
from collegium.evidence.words import EVIDENCE
from collegium.foundation import fulltext, richtext
from collegium.foundation.addresses import address
from collegium.foundation.listed import Listed
from collegium.newsletters.models import Issue, Newsletter
from collegium.newsletters.words import ISSUES
from collegium.organisations.models import Organisation
from collegium.organisations.words import ORGANISATIONS
from collegium.people.models import Person
from collegium.people.queries import READ_OF_A_PERSON, to_be_looked_through
from collegium.people.words import WORDS
from collegium.portfolios.models import Part, Portfolio, Section, Share
from collegium.portfolios.words import PORTFOLIOS, SECTIONS
from collegium.schemes.models import Node, Pathway, Scheme
from collegium.schemes.words import SCHEMES

A_LINE = 140
LONGEST_READ = 20_000  # characters of a text that an excerpt is looked for in


@dataclass(frozen=True)
class Hit:
    kind: str
    kind_title: str
    title: SafeString
    address: str
    icon: str
    meta: str = ""
    note: SafeString | str = ""
    at: datetime | None = None
    name: str = ""  # of a person
    face: str | None = None
    key: int = 0


@dataclass(frozen=True)
class Asked:
    """Stand-ins of one search: what stands in the SQL as a parameter."""

    reader: Person | None
    now: datetime
    community: int | None = None
    language: str | None = None
    since: datetime | None = None
    before: int | None = None  # older than this key


Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class Kind:
    key: str
    title: str | Promise  # of many
    one: str | Promise
    icon: str
    seen: Callable[[Asked], Rows]
    shown: Callable[[Rows], Rows]
    hit: Callable[[fulltext.Query, Sequence[Any]], dict[str, Any]]
    model: Any
    index: fulltext.Index
    also: Sequence[str] = ()  # columns that are read with the words of the index
    by_names: bool = False  # of which each word that is typed may be the beginning
    of_community: Callable[[Rows, int], Rows] | None = None
    in_language: Callable[[Rows, str], Rows] | None = None
    since: str = ""  # the field of its moment
    for_members: bool = False  # nothing to be found by somebody who is not signed in
    weight: float = 1.0  # beside the other kinds
    narrows: Collection[str] = field(init=False)

    def __post_init__(self) -> None:
        ways = {"community": self.of_community, "language": self.in_language, "since": self.since}
        object.__setattr__(self, "narrows", frozenset(name for name, way in ways.items() if way))

    def among(self, asked: Asked) -> Rows:
        rows = self.seen(asked)
        if asked.community is not None and self.of_community is not None:
            rows = self.of_community(rows, asked.community)
        if asked.language is not None and self.in_language is not None:
            rows = self.in_language(rows, asked.language)
        if asked.since is not None and self.since:
            rows = rows.filter(**{f"{self.since}__gte": asked.since})
        if asked.before is not None:
            rows = rows.filter(pk__lt=asked.before)
        return rows


def _speaks(path: str) -> Callable[[Rows, str], Rows]:
    return lambda rows, language: rows.filter(
        Q(**{path: language}) | Q(**{f"{path}__startswith": f"{language}-"})
    )


def _moment(value: str | None) -> datetime | None:
    """As the database wrote it into JSON."""
    if not value:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _said(*parts: object) -> str:
    return " · ".join(str(part) for part in parts if part)


# Who may see -----------------------------------------------------------------------------------------------------------


def _posts(asked: Asked) -> Rows:
    readable = Forum.objects.visible_to(asked.reader).values("pk")
    return Post.objects.standing().filter(thread__hidden_at__isnull=True, thread__forum__in=readable)


def _items(asked: Asked) -> Rows:
    """As ``Item.objects.visible_to``, asked of each that is looked at and not of all that flow."""
    flows = Flow.objects.filter(
        item=OuterRef("pk"),
        hidden_at__isnull=True,
        ecology__in=Ecology.objects.visible_to(asked.reader).values("pk"),
    )
    seen = Q(Exists(flows))
    if asked.reader is not None:
        own = Claim.objects.filter(person=asked.reader, verified_at__isnull=False).values("source")
        seen |= Q(Exists(Appearance.objects.filter(item=OuterRef("pk"), source__in=own)))
    return Item.objects.filter(seen)


def _items_of(rows: Rows, community: int) -> Rows:
    there = Flow.objects.filter(item=OuterRef("pk"), hidden_at__isnull=True, ecology__community=community)
    return rows.filter(Exists(there))


def _issues(asked: Asked) -> Rows:
    readable = Newsletter.objects.visible_to(asked.reader).values("pk")
    return Issue.objects.out().filter(newsletter__in=readable)


def _portfolios(asked: Asked) -> Rows:
    seen = Portfolio.objects.visible_to(asked.reader, at=asked.now)
    # Strangers read only what has an address of its own.
    return seen if asked.reader is not None else seen.filter(published_at__isnull=False)


def _sections(asked: Asked) -> Rows:
    """As ``Section.objects.visible_to``, asked of each that is looked at and not of all portfolios."""
    seen = Q(Exists(_portfolios(asked).filter(pk=OuterRef("portfolio"))))
    if asked.reader is not None:
        single = Share.objects.reaching(asked.reader, at=asked.now).filter(section__isnull=False)
        seen |= Q(pk__in=single.values("section"))
    last = Part.objects.filter(section=OuterRef("pk")).order_by("-saved_at").values("saved_at")
    return Section.objects.filter(seen).alias(written_at=Subquery(last[:1]))


# How a hit reads -------------------------------------------------------------------------------------------------------


def _plain(html: str) -> str:
    return richtext.plain(html[:LONGEST_READ])


def _post(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, html, author, at, forum = row
    return {
        "title": fulltext.marked(title, query),
        "note": fulltext.excerpt(_plain(html), query),
        "meta": _said(author, forum),
        "at": _moment(at),
    }


def _item(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, summary, author, at = row
    named = title or Truncator(summary).chars(A_LINE)
    return {
        "title": fulltext.marked(named or _("Without a title"), query),
        "note": fulltext.excerpt(summary, query) if title else "",
        "meta": author,
        "at": _moment(at),
    }


def _resource(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, authors, year, abstract, library = row
    return {
        "title": fulltext.marked(title, query),
        "note": fulltext.excerpt(abstract, query),
        "meta": _said(authors, year, library),
    }


def _event(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, agenda, place, at, cancelled = row
    return {
        "title": fulltext.marked(title, query),
        "note": fulltext.excerpt(_plain(agenda), query),
        "meta": _said(place, _("cancelled") if cancelled else ""),
        "at": _moment(at),
    }


def _community(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, slug, title, members, domain = row
    return {
        "title": fulltext.marked(title, query),
        "address": reverse("communities:community", args=[slug]),
        "meta": ngettext("One member", "%(num)s members", members) % {"num": members},
        "note": fulltext.excerpt(domain, query),
    }


def _where_found(text: str, query: fulltext.Query) -> SafeString | str:
    """The passage, if there is one: for words that say nothing by themselves."""
    found = fulltext.excerpt(text, query)
    return found if "<mark>" in found else ""


def _portfolio(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, pathway, owner, slug, published_at = row
    return {
        "title": fulltext.marked(title, query),
        "meta": _said(pathway, owner),
        "on_the_web": reverse("portfolios:public", args=[slug]) if slug and published_at else "",
    }


def _section(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    pk, own, code, asked, instance, portfolio, title, owner, slug, published_at, parts = row
    written = json.loads(parts) if isinstance(parts, str) else parts or []
    said = "\n".join(richtext.beginning(html, LONGEST_READ)[:LONGEST_READ] for (html,) in written if html)
    # As the page of a published portfolio names its sections.
    anchor = f"section-{code if instance == 1 else f'{code}-{instance}'}"
    return {
        "title": fulltext.marked(own or asked, query),
        "meta": _said(title, owner),
        "note": fulltext.excerpt(said, query),
        "address": address("portfolios:section", portfolio_id=portfolio, section_id=pk),
        "on_the_web": f"{reverse('portfolios:public', args=[slug])}#{anchor}"
        if slug and published_at
        else "",
    }


def _piece(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, kind, description, impact, body, frozen, at = row
    notes = [richtext.beginning(html, LONGEST_READ)[:LONGEST_READ] for html in (body, frozen) if html]
    said = "\n".join(text for text in (description, impact, *notes) if text)
    return {
        "title": fulltext.marked(title, query),
        "meta": str(Evidence.Kind(kind).label),
        "note": fulltext.excerpt(said, query),
        "at": _moment(at),
    }


def _scheme(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, key, title, pathways, nodes = row
    said = [json.loads(names) if isinstance(names, str) else names or [] for names in (pathways, nodes)]
    titles = [" ".join(filter(None, words)) for names in said for words in names]
    return {
        "title": fulltext.marked(title, query),
        "address": reverse("schemes:scheme", args=[key]),
        "note": _where_found(" · ".join(titles), query),
    }


def _schemes_shown(rows: Rows) -> Rows:
    pathways = Pathway.objects.filter(
        scheme_version__is_current=True, scheme_version__scheme=OuterRef("pk")
    ).order_by("position")
    nodes = Node.objects.filter(
        framework__scheme_versions__is_current=True, framework__scheme_versions__scheme=OuterRef("pk")
    ).order_by("position")
    shown: Rows = rows.annotate(
        pathways=Listed(pathways.values("title", "post_nominals")),
        nodes=Listed(nodes.values("code", "title")),
    ).values_list("pk", "key", "title", "pathways", "nodes")
    return shown


def _award(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, public_id, holder, pathway = row
    return {
        "title": fulltext.marked(holder, query),
        "address": reverse("credentials:award", args=[UUID(public_id)]),
        "meta": pathway,
    }


def _organisation(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, slug, name = row
    return {
        "title": fulltext.marked(name, query),
        "address": reverse("organisations:organisation", args=[slug]),
    }


def _issue(query: fulltext.Query, row: Sequence[Any]) -> dict[str, Any]:
    _pk, title, slug, number, newsletter, at = row
    return {
        "title": fulltext.marked(title, query),
        "address": reverse("newsletters:issue", args=[slug, number]),
        "meta": newsletter,
        "at": _moment(at),
    }


# The kinds -------------------------------------------------------------------------------------------------------------

# In this order they stand beside the hits.
PEOPLE = "people"
KINDS = (
    # What is found of them depends on who reads which of their words: so each is looked through (``found_as``).
    Kind(
        PEOPLE,
        gettext_lazy("People"),
        gettext_lazy("Person"),
        "user",
        model=Person,
        seen=lambda asked: to_be_looked_through(asked.reader),
        index=WORDS,
        also=READ_OF_A_PERSON,
        by_names=True,
        shown=lambda rows: rows,
        hit=lambda _query, _row: {},
    ),
    Kind(
        "communities",
        gettext_lazy("Communities"),
        gettext_lazy("Community"),
        "users-round",
        model=Community,
        seen=lambda asked: Community.objects.visible_to(asked.reader),
        index=COMMUNITIES,
        shown=lambda rows: rows.values_list("pk", "slug", "title", "member_count", "domain"),
        hit=_community,
        in_language=_speaks("language"),
        weight=1.4,
    ),
    Kind(
        "posts",
        gettext_lazy("Conversations"),
        gettext_lazy("In a conversation"),
        "message-square",
        model=Post,
        seen=_posts,
        index=POSTS,
        shown=lambda rows: rows.values_list(
            "pk", "thread__title", "html", "author__name", "posted_at", "thread__forum__title"
        ),
        hit=_post,
        of_community=lambda rows, community: rows.filter(thread__forum__community=community),
        since="posted_at",
    ),
    Kind(
        "items",
        gettext_lazy("From the river"),
        gettext_lazy("In a river"),
        "rss",
        model=Item,
        seen=_items,
        index=ITEMS,
        shown=lambda rows: rows.values_list("pk", "title", "summary", "author_name", "flows_at"),
        hit=_item,
        of_community=_items_of,
        in_language=_speaks("language"),
        since="flows_at",
    ),
    Kind(
        "resources",
        gettext_lazy("In libraries"),
        gettext_lazy("In a library"),
        "library",
        model=Resource,
        seen=lambda asked: Resource.objects.visible_to(asked.reader),
        index=RESOURCES,
        shown=lambda rows: rows.values_list("pk", "title", "authors", "year", "abstract", "ecology__title"),
        hit=_resource,
        of_community=lambda rows, community: rows.filter(ecology__community=community),
        in_language=_speaks("language"),
        since="added_at",
        weight=1.1,
    ),
    Kind(
        "events",
        gettext_lazy("Events"),
        gettext_lazy("Event"),
        "calendar",
        model=Event,
        seen=lambda asked: Event.objects.visible_to(asked.reader),
        index=EVENTS,
        shown=lambda rows: rows.values_list(
            "pk", "title", "agenda", "place", "first_starts_at", "cancelled_at"
        ),
        hit=_event,
        of_community=lambda rows, community: rows.filter(
            Exists(Community.objects.filter(events=OuterRef("pk"), pk=community))
        ),
        since="first_starts_at",
        weight=1.1,
    ),
    Kind(
        "issues",
        gettext_lazy("Newsletters"),
        gettext_lazy("Newsletter"),
        "mail",
        model=Issue,
        seen=_issues,
        index=ISSUES,
        shown=lambda rows: rows.values_list(
            "pk", "title", "newsletter__slug", "number", "newsletter__title", "sent_at"
        ),
        hit=_issue,
        in_language=_speaks("newsletter__language"),
        since="begun_at",
    ),
    Kind(
        "portfolios",
        gettext_lazy("Portfolios"),
        gettext_lazy("Portfolio"),
        "book-open",
        model=Portfolio,
        seen=_portfolios,
        index=PORTFOLIOS,
        shown=lambda rows: rows.values_list(
            "pk", "title", "pathway__title", "owner__name", "slug", "published_at"
        ),
        hit=_portfolio,
        since="edited_at",
        weight=1.2,
    ),
    Kind(
        "sections",
        gettext_lazy("In portfolios"),
        gettext_lazy("In a portfolio"),
        "book-marked",
        model=Section,
        seen=_sections,
        index=SECTIONS,
        shown=lambda rows: rows.annotate(
            written=Listed(Part.objects.filter(section=OuterRef("pk")).order_by("pk").values("html"))
        ).values_list(
            "pk",
            "title",
            "node__code",
            "node__title",
            "instance",
            "portfolio",
            "portfolio__title",
            "portfolio__owner__name",
            "portfolio__slug",
            "portfolio__published_at",
            "written",
        ),
        hit=_section,
        since="written_at",
        weight=1.1,
    ),
    Kind(
        "evidence",
        gettext_lazy("Your evidence"),
        gettext_lazy("Your evidence"),
        "paperclip",
        model=Evidence,
        seen=lambda asked: Evidence.objects.filter(owner=asked.reader),
        index=EVIDENCE,
        shown=lambda rows: rows.values_list(
            "pk", "title", "kind", "description", "impact", "body", "frozen_html", "captured_at"
        ),
        hit=_piece,
        since="captured_at",
        for_members=True,
        weight=1.2,
    ),
    Kind(
        "schemes",
        gettext_lazy("Schemes"),
        gettext_lazy("Scheme"),
        "scale",
        model=Scheme,
        seen=lambda _asked: Scheme.objects.all(),
        index=SCHEMES,
        shown=_schemes_shown,
        hit=_scheme,
        weight=1.6,
    ),
    Kind(
        "awards",
        gettext_lazy("On the register"),
        gettext_lazy("On the register"),
        "award",
        model=Award,
        seen=lambda _asked: Award.objects.filter(listed=True),
        index=AWARDS,
        by_names=True,
        shown=lambda rows: rows.values_list("pk", "public_id", "holder_name", "pathway__title"),
        hit=_award,
    ),
    Kind(
        "organisations",
        gettext_lazy("Organisations"),
        gettext_lazy("Organisation"),
        "building-2",
        model=Organisation,
        seen=lambda _asked: Organisation.objects.all(),
        index=ORGANISATIONS,
        by_names=True,
        shown=lambda rows: rows.values_list("pk", "slug", "name"),
        hit=_organisation,
        weight=1.2,
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
