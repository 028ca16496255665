"""Drafting an issue from its period, drafting again, saying when it goes out, and the moment in which it is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import formats, translation
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import drafting, rhythm
from collegium.newsletters.actions import held, verbs
from collegium.newsletters.models import Delivery, Entry, Issue, Newsletter, Section, Subscription
from collegium.people.models import Person

State = Issue.State
OWED_AT_ONCE = 2000
TITLE = 200
A_MOMENT = timedelta(minutes=1)  # forms know no seconds
AHEAD_MOST = timedelta(days=366)


@dataclass(frozen=True)
class Frozen:
    """A letter that is ready to go, and as of which moment it was written."""

    html: str
    text: str
    blanks: Mapping[str, str]
    sha256: str
    written_for: datetime  # ``Issue.changed_at`` when it was read
    left_out: frozenset[int] = frozenset()  # entries that may not be shown any more


@transaction.atomic
def draft_issue(*, newsletter: Newsletter, by: Person | None, at: datetime | None = None) -> Issue:
    """The next issue, of what happened since the one before. ``by`` None: it is drafted by itself, and its editors are told."""
    newsletter = held.newsletter(newsletter, by)
    if newsletter.closed_at is not None:
        raise Refusal(_("This newsletter is closed."))
    in_hand = newsletter.issues.in_hand().first()
    if in_hand is not None:
        raise Refusal(_("“%(issue)s” is still being edited.") % {"issue": in_hand.title}, code="in_hand")
    return _draft(newsletter, by, at or clock.now())


def _draft(newsletter: Newsletter, by: Person | None, at: datetime) -> Issue:
    before = newsletter.issues.aggregate(number=Max("number"), until=Max("covers_to"))
    since = before["until"] or at - rhythm.covers(newsletter)
    number = (before["number"] or 0) + 1
    with translation.override(newsletter.language):
        day = formats.date_format(at.astimezone(rhythm.zone(newsletter)), "DATE_FORMAT")
        issue = Issue.objects.create(
            newsletter=newsletter,
            number=number,
            title=_("Issue %(number)s, %(day)s") % {"number": number, "day": day},
            covers_from=min(since, at),
            covers_to=at,
            made_by=by,
            made_at=clock.now(),
            changed_at=clock.now(),
        )
        Section.objects.create(
            issue=issue, kind=Section.Kind.FROM_EDITORS, title=str(Section.Kind.FROM_EDITORS.label)
        )
        _fill(issue, by)
    record(
        verbs.DRAFTED,
        by=by,
        about=issue,
        concerns=held.editors(newsletter) if by is None else (),
        data=held.facts(issue),
    )
    return issue


@transaction.atomic
def redraft(*, issue: Issue, by: Person | None) -> int:
    """Adds what is new until now, and says how much that was.

    What editors changed, cut, moved or put in stays as it is; what they have not touched is brought up to date; what may
    not be shown any more goes.
    """
    if by is not None:
        issue = held.issue(issue, by)
    with translation.override(issue.newsletter.language):
        issue.covers_to = max(issue.covers_to, clock.now())
        issue.changed_at = clock.now()
        issue.save(update_fields=["covers_to", "changed_at"])
        Entry.objects.filter(pk__in=drafting.withheld(issue)).delete()
        new = _fill(issue, by)
    record(verbs.DRAFTED_ANEW, by=by, about=issue, data=held.facts(issue, new=new))
    return new


def _fill(issue: Issue, by: Person | None) -> int:
    """In the present language."""
    period = drafting.Period(issue.covers_from, issue.covers_to)
    gathered = drafting.gather(issue.newsletter, period, by=by)
    sections = {each.kind: each for each in issue.sections.all() if not each.is_written}
    known = {each.known_by: each for each in issue.entries.exclude(known_by="")}
    last = max((each.position for each in issue.sections.all()), default=0)
    fresh, touched = [], []
    for kind, found in gathered.items():
        section = sections.get(kind)
        if section is None:
            last += 1
            section = Section.objects.create(
                issue=issue, kind=kind, title=str(Section.Kind(kind).label), position=last
            )
            sections[kind] = section
        place = max((each.position for each in known.values() if each.section_id == section.pk), default=0)
        for each in found:
            there = known.get(each.known_by)
            if there is None:
                place += 1
                fresh.append(Entry(issue=issue, section=section, position=place, **each.fields()))
            elif there.changed_at is None and not there.is_cut:
                for name, value in each.fields().items():
                    setattr(there, name, value)
                touched.append(there)
    Entry.objects.bulk_create(fresh)
    Entry.objects.bulk_update(
        touched,
        ["title", "url", "words", "author_name", "source_name", "licence_url", "happens_at"],
        batch_size=100,
    )
    return len(fresh)


@transaction.atomic
def draft_by_rhythm(*, newsletter: Newsletter) -> Issue | None:
    """What is due by the newsletter's rhythm; None where another worker has just done it.

    Where the issue before is still in hand, it is brought up to now instead: nobody wants two drafts.
    """
    newsletter = held.newsletter(newsletter, None)
    due, now = newsletter.next_draft_at, clock.now()
    if due is None or due > now or newsletter.closed_at is not None:
        return None
    newsletter.next_draft_at = rhythm.draft_after(newsletter, drafted=due, now=now)
    newsletter.save(update_fields=["next_draft_at"])
    in_hand = newsletter.issues.in_hand().order_by("number").first()
    if in_hand is None:
        return _draft(newsletter, None, now)
    in_hand.newsletter = newsletter
    if in_hand.state == State.DRAFT:
        redraft(issue=in_hand, by=None)
    return in_hand


@transaction.atomic
def rename_issue(*, issue: Issue, by: Person, title: str) -> Issue:
    issue = held.issue(issue, by)
    title = " ".join(title.split())
    if not title:
        raise Refusal(_("An issue has a title."), code="title")
    issue.title = title[:TITLE]
    issue.save(update_fields=["title"])
    return issue


@transaction.atomic
def discard_issue(*, issue: Issue, by: Person) -> None:
    """A draft, with all that stands in it; nominations that it took wait again."""
    issue = held.issue(issue, by)
    for nomination in issue.newsletter.nominations.filter(entry__issue=issue):
        nomination.settled_at = nomination.settled_by = nomination.entry = None
        nomination.save(update_fields=["settled_at", "settled_by", "entry"])
    record(verbs.DISCARDED, by=by, about=issue.newsletter, data=held.facts(issue))
    issue.delete()


# When it goes out -----------------------------------------------------------------------------------------------------


@transaction.atomic
def schedule(*, issue: Issue, by: Person, at: datetime) -> Issue:
    """Nothing is sent without this. Until then it can be edited, held back, and scheduled for another hour."""
    issue = held.issue(issue, by)
    if at < clock.now() - A_MOMENT:
        raise Refusal(_("That hour has passed."), code="at")
    if at > clock.now() + AHEAD_MOST:
        raise Refusal(_("That is more than a year from now."), code="at")
    return _schedule(issue, by, at)


@transaction.atomic
def send_now(*, issue: Issue, by: Person) -> Issue:
    return _schedule(held.issue(issue, by), by, clock.now())


def _schedule(issue: Issue, by: Person, at: datetime) -> Issue:
    if issue.newsletter.closed_at is not None:
        raise Refusal(_("This newsletter is closed."))
    if not has_words(issue):
        raise Refusal(_("Nothing stands in it yet."))
    issue.state, issue.scheduled_for = State.SCHEDULED, at
    issue.save(update_fields=["state", "scheduled_for"])
    here = at.astimezone(rhythm.zone(issue.newsletter))
    when = f"{here:%Y-%m-%d %H:%M} ({issue.newsletter.time_zone})"
    record(
        verbs.SCHEDULED,
        by=by,
        about=issue,
        concerns=held.editors(issue.newsletter),
        data=held.facts(issue, when=when),
    )
    return issue


@transaction.atomic
def unschedule(*, issue: Issue, by: Person) -> Issue:
    issue = held.issue(issue, by)
    if issue.state == State.SCHEDULED:
        issue.state, issue.scheduled_for = State.DRAFT, None
        issue.save(update_fields=["state", "scheduled_for"])
        record(
            verbs.UNSCHEDULED,
            by=by,
            about=issue,
            concerns=held.editors(issue.newsletter),
            data=held.facts(issue),
        )
    return issue


@transaction.atomic
def send_test(*, issue: Issue, by: Person) -> None:
    """To the editor who asks, and to nobody else."""
    issue = held.looked_up(issue)
    held.newsletter(issue.newsletter, by)
    if issue.is_frozen:
        raise Refusal(_("This issue has gone out, and does not change any more."))
    record(verbs.TRIED, by=by, about=issue, data=held.facts(issue))


def has_words(issue: Issue) -> bool:
    sections = issue.sections.filter(is_cut=False)
    return (
        sections.exclude(body="").exists()
        or Entry.objects.kept().filter(issue=issue, section__in=sections).exists()
    )


# Going out ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin_sending(*, issue: Issue, frozen: Frozen) -> bool:
    """Freezes it as it was just written, and owes a letter to everybody who subscribes at this moment.

    False where it is not (or not any more) to go out, or was changed since it was written: then it is to be written again.
    """
    issue = held.looked_up(issue)
    now = clock.now()
    due = issue.scheduled_for is not None and issue.scheduled_for <= now
    if issue.state != State.SCHEDULED or not due or issue.changed_at != frozen.written_for:
        return False
    issue.html, issue.text, issue.sha256 = frozen.html, frozen.text, frozen.sha256
    issue.blanks = dict(frozen.blanks)
    issue.entries.filter(pk__in=frozen.left_out).update(is_cut=True)
    readers = Subscription.objects.running().filter(newsletter=issue.newsletter_id).order_by("pk")
    ids = list(readers.values_list("pk", flat=True))
    for start in range(0, len(ids), OWED_AT_ONCE):
        Delivery.objects.bulk_create(
            Delivery(issue=issue, subscription_id=each, next_try_at=now)
            for each in ids[start : start + OWED_AT_ONCE]
        )
    issue.state, issue.begun_at, issue.letters = State.SENDING, now, len(ids)
    issue.save()
    record(verbs.BEGUN, by=None, about=issue, data=held.facts(issue, letters=len(ids)))
    return True


@transaction.atomic
def hold_back_empty(*, issue: Issue) -> None:
    """All that stood in it may not be shown any more: a draft again, and its editors are told."""
    issue = held.looked_up(issue)
    if issue.state != State.SCHEDULED:
        return
    issue.state, issue.scheduled_for = State.DRAFT, None
    issue.save(update_fields=["state", "scheduled_for"])
    record(
        verbs.NOT_SENT,
        by=None,
        about=issue,
        concerns=held.editors(issue.newsletter),
        data=held.facts(issue),
    )
