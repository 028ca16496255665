"""Who takes part: invented people, brought in by the actions that real ones use."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collegium.home.rehearsal.telling import Telling
from collegium.organisations import actions as organisations
from collegium.organisations.models import Organisation
from collegium.people import actions as people
from collegium.people.models import Person
from collegium.schemes import actions as schemes
from collegium.schemes.models import RoleHolding, Scheme

CANDIDATES = (
    ("Rowan Achterberg", "learning technologist"),
    ("Mirela Castellanos", "lecturer in languages"),
    ("Tomasz Ferreira", "practice educator"),
    ("Ingrid Owusu", "head of digital learning"),
    ("Pania Whitlock", "teacher of mathematics"),
    ("Dilys Baranov", "librarian for learning"),
    ("Kwame Lindgren", "educational developer"),
    ("Saoirse Delacroix", "lecturer in social work"),
)
ASSESSORS = (
    "Hana Marchetti",
    "Gareth Okonkwo",
    "Leila Sørensen",
    "Bram Tyrrell",
    "Noor Vandermeer",
    "Callum Iwasaki",
    "Eszter Quayle",
    "Yusuf Brannigan",
    "Freya Montague",
    "Joaquim Redpath",
)
REFEREES = (
    ("Professor Anneke Bellamy", "Head of department"),
    ("Dr Idris Kowalczyk", "Course leader"),
    ("Siobhan Achebe", "Colleague in the library"),
    ("Dr Petra Hollis", "Programme director"),
    ("Marcus Vell", "Colleague in the next office"),
    ("Dr Ruth Amankwah", "Lecturer who works with the candidate"),
)
HOME = "Harbourside College"
HOME_DOMAIN = "harbourside.example"
TOWN = "Portlanwick"


def mixed(names: Sequence[str], number: int) -> str:
    """The number-th name, and after the last one the same first and last names, paired anew."""
    again, at = divmod(number, len(names))
    first, last = names[at].split(" ", 1)[0], names[(at + again) % len(names)].split(" ", 1)[1]
    return f"{first} {last}"


def address(name: str, domain: str) -> str:
    letters = "".join(
        letter for letter in name.lower() if letter.isascii() and (letter.isalpha() or letter == " ")
    )
    return f"{'.'.join(letters.split())}@{domain}"


@dataclass
class Panel:
    """The assessors who hold one and the same award."""

    holds: str
    lead: Person
    seconds: list[Person] = field(default_factory=list)


@dataclass
class Cast:
    told: Telling
    scheme: Scheme
    country: str
    keeper: Person
    coordinator: Person
    colleague: Person  # an assessor of the candidates' own organisation
    unawarded: Person  # has the role, and holds no award that counts
    mentor: Person
    stranger: Person
    home: Organisation
    panels: dict[str, Panel] = field(default_factory=dict)
    judged_by: dict[str, str] = field(
        default_factory=dict
    )  # the award that judges a pathway hold, by the pathway
    used: int = 0  # names of assessors

    def introduce(self, name: str, *, domain: str = "elsewhere.example") -> Person:
        return introduced(self.told, name, domain=domain)

    def panel(self, holds: str, *, places: int, lead_after: int) -> Panel:
        """Enough assessors who hold this award: one more than there are places, in case somebody declines, and a third."""
        panel = self.panels.get(holds)
        if panel is None:
            panel = self.panels[holds] = Panel(holds, self._assessor(holds, earlier=lead_after))
            # Of an own organisation nobody else is in, so that no conflict is found where none is meant.
        while len(panel.seconds) < places + 2:
            panel.seconds.append(self._assessor(holds, earlier=0))
        return panel

    def panel_of(self, pathway: str) -> Panel:
        """Who judges this pathway, once they are gathered."""
        return self.panels[self.judged_by[pathway]]

    def _assessor(self, holds: str, *, earlier: int) -> Person:
        number, self.used = self.used, self.used + 1
        name = mixed(ASSESSORS, number)
        person = self.introduce(name)
        schemes.grant_role(
            scheme=self.scheme,
            person=person,
            kind=RoleHolding.Kind.ASSESSOR,
            by=self.coordinator,
            holds_pathway=holds,
            earlier_assessments=earlier,
        )
        return person

    def note_award(self, person: Person, holds: str) -> None:
        """An assessor whose award was made elsewhere holds it from now on here."""
        schemes.grant_role(
            scheme=self.scheme,
            person=person,
            kind=RoleHolding.Kind.ASSESSOR,
            by=self.coordinator,
            holds_pathway=holds,
        )


def introduced(told: Telling, name: str, *, domain: str) -> Person:
    email = address(name, domain)
    told.names[email] = name
    return people.sign_up(email=email, name=name, verified=True)


def assemble(told: Telling, scheme: Scheme, *, country: str) -> Cast:
    """Everybody but the candidates and the panels, with their roles and the organisation that candidates come from."""
    keeper_name = "Wren Abernathy"
    email = address(keeper_name, "rehearsal.example")
    told.names[email] = keeper_name
    keeper = people.sign_up(email=email, name=keeper_name, verified=True, is_site_administrator=True)
    coordinator = introduced(told, "Oriel Thackeray", domain="elsewhere.example")
    schemes.grant_role(scheme=scheme, person=coordinator, kind=RoleHolding.Kind.COORDINATOR, by=keeper)
    colleague = introduced(told, "Bethan Nakamura", domain=HOME_DOMAIN)
    home = organisations.found(name=HOME, country=country, by=colleague)
    domain = organisations.add_domain(organisation=home, domain=HOME_DOMAIN, by=colleague)
    organisations.verify_domain(email_domain=domain, by=keeper)
    cast = Cast(
        told=told,
        scheme=scheme,
        country=country,
        keeper=keeper,
        coordinator=coordinator,
        colleague=colleague,
        unawarded=introduced(told, "Aled Fontaine", domain="elsewhere.example"),
        mentor=introduced(told, "Imogen Castellano", domain="elsewhere.example"),
        stranger=introduced(told, "Vito Underhill", domain="elsewhere.example"),
        home=home,
    )
    for person in (cast.colleague, cast.unawarded):
        schemes.grant_role(scheme=scheme, person=person, kind=RoleHolding.Kind.ASSESSOR, by=coordinator)
    return cast
