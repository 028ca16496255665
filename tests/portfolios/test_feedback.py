import datetime as dt

import pytest
from django.urls import reverse

from collegium.activity.models import Activity, Concern
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.erasure import erasers
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.models import Feedback, FeedbackRequest, Share
from tests.factories import make_circle, make_person
from tests.portfolios.factories import make_meeting, make_pair, make_writing_group


def told(verb):
    return sorted(
        Concern.objects.filter(activity__verb=verb).values_list("person__name", "role"),
    )


@pytest.fixture
def draft(section_of, write):
    section = section_of("1a")
    write(section, "description")
    return section


@pytest.fixture
def asked(ada, bo, draft):
    until = clock.today() + dt.timedelta(days=5)
    return actions.ask_feedback(section=draft, by=ada, person=bo, until=until, words="Is it clear?")


# Asking ---------------------------------------------------------------------------------------------------------------


def test_asking_a_person_lets_them_read_for_a_time_and_tells_them(ada, bo, draft, asked):
    share = Share.objects.get(section=draft, person=bo)
    assert share.expires_at.date() == asked.until + dt.timedelta(days=14)
    assert told("feedback.asked") == [(bo.name, "reader")]
    assert queries.to_read(bo) == [asked]
    assert queries.to_read(ada) == []
    data = Activity.objects.get(verb="feedback.asked").data
    assert "Is it clear?" not in str(data)


def test_asking_a_circle_tells_its_members_and_a_large_one_nobody(ada, bo, cy, draft):
    actions.ask_feedback(section=draft, by=ada, circle=make_circle(ada, bo, cy))
    assert told("feedback.asked") == [(bo.name, "reader"), (cy.name, "reader")]
    crowd = make_circle(ada, *(make_person() for _ in range(31)), name="Crowd")
    request = actions.ask_feedback(section=draft, by=ada, circle=crowd)
    assert not Concern.objects.filter(activity__about_id=str(request.pk)).exists()


def test_whoever_may_read_for_longer_goes_on_doing_so(ada, bo, draft):
    actions.share_with_person(portfolio=draft.portfolio, person=bo, by=ada)
    actions.ask_feedback(section=draft, by=ada, person=bo, until=clock.today())
    assert list(Share.objects.values_list("expires_at", flat=True)) == [None]


@pytest.mark.parametrize("twice", ["person", "circle"])
def test_one_is_not_asked_twice_for_the_same(ada, bo, draft, twice):
    whom = {"person": bo} if twice == "person" else {"circle": make_circle(ada, bo)}
    first = actions.ask_feedback(section=draft, by=ada, **whom)
    with pytest.raises(Refusal, match="asked them for this already"):
        actions.ask_feedback(section=draft, by=ada, **whom)
    actions.end_request(request=first, by=ada)
    actions.ask_feedback(section=draft, by=ada, **whom)


def test_wrong_requests_are_refused(ada, bo, draft):
    circle = make_circle(bo)
    yesterday = clock.today() - dt.timedelta(days=1)
    for wrong in (
        {},
        {"person": bo, "circle": circle},
        {"person": ada},
        {"circle": circle},
        {"person": bo, "until": yesterday},
    ):
        with pytest.raises(Refusal):
            actions.ask_feedback(section=draft, by=ada, **wrong)
    assert not FeedbackRequest.objects.exists()
    assert not Share.objects.exists()


# Giving and thanking --------------------------------------------------------------------------------------------------


def test_given_thanked_and_told_once_each(ada, bo, draft, asked):
    actions.give_feedback(request=asked, words="Clear.", by=bo)
    given = actions.give_feedback(request=asked, words="Clear, and short.", by=bo)
    assert queries.to_read(bo) == []
    assert told("feedback.given") == [(ada.name, "writer")]
    actions.thank(feedback=given, by=ada, words="That helped.")
    actions.thank(feedback=given, by=ada, words="That helped a lot.")
    assert told("feedback.thanked") == [(bo.name, "reader")]
    assert Feedback.objects.get().thanks == "That helped a lot."


def test_empty_feedback_is_refused(bo, asked):
    with pytest.raises(Refusal):
        actions.give_feedback(request=asked, words="  ", by=bo)


def test_the_next_due_is_first_and_what_cannot_be_read_any_more_is_gone(
    ada, bo, draft, asked, section_of, write
):
    later = section_of("2a")
    write(later, "description")
    for section, days in ((later, 2), (section_of("2b"), None)):
        until = clock.today() + dt.timedelta(days=days) if days else None
        actions.ask_feedback(section=section, by=ada, person=bo, until=until)
    assert [each.section.key for each in queries.to_read(bo)] == ["2a", "1a", "2b"]
    actions.end_share(share=Share.objects.get(section=later), by=ada)
    assert [each.section.key for each in queries.to_read(bo)] == ["1a", "2b"]


# Who may --------------------------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing_and_a_reader_who_was_not_asked_gives_nothing(
    ada, bo, cy, eve, draft, asked, client_of
):
    actions.share_with_person(portfolio=draft.portfolio, person=cy, by=ada)
    where = reverse("portfolios:feedback_request", args=[asked.pk])
    for person in (eve, cy):
        assert client_of(person).get(where).status_code == 404
        assert client_of(person).post(where, {"words": "Hm"}).status_code == 404
    assert not rules.may_give_feedback(cy, asked)
    page = reverse("portfolios:feedback", args=[draft.portfolio_id, draft.pk])
    assert client_of(eve).get(page).status_code == 404
    assert client_of(bo).get(page).status_code == 403
    assert client_of(bo).post(page, {"person": "eve@example.org"}).status_code == 403


