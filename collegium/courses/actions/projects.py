"""The project bank: submitting, changing, appreciating, and the thread in which a project is discussed."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.conversations import actions as conversations
from collegium.conversations.models import Post
from collegium.conversations.rules import may_read
from collegium.courses import rules, surveys
from collegium.courses.models import Appreciation, Iteration, Project, Week
from collegium.foundation import clock, files
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.models import Node

SUBMITTED = verb(
    "project.submitted", history=gettext_lazy("%(actor)s put “%(title)s” into the project bank.")
)
EDITED = verb("project.edited", history=gettext_lazy("%(actor)s changed “%(title)s”."))
REMOVED = verb(
    "project.removed",
    history=gettext_lazy("%(actor)s took “%(title)s” out of the project bank."),
    tells={
        "author": Told(
            gettext_lazy("%(actor)s took “%(title)s” out of the project bank."), "courses:projects_of_project"
        )
    },
)
APPRECIATED = verb(
    "project.appreciated",
    history=gettext_lazy("%(actor)s appreciated “%(title)s”."),
    tells={
        "author": Told(
            gettext_lazy("%(actor)s looked at “%(title)s” and told you what they take from it."),
            "courses:project",
        )
    },
)

PICTURE_BYTES = 10 * 1024 * 1024
PICTURE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"})
_FIELDS = frozenset({"title", "url", "description", "week", "nodes", "picture", "alt_text"})


@transaction.atomic
def submit_project(
    *,
    iteration: Iteration,
    by: Person,
    title: str,
    description: str,
    url: str = "",
    week: Week | None = None,
    nodes: Iterable[Node] = (),
    picture: Any = None,
    alt_text: str = "",
) -> Project:
    """``picture`` is an upload, or a Blob that is here already; it needs its text alternative."""
    if not rules.may_submit(by, iteration):
        raise Refusal(_("Only those who take part can submit to the project bank."), code="not_yours")
    fields = _fitting(
        {
            "title": title,
            "description": description,
            "url": url,
            "week": week,
            "picture": picture,
            "alt_text": alt_text,
        },
        iteration,
    )
    project = Project.objects.create(iteration=iteration, person=by, made_at=clock.now(), **fields)
    project.nodes.set(_nodes_of(iteration, nodes))
    record(SUBMITTED, by=by, about=project, data={"title": project.title, "iteration": iteration.title})
    return project


@transaction.atomic
def edit_project(*, project: Project, by: Person, **fields: Any) -> Project:
    """``picture`` None takes the picture away; what is not given stays."""
    if unknown := fields.keys() - _FIELDS:
        raise TypeError(f"A project has no {', '.join(sorted(unknown))}.")
    if not rules.may_edit_project(by, project):
        raise Refusal(_("Only whoever submitted it can change it."), code="not_yours")
    nodes = fields.pop("nodes", None)
    fields = _fitting(fields, project.iteration, before=project)
    for name, value in fields.items():
        setattr(project, name, value)
    project.edited_at = clock.now()
    project.save(update_fields=[*fields, "edited_at"])
    if nodes is not None:
        project.nodes.set(_nodes_of(project.iteration, nodes))
    record(EDITED, by=by, about=project, data={"title": project.title})
    return project


@transaction.atomic
def remove_project(*, project: Project, by: Person) -> None:
    """Out of the bank, by its author or who facilitates; the discussion stays with those who led it, and evidence made of it too."""
    if not rules.may_remove_project(by, project):
        raise Refusal(_("Only its author, or who facilitates the course, can take it out."), code="not_yours")
    project.removed_at = clock.now()
    project.save(update_fields=["removed_at"])
    record(
        REMOVED, by=by, about=project, concerns=[(project.person, "author")], data={"title": project.title}
    )


@transaction.atomic
def appreciate(*, project: Project, by: Person, marks: Mapping[str, Any], words: str = "") -> Appreciation:
    """On the iteration's own small rubric. Again takes the place of what one said before; the author is told once."""
    if project.person_id == by.pk:
        raise Refusal(_("It is yours: let others say what they take from it."), code="own")
    if not rules.may_appreciate(by, project):
        raise Refusal(_("Only those who take part can appreciate a project."), code="not_yours")
    keys = {aspect.key for aspect in surveys.read_rubric(project.iteration.rubric)}
    fitting = {
        key: int(mark)
        for key, mark in marks.items()
        if key in keys and str(mark).isdecimal() and int(mark) in surveys.MARKS
    }
    words = words.strip()
    if not fitting and not words:
        raise Refusal(_("Say something about it, in dots or in words."), code="words")
    appreciation, is_new = Appreciation.objects.update_or_create(
        project=project, person=by, defaults={"marks": fitting, "words": words, "given_at": clock.now()}
    )
    if is_new:
        record(
            APPRECIATED,
            by=by,
            about=project,
            concerns=[(project.person, "author")],
            data={"title": project.title},
        )
    return appreciation


