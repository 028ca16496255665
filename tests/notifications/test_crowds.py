"""Followers are told in the background: in bulk, from where it broke off, and never twice."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils.dateparse import parse_datetime

from collegium.activity.models import Activity, Concern
from collegium.conversations import actions as conversations
from collegium.conversations.models import Following, Forum, Level, Measure
from collegium.events import actions as events
from collegium.events import tasks as event_tasks
from collegium.events.models import Answer
from collegium.foundation import clock
from collegium.notifications import actions, crowds, digests, letters
from collegium.notifications.models import MailingList, Notification, Telling
from collegium.people.models import Audience, CircleMember, Person
from tests.communities.factories import make_community
from tests.conversations.factories import make_forum, make_post, make_thread
from tests.events.factories import make_event
from tests.factories import make_account, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def callbacks(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def people(ada, bo, cy, eve):
    return {"writer": ada, "everything": bo, "digest": cy, "replies": eve}


@pytest.fixture
def forum(people):
    forum = make_forum(*people.values(), audience=Audience.CIRCLE)
    for level in ("everything", "digest", "replies"):
        conversations.follow(person=people[level], forum=forum, level=level)
    return forum


def said(callbacks, forum, writer, **fields):
    with callbacks():
        return make_thread(forum, writer, title="Rubrics", html="<p>What do you use?</p>", **fields)


def roles():
    return dict(Notification.objects.values_list("person__name", "role"))


def test_each_level_is_told_by_its_way_and_the_author_is_not(callbacks, forum, people):
    said(callbacks, forum, people["writer"])
    assert roles() == {"Bo Assessor": "follower", "Cy Convener": "digest"}
    assert [letter.to for letter in mail.outbox] == [["bo@example.org"]]
    by_digest = Notification.objects.get(role="digest")
    assert (by_digest.way, by_digest.read_at) == ("daily", by_digest.made_at)
    assert by_digest.letter_due_at > clock.now()
    assert not Concern.objects.exists()  # the acting transaction made no row for anybody


def test_the_acting_transaction_asks_the_same_for_ten_followers_and_for_none(
    forum, people, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    """Nothing that grows with the followers happens before commit."""
    counts = []
    thread = make_thread(forum, people["writer"])
    for _round in range(2):
        with django_capture_on_commit_callbacks(), django_assert_max_num_queries(60) as asked:
            make_post(thread, people["writer"])
        counts.append(len(asked.captured_queries))
        for _each in range(10):
            person = make_person()
            CircleMember.objects.create(circle=forum.members, person=person)
            conversations.follow(person=person, forum=forum, level=Level.EVERYTHING)
    assert counts[0] == counts[1]


def test_who_was_named_is_told_as_that_and_once(callbacks, forum, people):
    thread = said(callbacks, forum, people["everything"])
    mail.outbox.clear()
    with callbacks():
        make_post(thread, people["writer"], html="<p>As @Bo Assessor says</p>")
    assert Notification.objects.filter(person=people["everything"]).get().role == "mentioned"
    assert len(mail.outbox) == 1


def test_nothing_means_nothing(callbacks, forum, people):
    thread = said(callbacks, forum, people["writer"])
    Notification.objects.all().delete()
    mail.outbox.clear()
    for person in people.values():
        conversations.follow(person=person, thread=thread, level=Level.NOTHING)
        MailingList.objects.create(person=person, forum=forum)
    with callbacks():
        make_post(thread, people["writer"])
    assert roles() == {}


@pytest.mark.parametrize("change", ["removed", "muted", "hidden", "private", "taken away"])
def test_whoever_may_not_see_it_when_they_are_told_is_not_told(
    change, callbacks, forum, people, django_capture_on_commit_callbacks
):
    forum.audience = Audience.SIGNED_IN
    forum.save()
    bo = people["everything"]
    with django_capture_on_commit_callbacks() as later:
        thread = make_thread(forum, people["writer"])
    _happens(change, forum, bo, thread)
    with callbacks():
        for callback in later:
            callback()
    assert bo.name not in roles()
    assert mail.outbox == []


def _happens(change, forum, person, thread):
    if change == "removed":
        Forum.objects.filter(pk=forum.pk).update(audience=Audience.CIRCLE)
        CircleMember.objects.filter(circle=forum.members, person=person).delete()
    elif change == "private":
        CircleMember.objects.filter(circle=forum.members, person=person).delete()
        conversations.set_forum(forum=Forum.objects.get(pk=forum.pk), audience=Audience.CIRCLE)
    elif change == "muted":
        Measure.objects.create(forum=forum, kind=Measure.Kind.MUTE, person=person, reason="r")
    elif change == "hidden":
        thread.last_post.hidden_at = clock.now()
        thread.last_post.save()
    else:
        conversations.remove_post(post=thread.last_post, by=thread.started_by)


@pytest.mark.parametrize("change", ["removed", "muted", "hidden", "taken away"])
def test_whoever_may_not_see_it_when_the_letter_is_written_gets_no_letter(change, callbacks, forum, people):
    bo = people["everything"]
    actions.set_hours(person=bo, quiet_from=0, quiet_until=23)
    with clock.moved_to(parse_datetime("2026-11-04T12:00Z")):
        thread = said(callbacks, forum, people["writer"])
    assert Notification.objects.filter(person=bo).exists()
    _happens(change, forum, bo, thread)
    with clock.moved_to(parse_datetime("2026-11-04T23:05Z")), callbacks():
        letters.send_what_waited()
    assert mail.outbox == []
    assert not Notification.objects.filter(person=bo).exists()  # nor does it stand in the app any more


# Many, and a crash in the middle --------------------------------------------------------------------------------------


@pytest.fixture
def many(forum, monkeypatch):
    """Twenty-five followers, told in batches of ten."""
    monkeypatch.setattr(crowds, "A_BATCH", 10)
    made = [Person.objects.create(account=make_account(), name=f"Follower {number}") for number in range(25)]
    CircleMember.objects.bulk_create(CircleMember(circle=forum.members, person=person) for person in made)
    Following.objects.bulk_create(
        Following(person=person, forum=forum, level=Level.EVERYTHING) for person in made
    )
    return made


class PowerCut(BaseException):
    """The process dies here: nothing that catches errors catches this."""


def test_a_worker_that_dies_in_the_middle_is_followed_by_one_that_goes_on(
    callbacks, forum, people, many, monkeypatch
):
    whole = actions.tell_batch
    told = []

    def dying(**batch):
        if len(told) == 2:
            raise PowerCut
        told.append(len(batch["people"]))
        return whole(**batch)

    monkeypatch.setattr(actions, "tell_batch", dying)
    with pytest.raises(PowerCut), callbacks():
        make_thread(forum, people["writer"])
    telling = Telling.objects.get()
    before = set(Notification.objects.values_list("pk", flat=True))
    assert len(before) == telling.told == 20

    monkeypatch.setattr(actions, "tell_batch", whole)
    with clock.moved_to(clock.now() + timedelta(hours=1)):
        with callbacks():
            letters.tell_who_was_left()
        with callbacks():
            letters.send_what_was_left()
    assert before < set(Notification.objects.values_list("pk", flat=True))
    assert Notification.objects.filter(role="follower").count() == 26
    sent_to = [letter.to[0] for letter in mail.outbox]
    assert len(sent_to) == len(set(sent_to)) == 26
    telling.refresh_from_db()
    assert telling.finished_at is not None


def test_a_batch_that_is_told_twice_is_told_once(callbacks, forum, people, many):
    said(callbacks, forum, people["writer"])
    activity = Activity.objects.get(verb="thread.started")
    Telling.objects.update(stage=0, after=0, finished_at=None)
    with callbacks():
        letters.tell_crowd(activity.pk)
    assert Notification.objects.filter(activity=activity, role="follower").count() == 26
    assert len(mail.outbox) == 26


@pytest.mark.parametrize("number", [1, 30])
def test_a_batch_costs_the_same_whatever_its_size(
    number, forum, people, django_assert_num_queries, django_capture_on_commit_callbacks
):
    followers = [make_person() for _each in range(number)]
    for person in followers:
        CircleMember.objects.create(circle=forum.members, person=person)
    with django_capture_on_commit_callbacks():
        make_thread(forum, people["writer"])
    activity = Activity.objects.get()
    actions.begin_telling(activity=activity)
    telling = Telling.objects.get()
    ids = sorted(person.pk for person in followers)
    with django_capture_on_commit_callbacks(), django_assert_num_queries(12):
        actions.tell_batch(telling=telling, stage=1, role="follower", people=ids)
    assert Notification.objects.count() == number


# Digests of followers -------------------------------------------------------------------------------------------------


def test_a_digest_is_grouped_by_community_and_thread(callbacks, forum, people):
    with clock.moved_to(parse_datetime("2026-11-04T12:00Z")):
        thread = said(callbacks, forum, people["writer"])
        with callbacks():
            for number in range(7):
                make_post(thread, people["everything"], html=f"<p>Answer number {number}</p>")
            make_thread(forum, people["replies"], title="Another thing")
    mail.outbox.clear()
    with clock.moved_to(parse_datetime("2026-11-05T07:01Z")):
        for _twice in range(2):
            with callbacks():
                digests.gather()
                digests.send_what_was_left()
    (letter,) = mail.outbox
    assert letter.to == ["cy@example.org"]
    assert letter.subject == "Your day until 5 Nov 2026: 9 things are new"
    page = letter.alternatives[0].content
    assert page.index(f"<h2>{forum.title}") < page.index("Rubrics") < page.index("Answer number 3")
    assert page.index("and 3 more") < page.index("Another thing")
    assert f"/conversations/posts/{thread.posts.first().pk}" in page or "/conversations/" in page
    assert "Answer number 3" in letter.body


def test_what_was_taken_away_before_the_digest_is_not_in_it(callbacks, forum, people):
    with clock.moved_to(parse_datetime("2026-11-04T12:00Z")):
        thread = said(callbacks, forum, people["writer"])
        conversations.remove_post(post=thread.last_post, by=people["writer"])
    mail.outbox.clear()
    with clock.moved_to(parse_datetime("2026-11-05T07:01Z")), callbacks():
        digests.gather()
    assert mail.outbox == []


# Guests of events -----------------------------------------------------------------------------------------------------


def has_said(event, person, coming="yes"):
    for occurrence in event.occurrences.all():
        events.answer(occurrence=occurrence, person=person, coming=coming)


@pytest.mark.parametrize("change", ["cancelled", "changed", "moved", "one_cancelled"])
def test_guests_are_told_by_what_they_said(change, callbacks, ada, bo, cy, eve):
    community = make_community(ada, bo, eve, convener=cy)
    event = make_event(cy, community, repeats="weekly", times=2, capacity=1)
    for person, coming in ((ada, "yes"), (bo, "yes"), (eve, "no")):
        has_said(event, person, coming)
    Answer.objects.filter(person=ada).update(sent_as="request", sent_sequence=0)
    first = event.occurrences.get(number=1)
    with callbacks():
        match change:
            case "cancelled":
                events.cancel(event=event, by=cy, because="Snow")
            case "changed":
                events.change(event=event, by=cy, place="Room 7")
            case "moved":
                events.move_occurrence(
                    occurrence=first, by=cy, starts_at=first.starts_at + timedelta(hours=2)
                )
            case "one_cancelled":
                events.cancel_occurrence(occurrence=first, by=cy, because="Snow")
    assert roles() == {ada.name: "guest", bo.name: "waiting"}
    assert not Concern.objects.filter(activity__verb=f"event.{change}").exists()
    # One letter each: to a calendar that has it, and to whoever has nothing in theirs.
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ada@example.org", "bo@example.org"]


def test_whoever_has_no_letters_to_their_calendar_is_told_in_an_ordinary_one(callbacks, ada, bo, cy):
    event = make_event(cy, make_community(ada, bo, convener=cy))
    for person in (ada, bo):
        has_said(event, person)
    events.set_calendar_letters(person=ada, on=False)
    with callbacks():
        events.cancel(event=event, by=cy, because="Snow")
    assert roles() == {ada.name: "subscriber", bo.name: "guest"}
    [letter] = [each for each in mail.outbox if each.to == ["ada@example.org"]]
    assert "does not take place: Snow" in letter.subject
    assert "text/calendar" not in letter.message().as_string()


def test_the_recording_is_told_to_who_was_there_and_to_who_wanted_to(callbacks, ada, bo, cy, eve):
    event = make_event(cy, make_community(ada, bo, eve, convener=cy))
    occurrence = event.occurrences.get()
    for person in (ada, bo):
        has_said(event, person)
    with clock.moved_to(occurrence.ends_at + timedelta(hours=1)), callbacks():
        for person in (ada, eve):
            events.note_attendance(occurrence=occurrence, person=person, by=cy)
        events.keep_record(occurrence=occurrence, by=cy, notes="<p>We spoke.</p>")
    told = Notification.objects.filter(activity__verb="event.recorded")
    assert set(told.values_list("person__name", flat=True)) == {ada.name, bo.name, eve.name}


def guests_of(event, number):
    people = [make_person() for _each in range(number)]
    for circle in event.circles.all():
        CircleMember.objects.bulk_create(CircleMember(circle=circle, person=each) for each in people)
    occurrence = event.occurrences.get()
    Answer.objects.bulk_create(Answer(occurrence=occurrence, person=each, coming="yes") for each in people)
    return people


def test_cancelling_asks_the_same_for_forty_guests_and_for_none(
    cy, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    community = make_community(convener=cy)
    counts = []
    for number in (0, 40):
        event = make_event(cy, community)
        guests_of(event, number)
        with django_capture_on_commit_callbacks(), django_assert_max_num_queries(12) as asked:
            events.cancel(event=event, by=cy, because="Snow")
        counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]


def test_a_crash_in_the_middle_of_the_guests_tells_each_of_them_once(
    cy, monkeypatch, django_capture_on_commit_callbacks
):
    """Of what stands in the app and of the letters to calendars."""
    monkeypatch.setattr(crowds, "A_BATCH", 10)
    monkeypatch.setattr(event_tasks, "A_JOB", 10)
    event = make_event(cy, make_community(convener=cy))
    people = guests_of(event, 25)
    Answer.objects.update(sent_as="request", sent_sequence=0)
    with django_capture_on_commit_callbacks() as later:
        events.cancel(event=event, by=cy, because="Snow")
    whole, sent = actions.tell_batch, event_tasks._send
    dies = {"telling": 2, "sending": 13}

    def dying(part, function):
        def go(*given, **named):
            dies[part] -= 1
            if dies[part] == 0:
                raise PowerCut
            return function(*given, **named)

        return go

    monkeypatch.setattr(actions, "tell_batch", dying("telling", whole))
    monkeypatch.setattr(event_tasks, "_send", dying("sending", sent))
    activity = Activity.objects.get(verb="event.cancelled")
    with django_capture_on_commit_callbacks():
        actions.begin_telling(activity=activity)
    with pytest.raises(PowerCut):
        letters.tell_crowd(activity.pk)
    assert Notification.objects.count() == 10
    ids = [each.pk for each in people]
    event_tasks.invite_many(event.pk, ids[:10])
    with pytest.raises(PowerCut):
        event_tasks.invite_many(event.pk, ids[10:20])
    assert len(mail.outbox) == 12
    Answer.objects.update(claimed_until=None)  # as time would
    for _each in range(2):
        letters.tell_crowd(activity.pk)
        with django_capture_on_commit_callbacks(execute=True):
            event_tasks.invite_guests(event.pk)
    assert Notification.objects.count() == 25
    assert len(mail.outbox) == 25
    assert len({letter.to[0] for letter in mail.outbox}) == 25
    assert later
