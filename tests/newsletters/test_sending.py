"""Saying when an issue goes out; freezing it; letters that go once each, whatever happens in between."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, IntegrityError, transaction

from collegium.activity.models import Activity
from collegium.ecology.actions import river
from collegium.ecology.models import Flow
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, sending, tasks, tokens
from collegium.newsletters.models import Delivery, Entry, Issue, Section, Subscription
from collegium.notifications.models import Bounce, Notification
from collegium.people.models import Audience, CircleMember
from tests.ecology.factories import make_item, make_source
from tests.factories import make_person
from tests.newsletters.factories import entries_of, make_issue, make_newsletter, make_subscription

pytestmark = pytest.mark.django_db


class Server(EmailBackend):
    """A mail server that can be away, refuse one reader, or die; it counts how often it was called."""

    opened = 0
    away = False
    refuses: dict[str, int] = {}
    hangs_up_at = ""
    is_open = False

    def open(self):
        if Server.away:
            raise OSError("nobody answers")
        if self.is_open:
            return False
        Server.opened += 1
        self.is_open = True
        return True

    def close(self):
        self.is_open = False

    def send_messages(self, messages):
        for message in messages:
            (to,) = message.to
            if to in Server.refuses:
                raise smtplib.SMTPRecipientsRefused({to: (Server.refuses[to], b"no")})
            if to == Server.hangs_up_at:
                Server.hangs_up_at = ""
                raise smtplib.SMTPServerDisconnected("hung up")
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{Server.__module__}.Server"
    Server.opened, Server.away, Server.refuses, Server.hangs_up_at = 0, False, {}, ""
    return Server


@pytest.fixture
def issue(newsletter, cy):
    return make_issue(newsletter, cy, words="Good morning, everybody.")


def send(issue, by, happens) -> Issue:
    with happens():
        actions.send_now(issue=issue, by=by)
    issue.refresh_from_db()
    return issue


def sent_to() -> list[str]:
    return sorted(letter.to[0] for letter in mail.outbox)


def states(issue) -> list[str]:
    return list(Delivery.objects.filter(issue=issue).order_by("pk").values_list("state", flat=True))


# When -----------------------------------------------------------------------------------------------------------------


def test_nothing_goes_before_its_hour_and_all_of_it_then(newsletter, issue, cy, happens):
    reader = make_subscription(newsletter)
    with happens():
        actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(days=2))
    tasks.send_due()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SCHEDULED
    assert mail.outbox == []
    with clock.moved_to(clock.now() + timedelta(days=2, seconds=1)), happens():
        tasks.send_due()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT
    assert sent_to() == [reader.email]
    assert Activity.objects.get(verb="newsletter.begun").data["letters"] == 1


def test_it_can_be_held_back_and_scheduled_anew_and_edited_until_then(newsletter, issue, cy, happens):
    make_subscription(newsletter)
    at = clock.now() + timedelta(hours=1)
    actions.schedule(issue=issue, by=cy, at=at)
    section = issue.sections.get(kind="from_editors")
    actions.change_section(section=section, by=cy, body="<p>Changed at the last minute.</p>")
    actions.unschedule(issue=issue, by=cy)
    with clock.moved_to(at + timedelta(minutes=1)), happens():
        tasks.send_due()
        assert mail.outbox == []
        actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(minutes=1))
    with clock.moved_to(at + timedelta(minutes=3)), happens():
        tasks.send_due()
    assert "Changed at the last minute." in mail.outbox[0].body


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"at": -timedelta(minutes=2)}, "passed"),
        ({"at": timedelta(days=400)}, "more than a year"),
    ],
)
def test_an_hour_that_is_none(issue, cy, change, words):
    with pytest.raises(Refusal, match=words):
        actions.schedule(issue=issue, by=cy, at=clock.now() + change["at"])


def test_an_empty_issue_does_not_go(newsletter, cy):
    issue = make_issue(newsletter, cy)
    Entry.objects.filter(issue=issue).update(is_cut=True)
    with pytest.raises(Refusal, match="Nothing stands in it"):
        actions.send_now(issue=issue, by=cy)


def test_what_is_left_empty_at_its_hour_is_held_back_and_its_editors_are_told(
    newsletter, community, cy, happens
):
    item = make_item(make_source(community.ecology), title="The only thing")
    with clock.moved_to(clock.now() + timedelta(seconds=1)):
        issue = make_issue(newsletter, cy)
    make_subscription(newsletter)
    actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(hours=1))
    river.hide(flow=Flow.objects.get(item=item), by=cy)
    with clock.moved_to(clock.now() + timedelta(hours=2)), happens():
        tasks.send_due()
    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT
    assert Notification.objects.filter(person=cy, activity__verb="newsletter.not_sent").exists()
    assert [letter.to for letter in mail.outbox] == [[cy.account.email]]


# Frozen ---------------------------------------------------------------------------------------------------------------


def test_what_went_out_is_frozen_under_its_hash(newsletter, issue, cy, happens):
    make_subscription(newsletter)
    send(issue, cy, happens)
    assert sending.is_as_sent(issue)
    assert issue.sha256 == sending.seal(issue.title, issue.html, issue.text)
    assert "Good morning, everybody." in issue.html
    for change in (
        lambda: actions.rename_issue(issue=issue, by=cy, title="Otherwise"),
        lambda: actions.add_section(issue=issue, by=cy, kind="feature"),
        lambda: actions.change_section(section=issue.sections.first(), by=cy, body="<p>Otherwise.</p>"),
        lambda: actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(hours=1)),
        lambda: actions.redraft(issue=issue, by=cy),
        lambda: actions.discard_issue(issue=issue, by=cy),
        lambda: actions.send_test(issue=issue, by=cy),
    ):
        with pytest.raises(Refusal, match="does not change any more"):
            change()
    assert sending.render(issue).html == issue.html
    Issue.objects.filter(pk=issue.pk).update(html=issue.html.replace("Good", "Bad"))
    issue.refresh_from_db()
    assert not sending.is_as_sent(issue)


def test_the_database_knows_no_issue_that_went_out_without_words(issue):
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(state="sent", begun_at=clock.now())


def test_what_was_edited_while_it_was_written_is_written_again(newsletter, issue, cy, happens):
    actions.send_now(issue=issue, by=cy)
    issue.refresh_from_db()
    written = sending.frozen(issue)
    actions.change_section(section=issue.sections.first(), by=cy, body="<p>Better words.</p>")
    assert not actions.begin_sending(issue=issue, frozen=written)
    with happens():
        tasks.begin(issue.pk)
    issue.refresh_from_db()
    assert "Better words." in issue.html


def test_what_may_not_be_shown_any_more_is_left_out_when_it_goes(newsletter, community, issue, cy, happens):
    item = make_item(make_source(community.ecology), title="Hidden at the last minute")
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        actions.redraft(issue=issue, by=cy)
    assert len(entries_of(issue, "river")) == 1
    river.hide(flow=Flow.objects.get(item=item), by=cy)
    make_subscription(newsletter)
    send(issue, cy, happens)
    assert "last minute" not in issue.html + mail.outbox[0].body
    assert entries_of(issue, "river") == []


def test_an_issue_goes_out_once_however_often_it_is_begun(newsletter, issue, cy, happens):
    make_subscription(newsletter)
    send(issue, cy, happens)
    with happens():
        tasks.begin(issue.pk)
        tasks.send(issue.pk)
        tasks.send_due()
        tasks.send_what_was_left()
    assert len(mail.outbox) == 1
    with pytest.raises(Refusal):
        actions.send_now(issue=issue, by=cy)


# To whom --------------------------------------------------------------------------------------------------------------


def test_it_goes_to_those_who_confirmed_each_with_their_own_link(newsletter, issue, cy, ada, happens):
    known = make_subscription(newsletter, person=ada)
    readers = [make_subscription(newsletter) for _each in range(3)]
    make_subscription(newsletter, state="asked", confirmed_at=None)
    make_subscription(newsletter, state="ended", ended_at=clock.now(), ended_how="link")
    make_subscription(make_newsletter())
    send(issue, cy, happens)
    assert sent_to() == sorted(each.email for each in [known, *readers])
    assert issue.letters == 4
    stops = set()
    for letter in mail.outbox:
        stop = letter.extra_headers["List-Unsubscribe"].strip("<>")
        assert stop in letter.body
        assert stop in letter.alternatives[0].content
        assert tokens.read_to_end(stop.rstrip("/").rpartition("/")[2]).email == letter.to[0]
        assert "\ue000" not in letter.body + letter.alternatives[0].content
        stops.add(stop)
    assert len(stops) == 4


def test_the_headers_of_a_list(newsletter, issue, cy, happens, settings):
    reader = make_subscription(newsletter)
    send(issue, cy, happens)
    letter = mail.outbox[0]
    delivery = Delivery.objects.get()
    site = settings.SITE_URL
    headers = dict(letter.extra_headers)
    assert headers.pop("List-Unsubscribe").startswith(f"<{site}/newsletters/unsubscribe/")
    assert headers.pop("From", "") in {"", settings.DEFAULT_FROM_EMAIL}
    host = site.partition("://")[2].partition(":")[0]
    assert headers == {
        "Message-ID": f"<issue-{issue.pk}.{delivery.pk}@{host}>",
        "List-Id": f'"Weekly news" <weekly-news.newsletters.{host}>',
        "List-Archive": f"<{site}/newsletters/weekly-news/>",
        "Archived-At": f"<{site}/newsletters/weekly-news/1/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert letter.subject == f"Weekly news: {issue.title}"
    assert letter.to == [reader.email]


def test_who_may_not_read_it_any_more_gets_nothing(community, ada, bo, cy, happens):
    community.ecology.audience = Audience.CIRCLE
    community.ecology.save()
    newsletter = make_newsletter(community, audience=Audience.CIRCLE)
    for person in (ada, bo):
        make_subscription(newsletter, person=person)
    make_subscription(newsletter)  # whose account is gone
    gone = make_person(email="gone@example.org")
    CircleMember.objects.create(circle=community.circle, person=gone)
    make_subscription(newsletter, person=gone)
    gone.account.is_active = False
    gone.account.save()
    CircleMember.objects.filter(circle=community.circle, person=bo).delete()
    issue = send(make_issue(newsletter, cy, words="Among us."), cy, happens)
    assert sent_to() == [ada.account.email]
    assert sorted(states(issue)) == ["not_wanted", "not_wanted", "not_wanted", "sent"]


def test_nothing_goes_where_letters_came_back_or_to_who_ended_it_meanwhile(
    newsletter, issue, cy, happens, server
):
    stopped, ended, stays = (make_subscription(newsletter) for _each in range(3))
    Bounce.objects.create(address=stopped.email, stopped_at=clock.now())
    server.away = True
    with pytest.raises(OSError, match="nobody answers"), happens():
        actions.send_now(issue=issue, by=cy)
    server.away = False
    actions.unsubscribe(token=tokens.to_end(ended))
    with clock.moved_to(clock.now() + timedelta(hours=1)), happens():
        tasks.send_what_was_left()
    assert sent_to() == [stays.email]
    assert states(issue) == ["not_wanted", "not_wanted", "sent"]


def test_a_trial_goes_to_the_editor_alone(newsletter, issue, cy, happens):
    make_subscription(newsletter)
    with happens():
        actions.send_test(issue=issue, by=cy)
    assert sent_to() == [cy.account.email]
    assert mail.outbox[0].subject == f"Trial: Weekly news: {issue.title}"
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
    assert "\ue000" not in mail.outbox[0].body


# Faults ---------------------------------------------------------------------------------------------------------------


def test_many_letters_go_over_one_connection_for_each_claim(
    newsletter, issue, cy, happens, server, monkeypatch
):
    monkeypatch.setattr(sending, "A_CLAIM", 4)
    for _each in range(10):
        make_subscription(newsletter)
    send(issue, cy, happens)
    assert len(mail.outbox) == 10
    assert server.opened == 3


def test_where_the_mail_server_is_away_all_go_later_and_once(newsletter, issue, cy, happens, server):
    for _each in range(3):
        make_subscription(newsletter)
    server.away = True
    with pytest.raises(OSError, match="nobody answers"), happens():
        actions.send_now(issue=issue, by=cy)
    assert mail.outbox == []
    assert states(issue) == ["owed"] * 3
    assert not Delivery.objects.filter(claimed_until__isnull=False).exists()
    assert sorted(Delivery.objects.values_list("tries", flat=True)) == [0, 0, 1]
    server.away = False
    with happens():
        tasks.send_what_was_left()
    assert len(mail.outbox) == 2  # what failed waits a while
    issue.refresh_from_db()
    with clock.moved_to(clock.now() + timedelta(minutes=6)), happens():
        tasks.send_what_was_left()
    assert len(sent_to()) == len(set(sent_to())) == 3
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT


def test_one_hang_up_costs_nobody_a_letter(newsletter, issue, cy, happens, server):
    readers = [make_subscription(newsletter) for _each in range(5)]
    server.hangs_up_at = readers[2].email
    with pytest.raises(OSError, match="hung up"), happens():
        actions.send_now(issue=issue, by=cy)
    with clock.moved_to(clock.now() + timedelta(minutes=6)), happens():
        tasks.send_what_was_left()
    assert sent_to() == sorted(each.email for each in readers)


def test_a_reader_whom_the_mail_server_refuses_for_good_gets_no_more(newsletter, issue, cy, happens, server):
    gone, full, stays = (make_subscription(newsletter) for _each in range(3))
    server.refuses = {gone.email: 550, full.email: 452}
    send(issue, cy, happens)
    assert sent_to() == [stays.email]
    assert states(issue) == ["bounced", "owed", "sent"]
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT  # the one is tried on
    tasks.end_what_came_back()
    gone.refresh_from_db()
    assert (gone.state, gone.ended_how) == ("ended", "bounced")
    full.refresh_from_db()
    assert full.state == Subscription.State.CONFIRMED
    server.refuses = {}
    with clock.moved_to(clock.now() + timedelta(hours=1)), happens():
        tasks.send_what_was_left()
    assert sent_to() == sorted([stays.email, full.email])


def test_after_some_days_it_is_given_up(newsletter, issue, cy, happens, server):
    reader = make_subscription(newsletter)
    server.refuses = {reader.email: 450}
    send(issue, cy, happens)
    moment = clock.now()
    for _each in range(20):
        moment += timedelta(hours=7)
        Bounce.objects.all().delete()
        with clock.moved_to(moment), happens():
            tasks.send_what_was_left()
    assert states(issue) == ["failed"]
    assert Delivery.objects.get().tries == 12


def test_a_claim_that_its_worker_died_with_runs_out(newsletter, issue, cy, happens):
    for _each in range(2):
        make_subscription(newsletter)
    actions.send_now(issue=issue, by=cy)
    tasks.begin(issue.pk)
    assert len(actions.claim_deliveries(issue_id=issue.pk, most=1)) == 1
    with happens():
        tasks.send_what_was_left()
    assert len(mail.outbox) == 1
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENDING
    Delivery.objects.filter(state="owed").update(claimed_until=clock.wall() - timedelta(seconds=1))
    with happens():
        tasks.send_what_was_left()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT
    assert len(set(sent_to())) == 2


def test_an_issue_without_readers_is_sent_all_the_same(newsletter, issue, cy, happens):
    send(issue, cy, happens)
    tasks.send_what_was_left()
    issue.refresh_from_db()
    assert issue.state == Issue.State.SENT


CLAIMING, A_LETTER = 6, 3


@pytest.mark.parametrize("number", [1, 5])
def test_a_claim_asks_the_same_few_things_for_one_and_for_five(
    newsletter, issue, cy, django_assert_num_queries, number
):
    for _each in range(number):
        make_subscription(newsletter)
    actions.send_now(issue=issue, by=cy)
    tasks.begin(issue.pk)
    issue = Issue.objects.select_related("newsletter__ecology").get(pk=issue.pk)
    with django_assert_num_queries(CLAIMING + A_LETTER * number):
        sending.send_some(issue)


# Withdrawn ------------------------------------------------------------------------------------------------------------


def test_a_withdrawn_issue_says_why_and_what_is_still_owed_does_not_go(newsletter, issue, cy, happens):
    for _each in range(2):
        make_subscription(newsletter)
    actions.send_now(issue=issue, by=cy)
    tasks.begin(issue.pk)
    with pytest.raises(Refusal, match="Say why"):
        actions.withdraw(issue=issue, by=cy, because=" ")
    with happens():
        actions.withdraw(issue=issue, by=cy, because="A name stood in it by mistake.")
        tasks.send(issue.pk)
    assert mail.outbox == []
    assert states(issue) == ["not_wanted"] * 2
    issue.refresh_from_db()
    assert issue.withdrawn_because == "A name stood in it by mistake."
    assert sending.is_as_sent(issue)
    assert not Issue.objects.out().filter(pk=issue.pk).exists()
    with pytest.raises(Refusal):
        actions.withdraw(issue=issue, by=cy, because="Again.")


def test_a_draft_is_not_withdrawn_and_nobody_else_withdraws(issue, cy, ada):
    for by in (cy, ada):
        with pytest.raises(Refusal):
            actions.withdraw(issue=issue, by=by, because="No.")


def test_a_closed_newsletter_sends_nothing(newsletter, issue, cy):
    actions.schedule(issue=issue, by=cy, at=clock.now() + timedelta(hours=1))
    actions.close_newsletter(newsletter=newsletter, by=cy)
    issue.refresh_from_db()
    assert issue.state == Issue.State.DRAFT
    with pytest.raises(Refusal, match="closed"):
        actions.send_now(issue=issue, by=cy)


def test_nothing_is_half_frozen_if_the_database_fails(newsletter, issue, cy, monkeypatch):
    make_subscription(newsletter)
    actions.send_now(issue=issue, by=cy)
    issue.refresh_from_db()
    written = sending.frozen(issue)

    def fails(*_rows, **_options):
        raise DatabaseError("away")

    monkeypatch.setattr(Delivery.objects, "bulk_create", fails)
    with pytest.raises(DatabaseError):
        actions.begin_sending(issue=issue, frozen=written)
    issue.refresh_from_db()
    assert (issue.state, issue.sha256) == (Issue.State.SCHEDULED, "")
    assert Section.objects.filter(issue=issue).exists()