def test_only_the_writer_thanks_and_ends(ada, bo, asked, client_of):
    given = actions.give_feedback(request=asked, words="Clear.", by=bo)
    for name, pk in (("thank", given.pk), ("end_request", asked.pk)):
        where = reverse(f"portfolios:{name}", args=[pk])
        assert client_of(bo).post(where).status_code == 403
        assert client_of(ada).post(where).status_code == 302
    where = reverse("portfolios:feedback_request", args=[asked.pk])
    assert client_of(bo).post(where, {"words": "More"}).status_code == 403  # it has ended


def test_whoever_left_the_circle_is_asked_no_more(ada, bo, draft, client_of):
    circle = make_circle(ada, bo)
    request = actions.ask_feedback(section=draft, by=ada, circle=circle)
    assert queries.to_read(bo) == [request]
    circle.memberships.filter(person=bo).delete()
    assert queries.to_read(bo) == []
    assert client_of(bo).get(reverse("portfolios:feedback_request", args=[request.pk])).status_code == 404


def test_erasure_takes_what_one_asked_and_gave(ada, bo, asked):
    actions.give_feedback(request=asked, words="Clear.", by=bo)
    for erase in erasers():
        erase(bo)
    assert not Feedback.objects.exists()
    assert not FeedbackRequest.objects.exists()


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_whole_way_by_forms(ada, bo, draft, client_of):
    writer, reader = client_of(ada), client_of(bo)
    page = reverse("portfolios:feedback", args=[draft.portfolio_id, draft.pk])
    wrong = writer.post(page, {"person": "", "circle": ""})
    assert wrong.status_code == 422
    writer.post(page, {"person": "bo@example.org", "words": "Is it clear?"})
    request = FeedbackRequest.objects.get()
    assert "Is it clear?" in reader.get(reverse("portfolios:drafts")).content.decode()
    assert "Is it clear?" in reader.get(draft.get_absolute_url()).content.decode()
    where = reverse("portfolios:feedback_request", args=[request.pk])
    assert reader.post(where, {"words": ""}).status_code == 422
    assert reader.post(where, {"words": "Clear."}).status_code == 302
    assert "Clear." in writer.get(page).content.decode()
    writer.post(reverse("portfolios:thank", args=[Feedback.objects.get().pk]), {"words": "That helped."})
    assert "That helped." in reader.get(where).content.decode()
    assert "That helped." in reader.get(reverse("portfolios:drafts")).content.decode()


def test_home_says_what_waits(bo, asked, client_of):
    page = client_of(bo).get("/").content.decode()
    assert "A draft to read" in page


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "count"), [("drafts", 8), ("feedback", 11)])
def test_the_pages_ask_the_same_for_one_and_for_three(
    ada, bo, draft, section_of, client_of, django_assert_num_queries, page, count, number
):
    if page == "drafts":
        for key in ["1a", "2a", "2b"][:number]:
            actions.ask_feedback(section=section_of(key), by=ada, person=bo)
        client, where = client_of(bo), reverse("portfolios:drafts")
    else:
        for each in range(number):
            reader = make_person(name=f"Reader {each}")
            request = actions.ask_feedback(section=draft, by=ada, person=reader)
            actions.give_feedback(request=request, words="Clear.", by=reader)
        client, where = client_of(ada), reverse("portfolios:feedback", args=[draft.portfolio_id, draft.pk])
    client.get(where)
    with django_assert_num_queries(count):
        assert client.get(where).status_code == 200


# Until the meeting ----------------------------------------------------------------------------------------------------


@pytest.fixture
def group(ada, bo, cy, cmalt):
    return make_writing_group(cmalt, ada, bo, mentor=cy)


def test_one_step_shares_with_the_group_until_the_meeting_is_over(ada, bo, draft, group, client_of):
    make_meeting(group, draft.node, days=2, number=1)
    week = make_meeting(group, draft.node, days=9, number=2)
    where = reverse("portfolios:feedback", args=[draft.portfolio_id, draft.pk])
    assert "Share with the group until the meeting" in client_of(ada).get(where).content.decode()
    [offer] = queries.offers(ada, draft)
    assert offer.week.number == 1
    step = reverse("portfolios:until_meeting", args=[draft.portfolio_id, draft.pk])
    assert client_of(ada).post(step, {"week": week.pk}).status_code == 404  # not the next one
    client_of(ada).post(step, {"week": offer.week.pk})
    assert Share.objects.get().expires_at == offer.until
    assert rules.may_comment(bo, draft)
    with clock.moved_to(offer.until + dt.timedelta(minutes=1)):
        assert not rules.may_comment(bo, draft)


def test_the_critical_friend_of_the_meeting_is_asked_in_one_step_and_expects_the_draft(
    ada, bo, draft, group, client_of
):
    week = make_meeting(group, draft.node)
    make_pair(week, bo, ada)
    [expected] = queries.expected_of(bo)
    assert expected.writer == ada
    step = reverse("portfolios:until_meeting", args=[draft.portfolio_id, draft.pk])
    client_of(ada).post(step, {"week": week.pk, "ask": "1", "friend": bo.pk})
    request = FeedbackRequest.objects.get()
    assert (request.person, request.until) == (bo, week.meeting.ends_at.date())
    assert queries.expected_of(bo) == []


def test_a_cancelled_or_past_meeting_is_not_offered(ada, draft, group):
    week = make_meeting(group, draft.node)
    week.meeting.cancelled_at = clock.now()
    week.meeting.save()
    assert queries.offers(ada, draft) == []
    make_meeting(group, draft.node, days=-3, number=2)
    assert queries.offers(ada, draft) == []
