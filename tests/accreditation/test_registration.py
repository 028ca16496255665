import datetime as dt

import pytest

from collegium.accreditation import actions
from collegium.accreditation.models import Registration
from collegium.activity.models import Activity, Concern
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.schemes.actions import answer_unset_rule
from collegium.schemes.models import Pathway
from tests.factories import make_coordinator

pytestmark = pytest.mark.django_db

DAY = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def fellow(load):
    version = load("advance-he-fellowship.yaml")
    return Pathway.objects.for_display().get(scheme_version=version, key="senior-fellow")


def test_the_scheme_says_how_long_it_is_valid(ada, pathway):
    with clock.moved_to(DAY):
        registration = actions.register(person=ada, pathway=pathway, by=ada)
    assert registration.valid_until == dt.date(2028, 3, 10)


def test_registering_twice_is_one_registration(ada, pathway):
    first = actions.register(person=ada, pathway=pathway, by=ada)
    assert actions.register(person=ada, pathway=pathway, by=ada) == first
    assert Registration.objects.count() == 1
    assert Activity.objects.filter(verb="registration.made").count() == 1


def test_an_earlier_version_takes_no_new_registrations(ada, pathway):
    pathway.scheme_version.is_current = False
    pathway.scheme_version.save()
    with pytest.raises(Refusal, match="takes no new registrations"):
        actions.register(person=ada, pathway=pathway, by=ada)


def test_where_validity_is_unset_no_day_is_invented_and_the_coordinator_is_asked(ada, cy, fellow):
    make_coordinator(cy, fellow.scheme_version.scheme)
    registration = actions.register(person=ada, pathway=fellow, by=ada)
    assert registration.valid_until is None
    assert Concern.objects.filter(activity__verb="registration.validity_asked", person=cy).exists()


def test_the_coordinators_answer_dates_what_was_registered_before(
    ada, cy, fellow, django_capture_on_commit_callbacks
):
    make_coordinator(cy, fellow.scheme_version.scheme)
    with clock.moved_to(DAY):
        registration = actions.register(person=ada, pathway=fellow, by=ada)
    with django_capture_on_commit_callbacks(execute=True):
        answer_unset_rule(
            scheme_version=fellow.scheme_version,
            path="rules/registration validity",
            answer="18 months",
            reason="As the institution does it.",
            by=cy,
        )
    registration.refresh_from_db()
    assert registration.valid_until == dt.date(2027, 9, 10)


# More time ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def registration(ada, pathway):
    with clock.moved_to(DAY):
        return actions.register(person=ada, pathway=pathway, by=ada)


def test_more_time_is_asked_and_granted(registration, ada, cy):
    extension = actions.ask_extension(
        registration=registration, by=ada, reason="Parental leave.", until=dt.date(2028, 9, 1)
    )
    actions.grant_extension(extension=extension, by=cy, answer="All the best to the three of you.")
    registration.refresh_from_db()
    assert registration.valid_until == dt.date(2028, 9, 1)
    with pytest.raises(Refusal, match="answered already"):
        actions.refuse_extension(extension=extension, by=cy, answer="No.")


def test_the_reason_stays_out_of_the_log(registration, ada):
    actions.ask_extension(
        registration=registration, by=ada, reason="A secret illness.", until=dt.date(2028, 9, 1)
    )
    assert "secret" not in str(list(Activity.objects.values_list("data", flat=True)))


@pytest.mark.parametrize(
    ("reason", "until", "words"),
    [
        ("", dt.date(2028, 9, 1), "why you need more time"),
        ("Leave.", dt.date(2028, 3, 10), "a day after the one"),
    ],
)
def test_more_time_that_cannot_be_asked_for(registration, ada, reason, until, words):
    with pytest.raises(Refusal, match=words):
        actions.ask_extension(registration=registration, by=ada, reason=reason, until=until)


def test_one_question_at_a_time(registration, ada):
    actions.ask_extension(registration=registration, by=ada, reason="Leave.", until=dt.date(2028, 9, 1))
    with pytest.raises(Refusal, match="asked already"):
        actions.ask_extension(registration=registration, by=ada, reason="Leave.", until=dt.date(2028, 9, 2))


def test_a_refusal_of_more_time_says_why(registration, ada, cy):
    extension = actions.ask_extension(
        registration=registration, by=ada, reason="Leave.", until=dt.date(2028, 9, 1)
    )
    with pytest.raises(Refusal, match="Say why"):
        actions.refuse_extension(extension=extension, by=cy, answer=" ")
    actions.refuse_extension(extension=extension, by=cy, answer="The scheme ends before.")
    registration.refresh_from_db()
    assert registration.valid_until == dt.date(2028, 3, 10)
