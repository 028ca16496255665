"""The years of the demo world, lived through in a minute.

Nothing here writes to the database by itself: each step is an action that people use, done at its moment on a moved
clock, with what follows from it (notifications, letters, awards) done at once. So the demo is also a test.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile

from collegium.accreditation import actions as accreditation
from collegium.accreditation.models import Assignment, Registration, Submission
from collegium.accreditation.queries.areas import Area, areas_to_judge
from collegium.accreditation.terms import terms_of
from collegium.conversations import actions as conversations
from collegium.conversations.models import Forum
from collegium.credentials import actions as credentials
from collegium.credentials.models import Award
from collegium.evidence import actions as evidence
from collegium.evidence.models import Alignment, Evidence
from collegium.foundation import clock, files, http
from collegium.home.blogs.serving import Blogs, Server
from collegium.home.world import (
    crowd,
    ecology,
    faces,
    gatherings,
    making,
    newsletters,
    open_course,
    talk,
    words,
    writing_groups,
)
from collegium.home.world.years import FOUNDED, Advance, Plain, World
from collegium.notifications import actions as notifications
from collegium.organisations import actions as organisations
from collegium.people import actions as people
from collegium.people.models import Audience, Person
from collegium.people.queries import FACE
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Portfolio, Section
from collegium.schemes import actions as schemes
from collegium.schemes import queries as scheme_queries
from collegium.schemes.models import Node, RoleHolding

SCHEMES = ("cmalt", "cmalt-australasia", "advance-he-fellowship")
READ_UNTIL = 12  # days ago: older notifications have been read
ZONES = {
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "NZ": "Pacific/Auckland",
    "AU": "Australia/Sydney",
    "HK": "Asia/Hong_Kong",
    "ZA": "Africa/Johannesburg",
    "JO": "Asia/Amman",
    "CA": "America/Toronto",
    "GR": "Europe/Athens",
    "DE": "Europe/Berlin",
}
STRENGTHS = {
    "directly": Alignment.Strength.DIRECTLY,
    "primarily": Alignment.Strength.PRIMARILY,
    "may_also": Alignment.Strength.MAY_ALSO,
}
LEVELS = {"s": "strong", "a": "adequate", "i": "inadequate"}
OUTCOMES = {"referral": "refer"}


def load(advance: Advance, *, blogs: Blogs | None = None) -> None:
    """Build the world in an empty database. ``advance`` is told how many steps are done, of how many, and what is on.

    ``blogs`` are served already; without them some are for as long as this takes.
    """
    if blogs is None:
        with _blogs() as served:
            load(advance, blogs=served)
        return
    with _at_once():
        world = World(advance, blogs)
        blogs.first_day = world.day(world.begun)
        for plan in (
            plan_people,
            plan_schemes,
            plan_elsewhere,
            plan_written,
            plan_awards,
            crowd.plan_participants,
            gatherings.plan_communities,
            open_course.plan_open_course,
            writing_groups.plan_groups,
            talk.plan_talk,
            ecology.plan_ecology,
            newsletters.plan_newsletter,
        ):
            plan(world)
        world.at(READ_UNTIL, "Reading what was new", partial(read_what_was_new, world))
        world.at(0, "Looking at links", partial(look_at_links, world))
        world.live()


@contextmanager
def _blogs() -> Iterator[Blogs]:
    blogs = Blogs.of(Path(settings.DATA_DIRECTORY), near=8700)
    blogs.hub = settings.SITE_URL
    before = settings.COLLEGIUM_HTTP_TEST_HOSTS
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [*before, *blogs.hosts]
    try:
        with Server(blogs):
            yield blogs
    finally:
        settings.COLLEGIUM_HTTP_TEST_HOSTS = before


@contextmanager
def _at_once() -> Iterator[None]:
    """What follows from an action is done before the next one, as if no time had passed in between."""
    before = settings.BACKGROUND
    settings.BACKGROUND = "immediate"
    try:
        yield
    finally:
        settings.BACKGROUND = before


# People and organisations -----------------------------------------------------------------------------------------


def plan_people(world: World) -> None:
    listed = words.read("people")
    joined = _days_joined()
    by_key = {person["key"]: person for person in listed}
    world.at(FOUNDED, "The first administrator", partial(sign_up, world, by_key["ingrid"]))
    for organisation in words.read("organisations"):
        coordinators = [by_key[key] for key in organisation["coordinators"]]
        for person in coordinators:
            world.at(FOUNDED - 1, person["name"], partial(sign_up, world, person))
        world.at(FOUNDED - 2, organisation["name"], partial(found_organisation, world, organisation))
    world.joined.update(joined)
    first = {"ingrid", *(key for each in words.read("organisations") for key in each["coordinators"])}
    for person in listed:
        if person["key"] not in first:
            world.at(joined[person["key"]], person["name"], partial(sign_up, world, person))


def _days_joined() -> dict[str, float]:
    """Each person comes some days before the first thing that they do."""
    stories = words.read("stories")
    days: dict[str, float] = {}

    def no_later(who: str, day: float) -> None:
        days[who] = max(days.get(who, 0), day)

    for role in stories["roles"]:
        no_later(role["who"], FOUNDED - 4)
    for story in stories["elsewhere"]:
        no_later(story["who"], story["registered"] + 6)
    for who, story in stories["written"].items():
        no_later(who, max(story.get("registered", 0), story["writes"][0]) + 5)
    return {person["key"]: days.get(person["key"], 90) for person in words.read("people")}


def sign_up(world: World, known: Plain) -> None:
    person = people.sign_up(
        email=known["email"],
        name=known["name"],
        verified=True,
        is_site_administrator=known["key"] == "ingrid",
        time_zone=ZONES[known["country"]],
    )
    world.people[known["key"]] = person
    world.blogs.people[known["key"]] = person.get_absolute_url()
    orcid = known.get("orcid")
    people.edit_profile(
        person=person,
        by=person,
        pronouns=known["pronouns"],
        role=known["role"],
        town=known["place"].partition(",")[0],
        country=known["country"],
        languages=list(known["languages"]),
        specialisms=list(known["specialisms"]),
        links=[{"title": link["label"], "url": link["url"]} for link in known["links"]],
        orcid=orcid["id"] if orcid else "",
        biography=known["bio"].strip(),
    )
    portrait = files.store_bytes(faces.portrait(known["key"], known["face"]), name=f"{known['key']}.png")
    people.set_photo(person=person, by=person, photo=portrait)
    files.thumbnail(
        portrait, FACE
    )  # shown sixty at a time on the page of the cast: not to be drawn there first
    people.set_field_audience(person=person, by=person, **_audiences(known["key"]))
    if known["organisation"] in world.organisations:
        _join(world, known, person)


def _audiences(key: str) -> dict[str, str]:
    """Holders and coordinators are open about themselves, most people are among themselves, a few keep to themselves."""
    if key in {"nadia", "liam", "jarrah", "hazel"}:
        return {"name": Audience.CIRCLE, "photo": Audience.CIRCLE, "role": Audience.CIRCLE}
    open_to = (
        Audience.PUBLIC
        if key in {"maeve", "hinemoa", "ailsa", "margaret", "philippa", "wiremu", "bronwen", "layla"}
        else Audience.SIGNED_IN
    )
    fields = ("name", "photo", "role", "organisations", "place", "languages", "specialisms", "biography")
    own = {"pronouns": Audience.SIGNED_IN, "links": open_to, "orcid": open_to}
    return {**dict.fromkeys(fields, open_to), **own}


def _join(world: World, known: Plain, person: Person) -> None:
    """Most belong by their address; who has an address elsewhere is invited."""
    organisation = world.organisations[known["organisation"]]
    if organisation.memberships.filter(person=person).exists():
        return
    host = world.people[_coordinator_of(known["organisation"])]
    invitation = organisations.invite(organisation=organisation, email=known["email"], by=host)
    organisations.accept_invitation(invitation=invitation, by=person)


def _coordinator_of(organisation: str) -> str:
    return next(
        str(each["coordinators"][0]) for each in words.read("organisations") if each["key"] == organisation
    )


def found_organisation(world: World, known: Plain) -> None:
    founder = world.people[known["coordinators"][0]]
    organisation = organisations.found(
        name=known["name"],
        country=known["country"],
        by=founder,
        slug=known["key"],
        website=f"https://www.{known['domains'][0]}",
    )
    world.organisations[known["key"]] = organisation
    for domain in known["domains"]:
        named = organisations.add_domain(organisation=organisation, domain=domain, by=founder)
        organisations.verify_domain(email_domain=named, by=world.people["ingrid"])


# Schemes ------------------------------------------------------------------------------------------------------------


def library() -> Path:
    """The schemes that come with the package: beside it in a clone, inside it when installed."""
    package = Path(__file__).resolve().parents[2]
    return next(
        path for path in (package / "schemes" / "library", package.parent / "schemes") if path.is_dir()
    )


def plan_schemes(world: World) -> None:
    stories = words.read("stories")
    for key in SCHEMES:
        world.at(FOUNDED - 3, f"Loading {key}", partial(load_scheme, world, key))
    for role in stories["roles"]:
        world.at(
            role.get("from", FOUNDED - 6),
            f"{role['who']} in {role['scheme']}",
            partial(give_role, world, role),
        )
    for answer in stories["answers"]:
        world.at(answer["at"], answer["path"], partial(answer_rule, world, answer))


def load_scheme(world: World, key: str) -> None:
    world.versions[key] = schemes.load_file(library() / f"{key}.yaml", by=world.people["ingrid"])


def give_role(world: World, role: Plain) -> None:
    scheme = world.versions[role["scheme"]].scheme
    coordinators = scheme_queries.coordinators(scheme)
    schemes.grant_role(
        scheme=scheme,
        person=world.people[role["who"]],
        kind=RoleHolding.Kind(role["kind"]),
        by=coordinators[0] if coordinators else None,
        holds_pathway=role.get("holds", ""),
        earlier_assessments=role.get("led_before", 0),
    )


def answer_rule(world: World, answer: Plain) -> None:
    schemes.answer_unset_rule(
        scheme_version=world.versions[answer["scheme"]],
        path=answer["path"],
        answer=answer["answer"],
        reason=words.read("judgements")["coordinator"]["unset"]["reason"],
        by=world.people[answer["by"]],
    )


def read_what_was_new(world: World) -> None:
    """Notifications and conversations, by those who look in now and then: all of the cast."""
    for key, person in world.people.items():
        notifications.read(person=person)
        if key not in world.circle:
            for forum in Forum.objects.filter(members__memberships__person=person):
                conversations.read_all(person=person, forum=forum)


def look_at_links(world: World) -> None:
    for piece in world.evidence.values():
        if piece.url:
            evidence.note_link(evidence=piece, found=http.check(piece.url))


# Evidence -----------------------------------------------------------------------------------------------------------


def capture(world: World, key: str, *, done: float, scheme: str, node: str | None) -> Evidence:
    """Once: as it is shown first, aligned to that section and to whatever else it speaks for."""
    if key in world.evidence:
        return world.evidence[key]
    piece: Plain = words.read("evidence")[key]
    owner = world.people[words.owner_of(key, piece)]
    made = making.make(key, piece, by=f"{owner.name}, {owner.role}")
    happened = (world.now - dt.timedelta(days=done + 30 * int(piece.get("when", 1)))).date()
    body = str(piece.get("body", ""))
    captured = evidence.capture(
        by=owner,
        title=piece["title"],
        kind=piece["kind"],
        url=piece.get("url", ""),
        upload=ContentFile(made.content, name=made.name) if made else None,
        body=body if body.startswith("<") or not body else f"<p>{body}</p>",
        description=piece.get("what", ""),
        impact=piece.get("impact", ""),
        happened_on=min(happened, clock.today()),
        alt_text=piece.get("alt", ""),
        said_by=piece.get("said_by", ""),
        access=piece.get("access", ""),
        audience=_audience(piece.get("audience", "private")),
        people_shown=[dict(shown) for shown in piece.get("shown") or ()],
    )
    world.evidence[key] = captured
    targets = world.targets(scheme)
    strengths = {targets[code]: int(STRENGTHS[how]) for code, how in (piece.get("also") or {}).items()}
    if node in targets and not str(node).startswith("account"):
        strengths[targets[str(node)]] = int(Alignment.Strength.DIRECTLY)
    if strengths:
        evidence.realign(evidence=captured, by=owner, strengths=strengths)
    return captured


def _audience(word: str) -> str:
    return Audience.SIGNED_IN if word == "signed-in" else Audience(word)


# Portfolios written here --------------------------------------------------------------------------------------------


def plan_written(world: World) -> None:
    for who, story in words.read("stories")["written"].items():
        plan_writing(world, who, story)
        if "submitted" in story:
            plan_accreditation(world, who, story)
    placed = {
        key
        for text in words.portfolios().values()
        for each in _all_sections(text)
        for key in words.shown_in(each)
    }
    for key, piece in words.read("evidence").items():
        if key not in placed:
            who = words.owner_of(key, piece)
            scheme = words.portfolios()[who]["scheme"]
            day = (
                min(30 * float(piece.get("when", 1)), words.read("stories")["written"][who]["writes"][0])
                - 0.6
            )
            world.at(
                max(day, 0.2),
                piece["title"],
                partial(capture, world, key, done=0, scheme=scheme, node=None),
            )


def _all_sections(text: Plain) -> Iterable[Plain]:
    return [*text["sections"], *text.get("revised", ())]


def plan_writing(world: World, who: str, story: Plain) -> None:
    text = words.portfolios()[who]
    name = text["title"]
    begun, ended = story["writes"]
    if "registered" in story:
        world.at(story["registered"], f"{name}: registering", partial(register, world, who, text))
    world.at(begun, f"{name}: beginning", partial(begin, world, who, text, story))
    span = (begun - ended) / max(len(text["sections"]), 1)
    done = story.get("submitted", 0)
    seen: dict[str, int] = {}
    for number, section in enumerate(text["sections"]):
        code = str(section["code"])
        seen[code] = seen.get(code, 0) + 1
        world.at(
            begun - span * number - 0.4,
            f"{name}: {section.get('title') or code}",
            partial(write_section, world, who, section, seen[code], done),
        )
    for number, section in enumerate(text.get("revised", ())):
        start, end = story["revises"]
        step = (start - end) / len(text["revised"])
        world.at(
            start - step * number,
            f"{name}: revising {section['code']}",
            partial(write_section, world, who, section, 1, story.get("resubmitted", 0)),
        )
    for reader in story.get("shared_with", ()):
        world.at(ended + 4.0, f"{name}: sharing", partial(share, world, who, reader))
    if "declared" in story:
        world.at(story["declared"], f"{name}: declaring", partial(declare, world, who, story))
    if extension := story.get("extension"):
        plan_extension(world, who, extension)


def register(world: World, who: str, text: Plain) -> None:
    person = world.people[who]
    world.registrations[who] = accreditation.register(
        person=person, pathway=world.pathway(text["scheme"], text["pathway"]), by=person
    )


def begin(world: World, who: str, text: Plain, story: Plain) -> None:
    person = world.people[who]
    portfolio = portfolios.begin(
        by=person, pathway=world.pathway(text["scheme"], text["pathway"]), title=text["title"]
    )
    world.portfolios[who] = portfolio
    if "target" in story:
        target = (world.now - dt.timedelta(days=story["target"])).date()
        portfolios.change_details(portfolio=portfolio, title=portfolio.title, target_date=target, by=person)
    if "mentor" in story:
        portfolios.set_mentor(portfolio=portfolio, mentor=world.people[story["mentor"]], by=person)


def write_section(world: World, who: str, written: Plain, instance: int, done: float) -> None:
    person, portfolio = world.people[who], world.portfolios[who]
    code = str(written["code"])
    scheme = words.portfolios()[who]["scheme"]
    section = _section(portfolio, code, instance, person)
    if written.get("title"):
        portfolios.name_section(section=section, title=written["title"], by=person)
    if written.get("dimensions"):
        wanted = [world.targets(scheme)[dimension] for dimension in written["dimensions"]]
        portfolios.tag(section=section, nodes=[node for node in wanted if isinstance(node, Node)], by=person)
    for key in words.shown_in(written):
        capture(world, key, done=done, scheme=scheme, node=code)
    there = {part.component: part for part in section.parts.all()}
    for component, text in words.parts(written):
        name = component if component in there else _fallback(component, there)
        if name is None:
            continue
        html = words.html(text, lambda key: world.evidence[key].pk)
        if name != component:  # a framework without this component: the words stand where they fit
            html = there[name].html + html
        there[name] = portfolios.write(
            section=section, component=name, html=html, on_revision=there[name].revision, by=person
        )


def _fallback(component: str, there: Mapping[str, object]) -> str | None:
    wanted = ("reflection", "description", "text") if component == "impact" else ("text", "description")
    return next((name for name in wanted if name in there), None)


def _section(portfolio: Portfolio, code: str, instance: int, by: Person) -> Section:
    rows = Section.objects.filter(portfolio=portfolio, node__code=code).select_related("portfolio", "node")
    found = rows.filter(instance=instance).first()
    if found is not None:
        return found
    node = portfolio.pathway.scheme_version.framework.nodes.get(code=code)
    added = portfolios.add_instance(portfolio=portfolio, node=node, by=by)
    again: Section = rows.get(pk=added.pk)
    return again


def share(world: World, who: str, reader: str) -> None:
    portfolios.share_with_person(
        portfolio=world.portfolios[who], person=world.people[reader], by=world.people[who]
    )


def declare(world: World, who: str, story: Plain) -> None:
    portfolio = Portfolio.objects.get(pk=world.portfolios[who].pk)
    nominated = story.get("nominated")
    portfolios.declare(
        portfolio=portfolio,
        by=world.people[who],
        statements=list(scheme_queries.plan(portfolio.pathway).declaration),
        signed_name=world.people[who].name,
        nominated_assessor=world.people[nominated] if nominated else None,
    )


def plan_extension(world: World, who: str, extension: Plain) -> None:
    said: Plain = words.read("judgements")["coordinator"]["extension"][extension["words"]]

    def ask() -> None:
        accreditation.ask_extension(
            registration=Registration.objects.get(pk=world.registrations[who].pk),
            by=world.people[who],
            reason=said["asked"].strip(),
            until=(world.now - dt.timedelta(days=extension["until"])).date(),
        )

    def grant() -> None:
        asked = world.registrations[who].extensions.get(granted_at__isnull=True)
        accreditation.grant_extension(
            extension=asked, by=world.people["ravinder"], answer=said["granted"].strip()
        )

    world.at(extension["asked"], f"{who} asks for more time", ask)
    if "granted" in extension:
        world.at(extension["granted"] - 0.5, f"{who} has more time", grant)


# From submission to outcome -----------------------------------------------------------------------------------------


def plan_accreditation(world: World, who: str, story: Plain) -> None:
    """Submitting, screening, asking, judging, the outcome; and all of it again where somebody came back."""
    text = words.portfolios().get(who)
    coordinator = _coordinator(story.get("scheme") or (text or {}).get("scheme", "cmalt"))
    for number, referee in enumerate((text or {}).get("referees", ())):
        at = story["submitted"] + 24 - 3 * number
        world.at(at, f"{referee['name']} writes", partial(refer_to, world, who, referee))
    world.at(story["submitted"], f"{who} submits", partial(submit, world, who, story))
    if "returned" in story:
        world.at(story["returned"], f"{who}: sent back", partial(send_back, world, who, coordinator))
    if "accepted" in story:
        world.at(story["accepted"], f"{who}: screened", partial(accept, world, who, coordinator))
        plan_assessors(world, who, story, coordinator)
    if "outcome" in story:
        world.at(story["outcome"], f"{who}: outcome", partial(give_outcome, world, who, 1))
        if "slug" in story:
            world.at(story["outcome"] - 6, f"{who} publishes", partial(publish, world, who, story))
    if "withdrawn" in story:
        world.at(story["withdrawn"], f"{who} withdraws", partial(withdraw, world, who))
    if "resubmitted" in story:
        world.at(story["resubmitted"], f"{who} submits again", partial(submit, world, who, story))
        world.at(story["accepted_again"], f"{who}: screened again", partial(accept, world, who, coordinator))
        plan_second_reading(world, who, story, coordinator)


def _coordinator(scheme: str) -> str:
    return {"cmalt": "philippa", "cmalt-australasia": "wiremu"}.get(scheme, "bronwen")


def refer_to(world: World, who: str, referee: Plain) -> None:
    person = world.people[who]
    named = accreditation.name_referee(
        registration=world.registrations[who],
        name=referee["name"],
        email=referee["email"],
        position=referee["position"],
        by=person,
        portfolio=world.portfolios[who],
    )
    accreditation.give_reference(referee=named, statement=referee["statement"].strip())


def submit(world: World, who: str, story: Plain) -> None:
    portfolio = Portfolio.objects.get(pk=world.portfolios[who].pk)
    nominated = story.get("nominated")
    world.submissions[who] = accreditation.declare_and_submit(
        registration=world.registrations[who],
        portfolio=portfolio,
        by=world.people[who],
        statements=list(scheme_queries.plan(portfolio.pathway).declaration),
        signed_name=world.people[who].name,
        nominated_assessor=world.people[nominated] if nominated else None,
    )


def accept(world: World, who: str, coordinator: str) -> None:
    said: Plain = words.read("judgements")["coordinator"]["accepted"]
    accreditation.accept(
        submission=world.submissions[who],
        by=world.people[coordinator],
        note=said.get(who, said["default"]).strip(),
    )


def send_back(world: World, who: str, coordinator: str) -> None:
    accreditation.send_back(
        submission=world.submissions[who],
        by=world.people[coordinator],
        reasons=words.read("judgements")["coordinator"]["returned"][who].strip(),
    )


def withdraw(world: World, who: str) -> None:
    accreditation.withdraw(submission=world.submissions[who], by=world.people[who])


def plan_assessors(world: World, who: str, story: Plain, coordinator: str) -> None:
    asked = story["accepted"] - 1
    for assessor, day in story.get("declined", {}).items():
        world.at(day + 3, f"{assessor} is asked", partial(ask, world, who, assessor, "second", coordinator))
        world.at(day, f"{assessor} declines", partial(decline, world, who, assessor))
        asked = min(asked, day - 1)
    for assessor, (role, day) in story.get("invited", {}).items():
        world.at(day, f"{assessor} is asked", partial(ask, world, who, assessor, role, coordinator))
    for role in ("lead", "second"):
        if role not in story:
            continue
        assessor = story[role]
        world.at(asked, f"{assessor} is asked", partial(ask, world, who, assessor, role, coordinator))
        world.at(asked - 1.3, f"{assessor} agrees", partial(agree, world, who, assessor))
        sealed = story.get("sealed", {}).get(assessor)
        if "outcome" in story:
            sealed = story["outcome"] + (9 if role == "lead" else 17)
        if sealed is not None:
            world.at(sealed, f"{assessor} judges", partial(judge, world, who, assessor, 1))
        elif assessor in story.get("drafts", {}):
            world.at(
                story["drafts"][assessor],
                f"{assessor} reads",
                partial(judge, world, who, assessor, 1, seal=False),
            )


def plan_second_reading(world: World, who: str, story: Plain, coordinator: str) -> None:
    asked = story["accepted_again"] - 0.3
    for role in ("lead", "second"):
        assessor = story[role]
        world.at(asked, f"{assessor} is asked again", partial(ask, world, who, assessor, role, coordinator))
        world.at(asked - 1, f"{assessor} agrees again", partial(agree, world, who, assessor))
        sealed = story.get("sealed_again", {}).get(assessor)
        if "outcome_again" in story:
            sealed = story["outcome_again"] + (5 if role == "lead" else 11)
        if sealed is not None:
            world.at(sealed, f"{assessor} judges again", partial(judge, world, who, assessor, 2))
    if "outcome_again" in story:
        world.at(story["outcome_again"], f"{who}: final outcome", partial(give_outcome, world, who, 2))


def ask(world: World, who: str, assessor: str, role: str, coordinator: str) -> None:
    accreditation.allot(
        submission=world.submissions[who],
        assessor=world.people[assessor],
        role=role,
        by=world.people[coordinator],
    )


def _assignment(world: World, who: str, assessor: str) -> Assignment:
    found: Assignment = Assignment.objects.active().get(
        submission=world.submissions[who], assessor=world.people[assessor]
    )
    return found


def agree(world: World, who: str, assessor: str) -> None:
    accreditation.answer_invitation(
        assignment=_assignment(world, who, assessor), by=world.people[assessor], accepts=True
    )


def decline(world: World, who: str, assessor: str) -> None:
    accreditation.answer_invitation(
        assignment=_assignment(world, who, assessor),
        by=world.people[assessor],
        accepts=False,
        reason=words.read("judgements")["coordinator"]["declines"][assessor].strip(),
    )


def judge(world: World, who: str, assessor: str, attempt: int, *, seal: bool = True) -> None:
    submission = Submission.objects.for_display().get(pk=world.submissions[who].pk)
    areas = areas_to_judge(submission, terms_of(submission.pathway))
    said = _said(who, assessor, attempt)
    marks = _marks(who, assessor, areas, said)
    overall = (said["overall"] if said else _from_pool("overall", who, assessor)).strip()
    person, assignment = world.people[assessor], _assignment(world, who, assessor)
    accreditation.save_judgement(assignment=assignment, by=person, overall=overall, marks=marks)
    if seal:
        accreditation.seal_judgement(assignment=assignment, by=person)


def _said(who: str, assessor: str, attempt: int) -> Plain | None:
    judged = words.read("judgements").get(who) or ()
    return next(
        (
            each
            for each in judged
            if each["by"] == assessor and not each.get("joint") and each.get("round", 1) == attempt
        ),
        None,
    )


def _marks(who: str, assessor: str, areas: Sequence[Area], said: Plain | None) -> dict[str, tuple[str, str]]:
    """What they wrote of each area; from the common pool where nothing was written for this portfolio in particular."""
    marks: dict[str, tuple[str, str]] = {}
    by_code = {str(code): mark for code, mark in said["marks"].items()} if said is not None else {}
    for number, area in enumerate(areas):
        if said is not None:
            written = by_code.get(area.key.replace("#", "."))
            if written is not None:
                marks[area.key] = (LEVELS.get(written[0], written[0]), written[1])
            continue
        chosen = sum(map(ord, who + assessor)) + number
        level = "strong" if chosen % 5 < 3 else "adequate"  # noqa: PLR2004 -- three in five
        marks[area.key] = (level, _from_pool(area.code, who, assessor))
    return marks


def _from_pool(name: str, who: str, assessor: str) -> str:
    pool = {str(code): lines for code, lines in words.read("judgements")["pool"].items()}
    lines = pool[name]
    return str(lines[sum(map(ord, who + assessor + name)) % len(lines)])


def give_outcome(world: World, who: str, attempt: int) -> None:
    """The lead brings the judgements together: the better level of the two, but for what is referred."""
    submission = Submission.objects.for_display().get(pk=world.submissions[who].pk)
    areas = areas_to_judge(submission, terms_of(submission.pathway))
    judged = words.read("judgements").get(who) or ()
    joint = next((each for each in judged if each.get("joint") and each.get("round", 1) == attempt), None)
    lead = submission.assignments.accepted().select_related("assessor").get(role=Assignment.Role.LEAD)
    outcome = OUTCOMES.get(joint["outcome"], joint["outcome"]) if joint else "pass"
    referred = [str(key).replace(".", "#") for key in (joint or {}).get("referred", ())]
    if outcome == "fail":
        referred = [area.key for area in areas]
    accreditation.save_joint(
        submission=submission,
        by=lead.assessor,
        outcome=outcome,
        feedback=(joint["feedback"] if joint else _from_pool("feedback", who, "both")).strip(),
        note=(joint["note"] if joint else _from_pool("note", who, "both")).strip(),
        referred_sections=referred if outcome == "refer" else [],
        marks=_joint_marks(submission, areas, referred),
    )
    accreditation.give_outcome(submission=submission, by=lead.assessor)


def _joint_marks(
    submission: Submission, areas: Sequence[Area], referred: Sequence[str]
) -> dict[str, tuple[str, str]]:
    order = [level.key for level in scheme_queries.plan(submission.pathway).scale]
    given: dict[str, list[tuple[int, str]]] = {}
    rows = submission.assignments.accepted().order_by("role").prefetch_related("judgement__marks")
    for row in rows:
        for mark in row.judgement.marks.all():
            given.setdefault(mark.section_key, []).append((order.index(mark.level), mark.comment))
    marks = {}
    for area in areas:
        choose = max if area.key in referred else min
        place, comment = choose(given[area.key], key=lambda each: each[0])
        marks[area.key] = (order[place], comment)
    return marks


def publish(world: World, who: str, story: Plain) -> None:
    person = world.people[who]
    portfolio = Portfolio.objects.get(pk=world.portfolios[who].pk)
    portfolios.publish(portfolio=portfolio, by=person, slug=story["slug"], licence=story["licence"])
    award = Award.objects.get(submission=world.submissions[who])
    shown = [piece for piece in world.evidence.values() if piece.owner_id == person.pk]
    credentials.choose_evidence(
        award=award, by=person, evidence=[piece for piece in shown if piece.audience == Audience.PUBLIC]
    )


# Portfolios made elsewhere --------------------------------------------------------------------------------------------


def plan_elsewhere(world: World) -> None:
    for story in words.read("stories")["elsewhere"]:
        who = story["who"]
        told = {"scheme": "cmalt", "accepted": story["submitted"] - 4, **story}
        world.at(told["registered"], f"{who} registers", partial(register, world, who, told))
        world.at(told["submitted"] + 2, f"{who} brings a portfolio", partial(bring, world, who, told))
        plan_accreditation(world, who, told)


def bring(world: World, who: str, story: Plain) -> None:
    """A file, with a table that says which section is where."""
    person = world.people[who]
    pathway = world.pathway(story["scheme"], story["pathway"])
    portfolio = portfolios.begin(by=person, pathway=pathway, title=f"Portfolio of {person.name}")
    sections = list(Section.objects.filter(portfolio=portfolio).select_related("node"))
    unit = "Slide" if story["file"] == "pptx" else "Page"
    table = {section.key: f"{unit} {2 + 3 * i}" for i, section in enumerate(sections)}
    lines = [f"{section.node.code} {section.node.title}: {table[section.key]}" for section in sections]
    spec = {
        "title": f"Portfolio of {person.name}",
        "file": story["file"],
        "what": person.biography,
        "lines": lines,
        "slides": [
            [f"Portfolio of {person.name}", person.role],
            *([line.partition(":")[0]] for line in lines),
        ],
    }
    made = making.make(f"portfolio-{who}", spec, by=person.role)
    if made is None:
        raise LookupError(f"{who} has no file to bring.")
    portfolios.made_elsewhere(
        portfolio=portfolio,
        by=person,
        upload=ContentFile(made.content, name=made.name),
        whereabouts=table,
    )
    world.portfolios[who] = portfolio


# Awards ---------------------------------------------------------------------------------------------------------------


def plan_awards(world: World) -> None:
    told = words.read("stories")["awards"]
    for who, day in told["revoked"].items():
        world.at(day, f"{who}: revoked", partial(revoke, world, who))
    for who, day in told["reminded"].items():
        world.at(day, f"{who}: reminded", partial(remind, world, who))


def revoke(world: World, who: str) -> None:
    credentials.revoke(
        award=Award.objects.get(person=world.people[who]),
        by=world.people["philippa"],
        reason=words.read("judgements")["coordinator"]["revoked"][who].strip(),
    )


def remind(world: World, who: str) -> None:
    credentials.remind_of_renewal(award=Award.objects.get(person=world.people[who]))
