"""Badges for having taken part in a course, and for completing it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from collegium.activity.models import Activity
from collegium.courses.actions import enrolments
from collegium.courses.models import Enrolment, Iteration
from collegium.credentials import actions, baking, commands, contexts, tasks, verification
from collegium.credentials.models import CourseBadge
from collegium.credentials.panels import erase_course_badges, my_awards
from collegium.credentials.queries import issuing
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience
from tests.courses.factories import make_enrolment, make_iteration
from tests.factories import make_person

pytestmark = pytest.mark.django_db
DAY = datetime(2027, 3, 24, 12, tzinfo=UTC)
KINDS = CourseBadge.Kind


@pytest.fixture(autouse=True)
def _day():
    with clock.moved_to(DAY):
        yield


@pytest.fixture
def iteration(cy):
    return make_iteration(cy, weeks=4, title="Open Learning 2027", weeks_for_participation=2)


@pytest.fixture
def enrolment(iteration, ada):
    """Ada has marked two of the four weeks as done: enough to have taken part."""
    made = make_enrolment(iteration, ada)
    for week in iteration.weeks.order_by("number")[:2]:
        enrolments.plan_week(enrolment=made, week=week, by=ada, state="done")
    return enrolments.note_progress(made)


@pytest.fixture
def badge(enrolment):
    return actions.issue_course_badge(enrolment=enrolment, kind=KINDS.TOOK_PART)


def at(name, badge, **more):
    return reverse(f"credentials:{name}", kwargs={"public_id": badge.public_id, **more})


def page_of(response):
    return response.content.decode()


def checked(given):
    return verification.verify(given, fetch=issuing.fetch, at=clock.now())


# How it comes about ---------------------------------------------------------------------------------------------------


def test_taking_part_makes_a_badge_and_completing_another(enrolment, iteration, ada):
    tasks.issue_course_badge(enrolment.pk, "took_part")
    tasks.issue_course_badge(enrolment.pk, "completed")  # not so far yet
    assert [badge.kind for badge in ada.course_badges.all()] == [KINDS.TOOK_PART]
    for week in iteration.weeks.all():
        enrolments.plan_week(enrolment=enrolment, week=week, by=ada, state="done")
    enrolment = enrolments.note_progress(enrolment)
    tasks.issue_course_badge(enrolment.pk, "completed")
    completed = ada.course_badges.get(kind=KINDS.COMPLETED)
    assert (completed.title, completed.weeks, completed.weeks_in_all) == (
        "Completed “Open Learning 2027”",
        4,
        4,
    )


@pytest.mark.django_db(transaction=True)
def test_who_does_enough_finds_the_badge_made_in_the_background_once(iteration, ada):
    made = make_enrolment(iteration, ada)
    for week in iteration.weeks.order_by("number")[:3]:
        enrolments.plan_week(enrolment=made, week=week, by=ada, state="done")
    assert ada.course_badges.get().weeks == 2


def test_asked_again_it_is_the_same_badge_and_told_once(enrolment, badge):
    again = actions.issue_course_badge(enrolment=enrolment, kind=KINDS.TOOK_PART)
    assert (again.pk, again.document) == (badge.pk, badge.document)
    assert Activity.objects.filter(verb="badge.issued").count() == 1


def test_who_runs_a_course_gets_none_of_it(iteration, cy):
    enrolment = Enrolment.objects.get(iteration=iteration, person=cy)
    enrolment.took_part_at = clock.now()
    enrolment.save()
    assert actions.issue_course_badge(enrolment=enrolment, kind=KINDS.TOOK_PART) is None


def test_a_course_that_ends_or_is_cancelled_takes_no_badge_away(badge, iteration):
    Iteration.objects.filter(pk=iteration.pk).update(state=Iteration.State.CANCELLED)
    assert checked(contexts.write(badge.document)).holds is True


# What it says ---------------------------------------------------------------------------------------------------------


def test_it_says_what_was_asked_and_that_nothing_was_judged(badge):
    achievement = badge.document["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "Course"
    narrative = achievement["criteria"]["narrative"]
    assert "at least 2 of the 4 weeks" in narrative
    assert "- Theme 3" in narrative
    assert "Nobody has judged" in narrative
    assert "result" not in badge.document["credentialSubject"]
    assert "ada@example.org" not in json.dumps(badge.document)


def test_completion_has_the_type_of_the_standard(enrolment):
    Enrolment.objects.filter(pk=enrolment.pk).update(completed_at=clock.now())
    enrolment.refresh_from_db()
    badge = actions.issue_course_badge(enrolment=enrolment, kind=KINDS.COMPLETED)
    achievement = badge.document["credentialSubject"]["achievement"]
    assert achievement["achievementType"] == "CertificateOfCompletion"


def test_it_holds_by_itself_and_altered_it_does_not(badge):
    written = contexts.write(badge.document)
    assert checked(written).holds is True
    assert checked(written.replace("Ada Candidate", "Eve Candidate")).holds is False


def test_the_command_line_understands_it(badge, tmp_path):
    (tmp_path / "badge.json").write_text(contexts.write(badge.document))
    told = CliRunner().invoke(commands.verify, [str(tmp_path / "badge.json")])
    assert (told.exit_code, "Took part in “Open Learning 2027”: Ada Candidate" in told.output) == (0, True)


# Its page, and what can be taken along --------------------------------------------------------------------------------


def test_its_page_is_public_by_its_address_and_tells_no_search_engine(badge, client_of):
    response = client_of(None).get(badge.get_absolute_url())
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex"
    page = page_of(response)
    for words in ("Ada Candidate", "Took part in “Open Learning 2027”", "2 of 4 weeks", "Genuine"):
        assert words in page
    assert str(badge.credential_id) not in page


def test_a_closed_course_is_named_and_not_linked_for_who_may_not_see_it(
    badge, iteration, client_of, eve, ada
):
    Iteration.objects.filter(pk=iteration.pk).update(audience=Audience.CIRCLE)
    link = f'href="{iteration.get_absolute_url()}"'
    assert link not in page_of(client_of(eve).get(badge.get_absolute_url()))
    assert link in page_of(client_of(ada).get(badge.get_absolute_url()))


@pytest.mark.parametrize("form", ["json", "png", "svg"])
def test_only_its_holder_takes_it_along_and_it_holds_in_each_form(badge, client_of, ada, bo, cy, form):
    where = at("course_badge_file", badge, form=form)
    assert [client_of(person).get(where).status_code for person in (bo, cy)] == [403, 403]
    taken = client_of(ada).get(where)
    assert taken.status_code == 200
    assert checked(taken.content).holds is True


def test_its_picture_is_public_and_has_no_credential_in_it(badge, client_of):
    for form in ("png", "svg"):
        picture = client_of(None).get(at("course_badge_picture", badge, form=form))
        assert picture.status_code == 200
        assert b"proofValue" not in picture.content
    with pytest.raises(baking.NotBaked):
        baking.unbake_png(client_of(None).get(at("course_badge_picture", badge, form="png")).content)
    assert client_of(None).get(at("course_badge_picture", badge, form="gif")).status_code == 404


def test_programs_read_the_credential_and_people_are_led_to_its_page(badge, client_of):
    answer = client_of(None).get(badge.credential_address())
    assert answer.json() == badge.document
    led = client_of(None).get(badge.credential_address(), headers={"accept": "text/html"})
    assert led["Location"] == badge.get_absolute_url()


def test_the_verify_page_knows_it_as_a_file_and_by_the_address_of_its_page(badge, client_of, settings):
    answer = client_of(None).post(reverse("credentials:verify"), {"text": contexts.write(badge.document)})
    assert "Took part in “Open Learning 2027”" in page_of(answer)
    answer = client_of(None).post(
        reverse("credentials:verify"), {"address": f"{settings.SITE_URL}{badge.get_absolute_url()}"}
    )
    assert answer["Location"] == badge.get_absolute_url()


def test_it_stands_among_ones_own_credentials_and_on_no_list_of_others(badge, client_of, ada, bo):
    assert badge.title in page_of(client_of(ada).get(reverse("credentials:mine")))
    assert badge.title not in page_of(client_of(bo).get(reverse("credentials:mine")))
    assert badge.title in page_of(client_of(ada).get(ada.get_absolute_url()))
    assert badge.title not in page_of(client_of(bo).get(ada.get_absolute_url()))
    assert badge.holder_name not in page_of(
        client_of(None).get(f"{reverse('credentials:register')}?name=ada")
    )


def test_a_notification_leads_its_holder_there_and_nobody_else(badge, client_of, ada, bo):
    where = reverse("credentials:course_badge_number", kwargs={"badge_id": badge.pk})
    assert client_of(ada).get(where)["Location"] == badge.get_absolute_url()
    assert client_of(bo).get(where).status_code == 404


# Revoked, and gone ----------------------------------------------------------------------------------------------------


def test_who_facilitates_revokes_it_with_a_public_reason(badge, enrolment, client_of, ada, bo, cy):
    where = at("revoke_course_badge", badge)
    assert [client_of(person).get(where).status_code for person in (ada, bo, cy)] == [403, 403, 200]
    assert client_of(cy).post(where, {"reason": " "}).status_code == 422
    client_of(cy).post(where, {"reason": "Counted for somebody of the same name."})
    page = page_of(client_of(None).get(badge.get_absolute_url()))
    assert "Counted for somebody of the same name." in page
    report = checked(contexts.write(badge.document))
    assert report.holds is False
    again = actions.issue_course_badge(enrolment=enrolment, kind=KINDS.TOOK_PART)
    assert again.revoked_at is not None


def test_revoking_asks_for_who_may_and_why_and_twice_changes_nothing(badge, ada, cy):
    with pytest.raises(PermissionDenied):
        actions.revoke_course_badge(badge=badge, by=ada, reason="Mine.")
    with pytest.raises(Refusal):
        actions.revoke_course_badge(badge=badge, by=cy, reason="  ")
    first = actions.revoke_course_badge(badge=badge, by=cy, reason="Wrongly counted.")
    second = actions.revoke_course_badge(badge=badge, by=cy, reason="Another reason.")
    assert second.revoked_because == first.revoked_because == "Wrongly counted."


def test_it_can_be_taken_along_with_everything_and_goes_with_the_account(badge, ada):
    facts, files = my_awards(ada)
    assert badge.title in {fact["title"] for fact in facts}
    assert f"{badge.credential_id}.json" in {name for name, _content in files}
    document = contexts.write(badge.document)
    erase_course_badges(ada)
    assert not CourseBadge.objects.exists()
    assert checked(document).holds is True  # what she took along can still be checked


def test_ones_own_credentials_ask_the_same_for_one_and_for_three(client_of, cy, django_assert_num_queries):
    counts = []
    for number in (1, 3):
        person = make_person()
        for _each in range(number):
            made = make_enrolment(make_iteration(cy, weeks=1), person, took_part_at=clock.now())
            actions.issue_course_badge(enrolment=made, kind=KINDS.TOOK_PART)
        client = client_of(person)
        client.get(reverse("credentials:mine"))
        with django_assert_num_queries(6) as asked:
            client.get(reverse("credentials:mine"))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# On home ----------------------------------------------------------------------------------------------------------------


def test_home_says_for_two_weeks_that_a_badge_is_there(badge, ada, bo, client_of):
    address = badge.get_absolute_url()
    assert address in page_of(client_of(ada).get("/"))
    assert address not in page_of(client_of(bo).get("/"))
    with clock.moved_to(DAY + timedelta(days=15)):
        assert address not in page_of(client_of(ada).get("/"))


def test_a_revoked_badge_is_not_on_home(badge, ada, cy, client_of):
    actions.revoke_course_badge(badge=badge, by=cy, reason="Given by mistake.")
    assert "A badge for you" not in page_of(client_of(ada).get("/"))
