"""Registering, asking for more time, and naming referees."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.models import Extension, Referee, Registration
from collegium.accreditation.queries import portfolio_for
from collegium.accreditation.terms import Terms, decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.design.filters import day_in_words
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio
from collegium.schemes.documents.values import UNSET, Referees, Relation
from collegium.schemes.models import Pathway, RoleHolding
from collegium.schemes.queries import coordinators

PAGE = "accreditation:registration"
ASK_AGAIN_AFTER = dt.timedelta(hours=20)  # a referee is not written to more than once a day

REGISTERED = verb(
    "registration.made",
    history=gettext_lazy("%(actor)s registered for %(pathway)s"),
    tells={
        "coordinator": Told(gettext_lazy("%(actor)s has registered for %(pathway)s."), PAGE, by_email=False)
    },
)
VALIDITY_ASKED = verb(
    "registration.validity_asked",
    history=gettext_lazy("The coordinator was asked how long a registration for %(pathway)s is valid"),
    tells={
        "coordinator": Told(
            gettext_lazy(
                "The scheme has not said how long a registration for %(pathway)s is valid, and somebody has registered. "
                "Please answer that on the page of the scheme."
            ),
            PAGE,
        )
    },
)
VALIDITY_SET = verb(
    "registration.validity_set",
    history=gettext_lazy("It is valid until %(until)s, by the coordinator's answer"),
    tells={
        "candidate": Told(
            gettext_lazy("Your registration for %(pathway)s is valid until %(until)s."), PAGE, by_email=False
        )
    },
)
EXTENSION_ASKED = verb(
    "registration.extension_asked",
    history=gettext_lazy("%(actor)s asked for time until %(until)s"),
    tells={
        "coordinator": Told(
            gettext_lazy(
                "%(actor)s asks for more time for %(pathway)s, until %(until)s. The reason is with it."
            ),
            PAGE,
        )
    },
)
EXTENDED = verb(
    "registration.extended",
    history=gettext_lazy("It was extended until %(until)s"),
    tells={
        "candidate": Told(
            gettext_lazy("You have more time: your registration for %(pathway)s is valid until %(until)s."),
            PAGE,
        )
    },
)
EXTENSION_REFUSED = verb(
    "registration.extension_refused",
    history=gettext_lazy("More time was not granted"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Your registration for %(pathway)s could not be extended. The coordinator says why."
            ),
            PAGE,
        )
    },
)
REFEREE_NAMED = verb("referee.named", history=gettext_lazy("%(actor)s named a referee"))
REFEREE_ASKED_AGAIN = verb("referee.asked_again", history=gettext_lazy("%(actor)s asked a referee again"))
REFEREE_DROPPED = verb("referee.dropped", history=gettext_lazy("%(actor)s took back the naming of a referee"))
REFERENCE_GIVEN = verb(
    "referee.answered",
    history=gettext_lazy("A referee wrote a statement"),
    tells={
        "candidate": Told(
            gettext_lazy("A referee has written a statement for your %(pathway)s portfolio."), PAGE
        )
    },
)
REFERENCE_DECLINED = verb(
    "referee.declined",
    history=gettext_lazy("A referee could not write"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "One of your referees for %(pathway)s can't write this time. Please name somebody else."
            ),
            PAGE,
        )
    },
)


def day_for(person: Person | None, day: dt.date) -> str:
    """A day as a sentence about it says it, in the language of whom it is for."""
    with translation.override((person.language if person else "") or settings.LANGUAGE_CODE):
        return day_in_words(day)


@transaction.atomic
def register(*, person: Person, pathway: Pathway, by: Person) -> Registration:
    """Registering again while a registration is open gives that one. Valid for as long as the scheme says; where it
    has not said, no day is set, and its coordinators are asked.
    """
    standing = Registration.objects.filter(person=person, pathway=pathway, ended_at__isnull=True).first()
    if standing is not None:
        return standing
    if (
        not pathway.scheme_version.is_current
        and not Portfolio.objects.filter(owner=person, pathway=pathway).exists()
    ):
        raise Refusal(
            _("This version of the scheme takes no new registrations: register on its present version.")
        )
    terms = terms_of(pathway)
    try:
        with transaction.atomic():
            registration = Registration.objects.create(
                person=person, pathway=pathway, valid_until=_valid_until(terms, clock.today())
            )
    except IntegrityError:  # the same moment, from another tab
        return Registration.objects.get(person=person, pathway=pathway, ended_at__isnull=True)
    told = [(coordinator, "coordinator") for coordinator in coordinators(registration.scheme)]
    data = {"pathway": pathway.title}
    record(REGISTERED, by=by, about=registration, concerns=told, data=data)
    if terms.rules.registration_validity.value is UNSET:
        others = [(coordinator, role) for coordinator, role in told if coordinator.pk != person.pk]
        record(VALIDITY_ASKED, by=None, about=registration, concerns=others, data=data)
    return registration


def _valid_until(terms: Terms, start: dt.date) -> dt.date | None:
    validity = terms.rules.registration_validity.value
    return validity.after(start) if validity is not UNSET and validity is not None else None


@transaction.atomic
def set_validity(*, registration: Registration) -> None:
    """Once the coordinator has said how long a registration is valid: from the day it was made. Does nothing else."""
    if registration.valid_until is not None or not registration.is_open:
        return
    until = _valid_until(terms_of(registration.pathway), clock.today())
    if until is None:
        return
    validity = decided(terms_of(registration.pathway).rules.registration_validity)
    if validity is None:
        return
    registration.valid_until = validity.after(registration.registered_at.date())
    registration.save(update_fields=["valid_until"])
    record(
        VALIDITY_SET,
        by=None,
        about=registration,
        concerns=[(registration.person, "candidate")],
        data={
            "pathway": registration.pathway.title,
            "until": day_for(registration.person, registration.valid_until),
        },
    )


# More time ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(*, registration: Registration, by: Person, reason: str, until: dt.date) -> Extension:
    if not registration.is_open:
        raise Refusal(_("This registration has ended, so there is nothing to extend."))
    if registration.valid_until is None:
        raise Refusal(_("This registration has no last day, so there is nothing to extend."))
    if terms_of(registration.pathway).rules.registration_extension.value is None:
        raise Refusal(_("This scheme does not extend registrations."))
    if not reason.strip():
        raise Refusal(_("Say in a few words why you need more time. Only the coordinator reads it."))
    if until <= max(registration.valid_until, clock.today()):
        raise Refusal(_("Choose a day after the one that your registration is valid until."))
    if registration.extensions.filter(granted_at__isnull=True, refused_at__isnull=True).exists():
        raise Refusal(_("You have asked already, and the coordinator has not answered yet."))
    extension = Extension.objects.create(registration=registration, reason=reason.strip(), until=until)
    record(
        EXTENSION_ASKED,
        by=by,
        about=registration,
        concerns=[(person, "coordinator") for person in coordinators(registration.scheme)],
        data={"pathway": registration.pathway.title, "until": day_for(None, until)},
    )
    return extension


@transaction.atomic
def grant_extension(
    *, extension: Extension, by: Person, answer: str = "", until: dt.date | None = None
) -> None:
    """``until`` other than asked for is the coordinator's own choice."""
    extension = _unanswered(extension)
    registration = extension.registration
    extension.until = until or extension.until
    extension.granted_at, extension.answered_by, extension.answer = clock.now(), by, answer.strip()
    extension.save()
    registration.valid_until = extension.until
    registration.save(update_fields=["valid_until"])
    record(
        EXTENDED,
        by=by,
        about=registration,
        concerns=[(registration.person, "candidate")],
        data={
            "pathway": registration.pathway.title,
            "until": day_for(registration.person, extension.until),
        },
    )


