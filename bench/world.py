"""A database of a chosen size, with rows like those that people make. Size 1 is a small group; 100 an association."""

import random
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Model

from bench.copying import multiply, settle
from collegium.activity.models import Activity, Concern
from collegium.credentials import actions as credentials
from collegium.credentials import names
from collegium.credentials.models import Award, AwardStatus, RegisterName
from collegium.evidence import actions as evidence_actions
from collegium.evidence.models import Alignment, Evidence
from collegium.foundation import clock
from collegium.notifications.models import Notification
from collegium.people.models import Account, Audience, Person
from collegium.people.words import WORDS as WORDS_OF_PEOPLE
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Part, Portfolio, Revision, Section
from collegium.schemes import actions as schemes
from collegium.schemes.models import Pathway, SchemeVersion

PEOPLE = 100
EVIDENCE_EACH = 12
ACTIVITIES_EACH = 20
WORDS = """
lecture seminar placement feedback recording caption quiz portfolio cohort module reflection practice library learner
accessibility transcript discussion assessment rubric workshop colleague question example evidence change
""".split()  # noqa: SIM905  # a list of words reads best as words
COUNTRIES = ["GB", "IE", "AU", "NZ", "HK", "DE", "NL", "ZA"]


def sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=words)).capitalize() + "."


def paragraph(chance: random.Random) -> str:
    return "".join(f"<p>{' '.join(sentence(chance, 14) for _ in range(4))}</p>" for _ in range(3))


def in_bulk(model: type[Model], rows: list[Any]) -> list[Any]:
    return model._default_manager.bulk_create(rows, batch_size=500)


def build(size: int) -> dict[str, str]:
    """Fills the database; returns the addresses and the session that the measuring needs."""
    chance = random.Random(7)  # noqa: S311  # the same world each time
    version = schemes.load_file(settings.SCHEMES_DIRECTORY / "cmalt.yaml")
    pathway = version.pathways.get(key="cmalt")
    people = _people(chance, PEOPLE)
    _activity(chance, people)
    _evidence(chance, people, version)
    _portfolios(chance, people[1:], pathway)
    _awards(chance, people, pathway)
    multiply(GROUP, size)
    for _done in WORDS_OF_PEOPLE.rebuild():
        pass
    settle()
    return _one_who_is_measured(chance, people[0], pathway)


# What a group of people has, in the order in which it may be copied; and of each, what must differ between two groups.
GROUP: dict[type[Model], dict[str, str]] = {
    Account: {"email": "{column} || '.' || copies.n"},
    Person: {"name": "{column} || '-' || copies.n"},
    Activity: {},
    Concern: {},
    Notification: {},
    Evidence: {},
    Alignment: {},
    Portfolio: {},
    Section: {},
    Part: {},
    Revision: {},
    Award: {
        "public_id": "{uuid}",
        "holder_name": "{column} || '-' || copies.n",
        "sort_name": "{column} || '-' || copies.n",
    },
    AwardStatus: {},
    RegisterName: {"text": "{column} || '-' || copies.n"},
}


def _people(chance: random.Random, number: int) -> list[Person]:
    accounts = in_bulk(Account, [Account(email=f"p{n}@bench.example", password="!") for n in range(number)])  # noqa: S106  # no password
    return in_bulk(
        Person,
        [
            Person(
                account=account,
                name=f"{sentence(chance, 1)[:-1]} {sentence(chance, 1)[:-1]} {n}",
                country=chance.choice(COUNTRIES),
            )
            for n, account in enumerate(accounts)
        ],
    )


def _activity(chance: random.Random, people: list[Person]) -> None:
    moment = clock.now()
    made = in_bulk(
        Activity,
        [
            Activity(
                verb="evidence.captured",
                actor=person,
                about_kind="evidence.evidence",
                about_id=str(n),
                at=moment - timedelta(minutes=n),
                data={"title": sentence(chance, 4)},
                handed_over_at=moment,
            )
            for person in people
            for n in range(ACTIVITIES_EACH)
        ],
    )
    concerned = [(activity, chance.choice(people)) for activity in made[::4]]
    in_bulk(
        Concern, [Concern(activity=activity, person=person, role="owner") for activity, person in concerned]
    )
    in_bulk(
        Notification,
        [
            Notification(activity=activity, person=person, role="owner", read_at=moment)
            for activity, person in concerned
        ],
    )


