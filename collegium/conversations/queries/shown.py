"""Posts with all that stands around them, as one reader sees them, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from collegium.conversations import rules, words
from collegium.conversations.models import Attachment, LinkCard, Post, PostLink, Reaction
from collegium.foundation import files
from collegium.people.models import Audience, Person
from collegium.people.queries import faces


@dataclass(frozen=True)
class Author:
    """Who wrote it, as far as this reader is told."""

    name: str
    photo: str | None = None
    href: str | None = None


@dataclass(frozen=True)
class Sign:
    kind: str
    title: str
    count: int
    is_mine: bool


@dataclass(frozen=True)
class Quote:
    post_id: int
    author: str
    words: str


@dataclass(frozen=True)
class ShownFile:
    attachment: Attachment
    kind: str
    note: str


@dataclass(frozen=True)
class ShownPost:
    post: Post
    author: Author
    html: str  # empty where the reader is not shown the words
    is_readable: bool
    is_own: bool
    signs: list[Sign]
    files: list[ShownFile]
    cards: list[LinkCard]
    quote: Quote | None = None
    is_unread: bool = False
    is_answer: bool = False
    may_edit: bool = False
    may_remove: bool = False
    may_react: bool = False
    may_mark_answer: bool = False

    @property
    def pk(self) -> int:
        return self.post.pk

    @property
    def looks(self) -> tuple[object, ...]:
        """All that what stands under a post depends on, besides its key, its author's name and what other rooms add."""
        return (
            rules.is_standing(self.post),
            self.is_answer,
            self.may_edit,
            self.may_remove,
            self.may_react,
            self.may_mark_answer,
            *self.signs,
        )


@dataclass(frozen=True)
class Reader:
    """Who looks at a thread, with what they may do there, asked once for the whole page."""

    person: Person | None
    standing: rules.Standing = field(default_factory=rules.Standing)

    @property
    def pk(self) -> int | None:
        return self.person.pk if self.person is not None else None


def shown(
    posts: Sequence[Post], reader: Reader, *, through: int | None = None, thread_answer: int | None = None
) -> list[ShownPost]:
    """``posts`` are of one thread and come with ``for_display``; ``through``: what lies beyond is unread."""
    if not posts:
        return []
    thread = posts[0].thread
    attached = _files([post.pk for post in posts if getattr(post, "has_files", True)])
    cards = _cards([post.pk for post in posts if getattr(post, "has_links", True)])
    photos = faces(
        {post.author.pk: post.author for post in posts if post.author is not None}.values(), reader.person
    )
    found = []
    for post in posts:
        is_own = reader.pk is not None and post.author_id == reader.pk
        is_readable = post.removed_at is None and (
            post.hidden_at is None or is_own or reader.standing.is_moderator
        )
        is_standing = rules.is_standing(post)
        found.append(
            ShownPost(
                post=post,
                author=author_of(post.author, reader, photos),
                html=post.html if is_readable else "",
                is_readable=is_readable,
                is_own=is_own,
                signs=_signs(post, reader),
                files=_beside(post, attached.get(post.pk, [])) if is_readable else [],
                cards=cards.get(post.pk, []) if is_readable else [],
                quote=_quote(post, reader),
                is_unread=through is not None and post.pk > through and not is_own,
                is_answer=thread_answer == post.pk,
                may_edit=is_own and is_standing and reader.standing.may_post,
                may_remove=post.removed_at is None
                and (is_own or reader.standing.is_moderator)
                and reader.standing.belongs,
                may_react=is_standing and reader.standing.may_post,
                may_mark_answer=is_standing
                and reader.standing.belongs
                and (reader.standing.is_moderator or thread.started_by_id == reader.pk)
                and post.author_id is not None,
            )
        )
    return found


def author_of(person: Person | None, reader: Reader, photos: dict[int, str]) -> Author:
    """Strangers are told the names of those who show theirs to everyone; who is gone has none."""
    if person is None:
        return Author(name="")
    if person.erased_at is not None:
        return Author(name=_("Somebody who has left"))
    if reader.person is None and person.name_audience != Audience.PUBLIC:
        return Author(name=_("A member"))
    opens = person.pk == reader.pk or person.name_audience in {Audience.PUBLIC, Audience.SIGNED_IN}
    if person.name_audience == Audience.CIRCLE and reader.standing.belongs:
        opens = True
    return Author(
        name=person.name, photo=photos.get(person.pk), href=person.get_absolute_url() if opens else None
    )


def shown_author(person: Person | None, reader: Reader) -> Author:
    """One person alone, with their face."""
    return author_of(person, reader, faces([person], reader.person) if person is not None else {})


def _quote(post: Post, reader: Reader) -> Quote | None:
    quoted = post.reply_to
    if quoted is None:
        return None
    is_readable = rules.is_standing(quoted)
    return Quote(
        post_id=quoted.pk,
        author=author_of(quoted.author, reader, {}).name or _("Collegium"),
        words=words.excerpt(quoted.html) if is_readable else "",
    )


def _signs(post: Post, reader: Reader) -> list[Sign]:
    """In their own order, whoever gave them first. A page has read them along with its posts."""
    given: list[list[Any]] | None = getattr(post, "given_signs", None)
    if not hasattr(post, "given_signs"):
        rows = Reaction.objects.filter(post=post).order_by().values_list("kind")
        counted = rows.annotate(number=Count("pk"), mine=Count("pk", filter=Q(person=reader.pk)))
        given = [list(row) for row in counted]
    titles = dict(Reaction.Kind.choices)
    order = list(Reaction.Kind.values)
    return [
        Sign(kind, str(titles[kind]), number, bool(mine))
        for kind, number, mine in sorted(given or [], key=lambda row: order.index(row[0]))
    ]


def _files(ids: Sequence[int]) -> dict[int, list[ShownFile]]:
    found: dict[int, list[ShownFile]] = {}
    if not ids:
        return found
    for attachment in Attachment.objects.filter(post__in=ids).select_related("blob").order_by("pk"):
        found.setdefault(attachment.post_id or 0, []).append(shown_file(attachment))
    return found


def _beside(post: Post, attached: list[ShownFile]) -> list[ShownFile]:
    """Without the pictures that stand in the words."""
    inside = set(words.pictures(post.html)) if attached else set()
    return [each for each in attached if each.attachment.pk not in inside]


def shown_file(attachment: Attachment) -> ShownFile:
    blob = attachment.blob
    note = f"{files.ending_of(blob.media_type).upper()}, {files.in_words(blob.size)}"
    return ShownFile(attachment, files.kind_of(blob.media_type) or "document", note)


def _cards(ids: Sequence[int]) -> dict[int, list[LinkCard]]:
    found: dict[int, list[LinkCard]] = {}
    if not ids:
        return found
    for link in PostLink.objects.filter(post__in=ids).select_related("card").order_by("position"):
        # A page that said nothing of itself has no card: the link in the words is enough.
        if link.card.title:
            found.setdefault(link.post_id, []).append(link.card)
    return found