@transaction.atomic
def refuse_extension(*, extension: Extension, by: Person, answer: str) -> None:
    extension = _unanswered(extension)
    if not answer.strip():
        raise Refusal(_("Say why: the candidate has told you their reason, too."))
    extension.refused_at, extension.answered_by, extension.answer = clock.now(), by, answer.strip()
    extension.save()
    record(
        EXTENSION_REFUSED,
        by=by,
        about=extension.registration,
        concerns=[(extension.registration.person, "candidate")],
        data={"pathway": extension.registration.pathway.title},
    )


def _unanswered(extension: Extension) -> Extension:
    held = Extension.objects.select_for_update().get(pk=extension.pk)
    if not held.is_open:
        raise Refusal(_("This has been answered already."))
    return held


# Referees -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def name_referee(
    *,
    registration: Registration,
    name: str,
    email: str,
    position: str = "",
    by: Person,
    portfolio: Portfolio | None = None,
) -> Referee:
    """They get a letter with a signed link. ``portfolio`` is the draft they read; the one edited last if not given."""
    asked_for = decided(terms_of(registration.pathway).rules.referees)
    if asked_for is None:
        raise Refusal(_("This scheme does not ask for referees."))
    standing = list(registration.referees.select_for_update())
    active = [referee for referee in standing if referee.declined_at is None]
    if len(active) >= asked_for.number:
        raise Refusal(
            _(
                "You have named as many as the scheme asks for. Take one back first, if they have not answered."
            )
        )
    email = email.strip().lower()
    if any(referee.email.lower() == email for referee in standing):
        raise Refusal(_("You have asked this person already."))
    portfolio = portfolio or portfolio_for(registration)
    if portfolio is None:
        raise Refusal(_("Begin your portfolio first: a referee reads your draft before writing."))
    known = Person.objects.filter(account__email__iexact=email).first()
    _refuse_relation(registration, portfolio, asked_for, known)
    referee = Referee.objects.create(
        registration=registration,
        name=name.strip(),
        email=email,
        position=position.strip(),
        person=known,
        portfolio=portfolio,
    )
    record(REFEREE_NAMED, by=by, about=registration, data={"referee": referee.pk})
    return referee