def _evidence(chance: random.Random, people: list[Person], version: SchemeVersion) -> None:
    nodes = list(version.framework.nodes.filter(assessed=True))
    made = in_bulk(
        Evidence,
        [
            Evidence(
                owner=person,
                title=sentence(chance, 5),
                kind=chance.choice(Evidence.Kind.values),
                description=sentence(chance, 20),
                impact=sentence(chance, 20),
                happened_on=clock.today() - timedelta(days=chance.randrange(900)),
                body=paragraph(chance),
            )
            for person in people
            for _ in range(EVIDENCE_EACH)
        ],
    )
    in_bulk(Alignment, [Alignment(evidence=piece, node=chance.choice(nodes), strength=2) for piece in made])


def _portfolios(chance: random.Random, people: list[Person], pathway: Pathway) -> None:
    """One is begun as people do; the others copy its rows, or ten thousand of them would take the evening."""
    pattern = portfolios.begin(by=people[0], pathway=pathway)
    sections = list(pattern.sections.all())
    components = {section.pk: list(section.parts.values_list("component", flat=True)) for section in sections}
    made = in_bulk(
        Portfolio,
        [Portfolio(owner=person, pathway=pathway, title=sentence(chance, 3)) for person in people[1:]],
    )
    model = type(sections[0])
    begun = in_bulk(
        model,
        [
            model(portfolio=portfolio, node_id=section.node_id, instance=section.instance)
            for portfolio in made
            for section in sections
        ],
    )
    of_node = {(section.node_id, section.instance): components[section.pk] for section in sections}
    parts = in_bulk(
        Part,
        [
            Part(section=section, component=component, html=paragraph(chance), words=168, revision=1)
            for section in begun
            for component in of_node[section.node_id, section.instance]
        ],
    )
    in_bulk(Revision, [Revision(part=part, number=1, html=part.html, words=168) for part in parts[::10]])


def _awards(chance: random.Random, people: list[Person], pathway: Pathway) -> None:
    today = clock.today()
    scheme = pathway.scheme_version.scheme
    made = in_bulk(
        Award,
        [
            Award(
                person=person,
                pathway=pathway,
                scheme=scheme,
                title=pathway.title,
                holder_name=person.name,
                sort_name=names.folded(person.name),
                holder_country=person.country,
                post_nominals=pathway.post_nominals,
                valid_from=today - timedelta(days=chance.randrange(900)),
                valid_until=today + timedelta(days=chance.randrange(1, 900)),
            )
            for person in people
        ],
    )
    in_bulk(AwardStatus, [AwardStatus(award=award, state=Award.State.ACTIVE) for award in made])
    in_bulk(
        RegisterName,
        [
            RegisterName(award=award, text=text)
            for award in made
            for text in names.rotations(award.holder_name)
        ],
    )


def _one_who_is_measured(chance: random.Random, person: Person, pathway: Pathway) -> dict[str, str]:
    portfolio = portfolios.begin(by=person, pathway=pathway)
    sections = list(portfolio.sections.order_by("node__position"))
    for section in sections:
        for part in section.parts.all():
            portfolios.write(
                section=section,
                component=part.component,
                html=paragraph(chance),
                on_revision=part.revision,
                by=person,
            )
    for n in range(15):
        piece = evidence_actions.capture(
            by=person, title=sentence(chance, 4), body=paragraph(chance), audience=Audience.PUBLIC
        )
        portfolios.place(section=sections[1 + n % (len(sections) - 2)], evidence=piece, by=person)
    portfolios.publish(portfolio=portfolio, by=person, slug="measured", licence="CC-BY-4.0")
    award = Award.objects.get(person=person)
    credential = credentials.issue(award=award)
    return {
        "session": signed_in(person),
        "section": sections[1].get_absolute_url(),
        "award": award.get_absolute_url(),
        "credential": f"/credentials/{credential.public_id}",
        "name": person.name.split()[0],
    }


def signed_in(person: Person) -> str:
    """The key of a session."""
    session = SessionStore()
    account = person.account
    assert account is not None  # made above
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)
