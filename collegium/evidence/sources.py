"""What can be kept as evidence in one step: a post, a project, one's own attendance of an event, an item of the river."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.html import escape, linebreaks
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from collegium.conversations.models import Post, Thread
from collegium.courses.models import Mapping, Project, Week
from collegium.design.filters import moment_in_words
from collegium.ecology import rights
from collegium.ecology.models import Ecology, Flow, Item, Relevance
from collegium.events.models import Attendance, Occurrence
from collegium.events.when import when
from collegium.evidence.models import Alignment, SourceKind
from collegium.foundation import richtext
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.schemes.models import Node

OF_OTHERS = 80  # words of somebody else that are quoted
MOST_AIMED_AT = 24  # criteria of one's own frameworks, where nothing names any
MOST_NAMED = 6  # criteria that are offered at once; the page of the evidence offers all


@dataclass(frozen=True)
class Criterion:
    """One that the week or the project names, and how strongly; or one that the person works towards anyway."""

    node: Node
    strength: int
    is_named: bool = True


@dataclass(frozen=True)
class Source:
    kind: SourceKind
    pk: int
    title: str  # for the evidence that is made of it
    place: str  # the thread, project or event, by its own title
    url: str  # of this site, whole
    html: str  # what is frozen; safe
    author: Person | None
    name: str  # whose it is
    at: datetime
    link: str = ""  # where somebody's project is to be seen
    criteria: Sequence[Criterion] = field(default_factory=tuple)

    @property
    def happened_on(self) -> date:
        return localtime(self.at).date()


def find(kind: str, pk: int, person: Person) -> Source | None:
    """What this person may read there; None for everything else."""
    look = _FINDERS.get(kind)
    return look(pk, person) if look is not None else None


def _whole(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _excerpt(words: str) -> str:
    return f"<blockquote><p>{escape(Truncator(words).words(OF_OTHERS))}</p></blockquote>"


def _post(pk: int, person: Person) -> Source | None:
    posts = Post.objects.visible_to(person).standing().select_related("thread", "author")
    post = posts.filter(pk=pk).first()
    if post is None:
        return None
    is_own = post.author_id == person.pk
    name = post.author.name if post.author is not None else settings.SITE_NAME
    title = post.thread.title
    return Source(
        kind=SourceKind.POST,
        pk=post.pk,
        title=_("My post in “%(title)s”") % {"title": title}
        if is_own
        else _("%(name)s in “%(title)s”") % {"name": name, "title": title},
        place=title,
        url=_whole(post.get_absolute_url()),
        html=post.html if is_own else _excerpt(richtext.plain(post.html)),
        author=post.author,
        name=name,
        at=post.posted_at,
        criteria=of_thread(post.thread),
    )


def _project(pk: int, person: Person) -> Source | None:
    projects = Project.objects.visible_to(person).select_related("person", "week__draft_node")
    project = projects.filter(pk=pk).first()
    if project is None:
        return None
    is_own = project.person_id == person.pk
    return Source(
        kind=SourceKind.PROJECT,
        pk=project.pk,
        title=project.title,
        place=project.title,
        url=_whole(project.get_absolute_url()),
        html=linebreaks(project.description, autoescape=True) if is_own else _excerpt(project.description),
        author=project.person,
        name=project.person.name,
        at=project.made_at,
        link=project.url,
        criteria=of_project(project),
    )


def _attendance(pk: int, person: Person) -> Source | None:
    """By the occurrence, not by its list's row: one was there once, however often it was noted."""
    attendance = (
        Attendance.objects.filter(
            occurrence__in=Occurrence.objects.visible_to(person), occurrence=pk, person=person
        )
        .select_related("occurrence__event")
        .first()
    )
    if attendance is None:
        return None
    occurrence = attendance.occurrence
    lines = [
        (_("Who"), person.name),
        (_("What"), occurrence.event.title),
        (_("When"), when(occurrence, None).words),
        (
            _("How it was noted"),
            _("%(way)s, %(moment)s")
            % {"way": attendance.get_way_display(), "moment": moment_in_words(attendance.at)},
        ),
    ]
    rows = "".join(f"<li><strong>{escape(term)}:</strong> {escape(said)}</li>" for term, said in lines)
    return Source(
        kind=SourceKind.ATTENDANCE,
        pk=occurrence.pk,
        title=_("I was at “%(title)s”") % {"title": occurrence.event.title},
        place=occurrence.event.title,
        url=_whole(occurrence.get_absolute_url()),
        html=f"<ul>{rows}</ul>",
        author=person,
        name=person.name,
        at=occurrence.starts_at,
        criteria=of_occurrence(occurrence),
    )


def _item(pk: int, person: Person) -> Source | None:
    """What one published oneself is copied whole; of others an excerpt, with who it is by and under which licence."""
    item = Item.objects.visible_to(person).filter(pk=pk).select_related("author").first()
    if item is None:
        return None
    is_own = item.author_id == person.pk
    title = str(item) or item.url or str(SourceKind.ITEM.label)
    words = item.html or f"<p>{escape(item.summary)}</p>"
    name = item.author_name or (item.author.name if item.author is not None else _("an unknown author"))
    about: list[str] = [escape(rights.in_words(item))]
    if item.url:
        about.insert(0, f'<a href="{escape(item.url)}" rel="noopener noreferrer">{escape(item.url)}</a>')
    copied = words if is_own else _excerpt(item.summary or richtext.plain(item.html))
    return Source(
        kind=SourceKind.ITEM,
        pk=item.pk,
        title=title if is_own else _("%(name)s: “%(title)s”") % {"name": name, "title": title},
        place=title,
        url=_whole(item.get_absolute_url()),
        html=richtext.clean(f"{copied}<p>{', '.join(about)}</p>"),
        author=item.author,
        name=name[:120],
        at=item.published_at or item.flows_at,
        link=item.url,
        criteria=of_item(item, person),
    )