@transaction.atomic
def take_back(*, appreciation: Appreciation, by: Person) -> None:
    if not rules.may_take_back(by, appreciation):
        raise Refusal(_("Only whoever said it can take it back."), code="not_yours")
    appreciation.delete()


@transaction.atomic
def discuss(*, project: Project, by: Person, html: str, submission_key: str = "") -> Post:
    """A comment. The first one opens the project's thread, which then is a thread like any other."""
    if not rules.may_discuss(by, project):
        raise Refusal(_("Only those who take part can discuss a project."), code="not_yours")
    project = (
        Project.objects.select_for_update(of=("self",))
        .select_related("iteration__forum", "thread__forum", "person")
        .get(pk=project.pk)
    )
    if project.thread is not None:
        return conversations.post(thread=project.thread, by=by, html=html, submission_key=submission_key)
    # Opened by the machine with a line that leads to the project, so that whoever finds the thread knows what it is about.
    project.thread = conversations.start_thread(
        forum=project.iteration.forum,
        by=None,
        title=project.title,
        html=format_html(
            '<p><a href="{}">{}</a></p>',
            project.get_absolute_url(),
            _("“%(title)s”, by %(name)s, in the project bank")
            % {"title": project.title, "name": project.person.name},
        ),
        wants_answer=False,
        about=project,
        via="machine",
        submission_key=f"project-{project.pk}",
    )
    project.save(update_fields=["thread"])
    if may_read(project.person, project.iteration.forum):  # who has left is not told any more
        conversations.follow(person=project.person, level="everything", thread=project.thread)
    return conversations.post(thread=project.thread, by=by, html=html, submission_key=submission_key)


def _fitting(fields: dict[str, Any], iteration: Iteration, before: Project | None = None) -> dict[str, Any]:
    for name, otherwise in (
        ("title", _("Give it a title.")),
        ("description", _("Say in a few sentences what it is and what came of it.")),
    ):
        if name in fields:
            fields[name] = fields[name].strip()
            if not fields[name]:
                raise Refusal(otherwise, code=name)
    if "title" in fields:
        fields["title"] = fields["title"][:200]
    if url := fields.get("url", "").strip():
        if not url.lower().startswith(("https://", "http://")) or any(sign.isspace() for sign in url):
            raise Refusal(_("An address begins with https://."), code="url")
        fields["url"] = url[:2000]
    week = fields.get("week")
    if week is not None and week.iteration_id != iteration.pk:
        raise Refusal(_("That week belongs to another iteration."), code="week")
    _fit_picture(fields, before)
    return fields


def _fit_picture(fields: dict[str, Any], before: Project | None) -> None:
    picture = fields.get("picture")
    if picture is not None and not isinstance(picture, Blob):
        stored = files.store(picture, max_bytes=PICTURE_BYTES, allowed=PICTURE_TYPES)
        # Where a phone took it is nobody's business.
        fields["picture"] = files.without_metadata(stored) or stored
    if "alt_text" in fields:
        fields["alt_text"] = fields["alt_text"].strip()[:1000]
    shown = fields.get("picture", before.picture if before else None)
    if shown is not None and not fields.get("alt_text", before.alt_text if before else ""):
        raise Refusal(
            _("Say what is to be seen in the picture, for those who can’t see it."), code="alt_text"
        )


def _nodes_of(iteration: Iteration, nodes: Iterable[Node]) -> list[Node]:
    """Criteria of the framework towards which the iteration leads."""
    wanted = list(nodes)
    if not wanted:
        return []
    framework = iteration.pathway.scheme_version.framework_id if iteration.pathway else None
    if any(node.framework_id != framework for node in wanted):
        raise Refusal(_("That criterion belongs to another framework."), code="nodes")
    return wanted
