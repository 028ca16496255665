"""A newsletter of a community as a row, with readers; issues by way of the actions, which is how they come about."""

from itertools import count
from typing import Any

from collegium.communities.models import Community
from collegium.courses.models import Iteration
from collegium.foundation import clock
from collegium.newsletters import actions
from collegium.newsletters.models import Entry, Issue, Newsletter, Section, Subscription
from collegium.people.models import Audience, Person
from tests.factories import make_circle

_numbers = count(1)


def make_newsletter(
    community: Community | Iteration | None = None, *editors: Person, **fields: Any
) -> Newsletter:
    """Public, weekly, of this community or iteration; of the whole house, with these editors, where none is given."""
    number = next(_numbers)
    ecology = community.ecology if community is not None else None
    audience = fields.get("audience", Audience.PUBLIC)
    return Newsletter.objects.create(
        **{
            "title": f"Newsletter {number}",
            "slug": f"newsletter-{number}",
            "ecology": ecology,
            "editors": ecology.editors if ecology else make_circle(*editors, name=f"Editors {number}"),
            "audience": audience,
            "members": ecology.members if ecology and audience == Audience.CIRCLE else None,
            "time_zone": "Europe/London",
            **fields,
        }
    )


def make_issue(newsletter: Newsletter, by: Person, *, words: str = "", **fields: Any) -> Issue:
    """A draft; ``words`` are the editors' own."""
    issue = actions.draft_issue(newsletter=newsletter, by=by)
    if words:
        section = issue.sections.get(kind=Section.Kind.FROM_EDITORS)
        actions.change_section(section=section, by=by, body=f"<p>{words}</p>")
    if fields:
        Issue.objects.filter(pk=issue.pk).update(**fields)
    return Issue.objects.select_related("newsletter__ecology").get(pk=issue.pk)


def make_subscription(newsletter: Newsletter, **fields: Any) -> Subscription:
    """Confirmed, of an address without an account unless ``person`` is given."""
    person = fields.get("person")
    email = person.account.email if person is not None else f"reader{next(_numbers)}@example.org"
    return Subscription.objects.create(
        **{
            "newsletter": newsletter,
            "email": email,
            "state": Subscription.State.CONFIRMED,
            "confirmed_at": clock.now(),
            **fields,
        }
    )


def entries_of(issue: Issue, kind: str) -> list[Entry]:
    return list(Entry.objects.filter(issue=issue, section__kind=kind, is_cut=False))


def titles(issue: Issue, kind: str) -> list[str]:
    return [entry.title for entry in entries_of(issue, kind)]


def make_sent(newsletter: Newsletter, title: str, **fields: Any) -> Issue:
    """One that went out, as a row: without letters."""
    now = fields.get("begun_at", clock.now())
    return Issue.objects.create(
        **{
            "newsletter": newsletter,
            "number": newsletter.issues.count() + 1,
            "title": title,
            "state": Issue.State.SENT,
            "covers_from": now,
            "covers_to": now,
            "begun_at": now,
            "sent_at": now,
            "html": "h",
            "text": "t",
            "sha256": "0" * 64,
            **fields,
        }
    )
