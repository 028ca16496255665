"""The words of issues that went out, for whoever looks for them in an archive."""

from collections.abc import Iterable, Sequence
from itertools import chain

from django.db.models import Prefetch, QuerySet

from collegium.foundation import fulltext, richtext
from collegium.newsletters.models import Entry, Issue, Section

BATCH = 100


def with_words(issues: "QuerySet[Issue]") -> "QuerySet[Issue]":
    """With all that stands in them, and nothing that was cut."""
    entries = Prefetch("entries", queryset=Entry.objects.kept())
    sections = Section.objects.filter(is_cut=False).prefetch_related(entries)
    return issues.select_related("newsletter").prefetch_related(Prefetch("sections", queryset=sections))


def words_of(issue: Issue) -> str:
    """What is read in it, as plain text; of an issue that was loaded ``with_words``."""
    return "\n".join(filter(None, chain.from_iterable(_said(section) for section in issue.sections.all())))


def _said(section: Section) -> list[str]:
    lines = [section.title, richtext.plain(section.body), section.by_line]
    for entry in section.entries.all():
        lines += [entry.title, entry.words, entry.author_name, entry.source_name]
    return lines


def _entry(issue: Issue) -> fulltext.Entry:
    return fulltext.Entry(
        key=issue.pk,
        title=issue.title,
        body=words_of(issue),
        language=issue.newsletter.language,
        scope=issue.newsletter_id,
    )


def _rows(after: int) -> tuple[Sequence[fulltext.Entry], int | None]:
    found = list(with_words(Issue.objects.out().filter(pk__gt=after)).order_by("pk")[:BATCH])
    return [_entry(issue) for issue in found], found[-1].pk if len(found) == BATCH else None


ISSUES = fulltext.Index("newsletters_issue_words", rows=_rows)


def index_issues(issue_ids: Iterable[int]) -> None:
    """Bring the index in step with these issues as they are now; drafts and what was withdrawn leave it. Safe to repeat."""
    wanted = sorted(set(issue_ids))
    found = list(with_words(Issue.objects.out().filter(pk__in=wanted)))
    ISSUES.put(*[_entry(issue) for issue in found])
    ISSUES.remove(sorted(set(wanted) - {issue.pk for issue in found}))