_FINDERS: dict[str, Callable[[int, Person], Source | None]] = {
    SourceKind.POST: _post,
    SourceKind.PROJECT: _project,
    SourceKind.ATTENDANCE: _attendance,
    SourceKind.ITEM: _item,
}


# What is named there --------------------------------------------------------------------------------------------------


def of_thread(thread: Thread) -> list[Criterion]:
    """Of the week or the project that the thread is about; threads about nothing of a course are not asked about."""
    if thread.about_kind == Week._meta.label_lower:
        return _strongest(_mapped_in_thread(thread.pk))
    if thread.about_kind == Project._meta.label_lower:
        named = Project.objects.filter(thread=thread.pk).values("nodes")
        nodes = Node.objects.filter(pk__in=named).order_by("position")[:MOST_NAMED]
        return [Criterion(node, Alignment.Strength.PRIMARILY) for node in nodes]
    return []


@prepared
def _mapped_in_thread(thread: int) -> QuerySet[Mapping]:
    return _in_order(Mapping.objects.filter(week__thread=thread).select_related("node"))


def of_project(project: Project) -> list[Criterion]:
    """What its maker says it shows; where they say nothing, what its week is about."""
    nodes = sorted(project.nodes.all(), key=lambda node: node.position)  # as its page has read them
    named = [Criterion(node, Alignment.Strength.PRIMARILY) for node in nodes]
    if named or project.week_id is None:
        return named[:MOST_NAMED]
    return _mapped(Mapping.objects.filter(week=project.week_id).select_related("node"))


def of_occurrence(occurrence: Occurrence) -> list[Criterion]:
    return _mapped(Mapping.objects.filter(week__meeting=occurrence.pk).select_related("node"))


_Aims = Callable[[Person], list[Node]]
_aims: list[_Aims] = []


def offers_nodes(aims: _Aims) -> _Aims:
    """Of ``queries``, which knows what somebody works towards and stands above the rules that ask here."""
    _aims.append(aims)
    return aims


def of_item(item: Item, person: Person) -> list[Criterion]:
    """First what the week is about that it flows in, and what a library that keeps it says it helps with; then what the
    person works towards.
    """
    found = list(_of_places(item, person))[:MOST_NAMED] if _may_be_mapped(item) else []
    named = {each.node.pk for each in found}
    nodes = [node for aims in _aims for node in aims(person) if node.pk not in named][:MOST_AIMED_AT]
    return [
        *found,
        *(Criterion(node, Alignment.Strength.PRIMARILY, is_named=False) for node in nodes),
    ]


def _may_be_mapped(item: Any) -> bool:
    """As its page has read it already; of any other item nobody knows."""
    return getattr(item, "is_in_library", True) or getattr(item, "flows_in_a_part", True)


def _of_places(item: Item, person: Person) -> Iterator[Criterion]:
    """One query, by the item: what its weeks and what its libraries say."""
    nodes = _nodes_of_places(item.pk, person.pk)
    for node in sorted(
        nodes, key=lambda node: (-(node.in_week or 0), -(node.in_library or 0), node.position)
    ):
        yield Criterion(node, node.in_week or node.in_library)


@prepared
def _nodes_of_places(item: int, person: int) -> "QuerySet[Any, Any]":
    seen = Ecology.objects.visible_to(Person(pk=person)).values("pk")
    here = Flow.objects.filter(item=item, hidden_at__isnull=True, ecology__in=seen)
    mapped = Mapping.objects.filter(week__ecology__in=here.values("ecology"))
    kept = Relevance.objects.filter(resource__item=item, resource__removed_at__isnull=True)
    helps = kept.filter(resource__ecology__in=seen)
    of_node = {"node": OuterRef("pk")}
    return Node.objects.filter(Q(pk__in=mapped.values("node")) | Q(pk__in=helps.values("node"))).annotate(
        in_week=Subquery(mapped.filter(**of_node).order_by("-strength").values("strength")[:1]),
        in_library=Subquery(helps.filter(**of_node).order_by("-strength").values("strength")[:1]),
    )


def _mapped(mappings: "QuerySet[Mapping]") -> list[Criterion]:
    return _strongest(_in_order(mappings))


def _in_order(mappings: "QuerySet[Mapping]") -> "QuerySet[Mapping]":
    return mappings.order_by("-strength", "node__position")


def _strongest(mappings: Iterable[Mapping]) -> list[Criterion]:
    """One meeting may serve several courses: the strongest of what they say."""
    found: dict[int, Criterion] = {}
    for mapping in mappings:
        found.setdefault(mapping.node_id, Criterion(mapping.node, mapping.strength))
    return list(found.values())[:MOST_NAMED]