def _refuse_relation(
    registration: Registration, portfolio: Portfolio, asked_for: Referees, known: Person | None
) -> None:
    if known is None:
        return
    if known.pk == registration.person_id:
        raise Refusal(_("You can't be your own referee."))
    ruled_out = asked_for.may_not_be
    if Relation.MENTOR in ruled_out and portfolio.mentor_id == known.pk:
        raise Refusal(_("Your mentor can't be your referee in this scheme."))
    if (
        Relation.ASSESSOR in ruled_out
        and RoleHolding.objects.filter(
            scheme=registration.scheme,
            person=known,
            kind=RoleHolding.Kind.ASSESSOR,
            withdrawn_at__isnull=True,
        ).exists()
    ):
        raise Refusal(_("An assessor of this scheme can't be your referee."))


@transaction.atomic
def ask_referee_again(*, referee: Referee, by: Person) -> None:
    """A new letter with a new link; the older link goes on working until it expires."""
    if not referee.is_waiting:
        raise Refusal(_("They have answered already."))
    if referee.asked_at > clock.now() - ASK_AGAIN_AFTER:
        raise Refusal(_("They were written to today. Give them a little time."))
    referee.asked_at = clock.now()
    referee.save(update_fields=["asked_at"])
    record(REFEREE_ASKED_AGAIN, by=by, about=referee.registration, data={"referee": referee.pk})


@transaction.atomic
def drop_referee(*, referee: Referee, by: Person) -> None:
    if referee.answered_at is not None:
        raise Refusal(_("They have written their statement already, so it stays."))
    record(REFEREE_DROPPED, by=by, about=referee.registration)
    referee.delete()


@transaction.atomic
def give_reference(*, referee: Referee, statement: str) -> None:
    """By whoever has the signed link. Once given it does not change."""
    referee = _waiting(referee)
    if not statement.strip():
        raise Refusal(_("Please write a few sentences."))
    referee.statement, referee.answered_at = statement.strip(), clock.now()
    referee.save(update_fields=["statement", "answered_at"])
    _record_answer(referee, given=True)


@transaction.atomic
def decline_reference(*, referee: Referee) -> None:
    referee = _waiting(referee)
    referee.declined_at = clock.now()
    referee.save(update_fields=["declined_at"])
    _record_answer(referee, given=False)


def _waiting(referee: Referee) -> Referee:
    held = Referee.objects.select_for_update().get(pk=referee.pk)
    if held.answered_at is not None:
        raise Refusal(_("Your statement is here already. Thank you!"))
    if held.declined_at is not None:
        raise Refusal(_("You have said that you can't write this time."))
    if not held.registration.is_open:
        raise Refusal(
            _("This has been decided meanwhile, so no statement is needed. Thank you all the same.")
        )
    return held


def _record_answer(referee: Referee, *, given: bool) -> None:
    registration = referee.registration
    record(
        REFERENCE_GIVEN if given else REFERENCE_DECLINED,
        by=None,
        about=registration,
        concerns=[(registration.person, "candidate")],
        data={"pathway": registration.pathway.title},
    )
