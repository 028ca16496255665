"""The open course: an iteration a year ago, and the one of seven weeks that was copied from it and is in its fourth.

Single people enrol, answer, plan and submit by the actions that they use. What the many tick in their plans and the short
introductions that they write come in batches, since nobody is to be told of them one by one.
"""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.core.files.base import ContentFile

from collegium.communities import actions as communities
from collegium.conversations import actions as conversations
from collegium.conversations.actions.counting import recount
from collegium.conversations.models import Post, Thread
from collegium.conversations.queries.search import write_index
from collegium.courses import tasks
from collegium.courses.actions import enrolments, iterations, projects
from collegium.courses.models import Enrolment, Iteration, PlannedWeek, Project, SurveyAnswers, Week
from collegium.events import actions as events
from collegium.events.models import Answer, Attendance
from collegium.evidence.models import SourceKind
from collegium.foundation import clock
from collegium.home.world import crowd, kept, scenes, words
from collegium.home.world.years import WEEK, Plain, World
from collegium.people.models import Audience

NOW, THEN = "course", "past"
EARLIER = 364  # days between the two: the same day of the week
PLANNED = 40  # days before it begins
OPENED = 15
ARCHIVED = 150  # days after the earlier one began
WEBINAR = dt.time(12)
# Of the hundred, how many of the many contribute to each week that has begun, and come to its webinar.
CONTRIBUTE = (66, 45, 38, 17)
ATTEND = (34, 22, 19, 15)
CAME_BEFORE = 70  # of the hundred, in each week of the earlier iteration
INTRODUCTIONS = 14  # days over which the many introduce themselves
BY_LETTER = frozenset(
    {"aoife", "blessing", "callum", "chidi", "fergal", "imran", "jean", "kwame", "lindiwe", "maeve", "margaret", "nadia", "tomasz"}
)  # fmt: skip


def plan_open_course(world: World) -> None:
    told: Plain = words.read("open_course")
    plan_earlier(world, told)
    plan_design(world, told)
    plan_enrolments(world, told)
    plan_weeks(world, told)
    plan_projects(world)


def _percent(number: int, salt: int) -> int:
    return (number * 37 + salt * 29 + (number // 100) * 11) % 100


# A year ago -----------------------------------------------------------------------------------------------------------


def plan_earlier(world: World, told: Plain) -> None:
    first = world.begun + EARLIER
    past = told["past"]
    world.at(first + PLANNED - 10, past["title"], partial(design_earlier, world, told))
    world.at(first + OPENED, f"{past['title']} opens", partial(open_up, world, THEN, "jean"))
    for place, key in enumerate(_veterans(told)):
        days = min(first + 10 - place % 8 - 0.3, world.joined[key] - 0.5)
        world.at(days, f"{key} enrols", partial(enrol_earlier, world, key, place))
    world.at(first - 0.7 + 1, "The earlier course begins", tasks.start_and_end)
    for number in range(len(past["weeks"])):
        world.at(first - WEEK * number + 0.7, past["weeks"][number], tasks.trigger_what_is_due)
        world.at(
            first - WEEK * (number + 1) + 1.5,
            f"Contributions: {past['weeks'][number]}",
            partial(contribute_earlier, world, number + 1),
        )
    world.at(first - WEEK * len(past["weeks"]) - 0.3, "The earlier course ends", tasks.start_and_end)
    world.at(first - ARCHIVED, "The earlier course is archived", partial(archive_earlier, world))


def _veterans(told: Plain) -> list[str]:
    return [*told["past"]["people"], *(each.key for each in crowd.participants() if each.is_veteran)]


def design_earlier(world: World, told: Plain) -> None:
    jean, past = world.people["jean"], told["past"]
    course = iterations.create_course(
        by=jean,
        title=told["course"]["title"],
        summary=told["course"]["summary"].strip(),
        community=world.communities["open"],
        slug="cmalt-cmooc",
    )
    begins = world.day(world.begun + EARLIER)
    iteration = iterations.draft_iteration(
        course=course,
        by=jean,
        title=past["title"].format(year=begins.year),
        slug=f"cmalt-cmooc-{begins.year}",
        starts_on=begins,
        time_zone="Europe/London",
        audience=Audience.PUBLIC,
        pathway=world.pathway("cmalt", "cmalt"),
        hashtag="cmaltcmooc",
        about=words.post(past["about"]),
    )
    world.iterations[THEN] = iteration
    texts = {each["title"]: each for each in told["weeks"]}
    for number, title in enumerate(past["weeks"], 1):
        set_week(world, iteration, number, texts[title])
    for decision in past["decisions"]:
        iterations.decide(iteration=iteration, by=jean, what=decision["what"], why=decision["why"])


def set_week(world: World, iteration: Iteration, number: int, text: Plain) -> None:
    jean = world.people["jean"]
    week = iterations.set_week(
        iteration=iteration,
        by=jean,
        number=number,
        title=text["title"],
        kind=text.get("kind", Week.Kind.WEEK),
        summary=text["summary"].strip(),
        trigger_title=text["trigger_title"],
        trigger_html=words.post(text["trigger"]),
        activity_html=words.post(text["activity"]),
        prompts=text["prompts"],
        draft_node=world.node("cmalt", text["draft"]),
    )
    for code, strength in text["speaks_for"].items():
        iterations.map_week(week=week, by=jean, node=world.node("cmalt", str(code)), strength=strength)


def open_up(world: World, which: str, by: str) -> None:
    world.iterations[which].refresh_from_db()
    iterations.open_iteration(iteration=world.iterations[which], by=world.people[by])


def enrol_earlier(world: World, key: str, place: int) -> None:
    iteration, person = _fresh(world, THEN), world.people[key]
    crowd.hear_in_the_app(person)
    if place == 0:  # who ran it with Jean
        enrolments.enrol(iteration=iteration, person=person, role="facilitator", by=world.people["jean"])
    else:
        enrolments.enrol(iteration=iteration, person=person)


def contribute_earlier(world: World, number: int) -> None:
    week = Week.objects.get(iteration=world.iterations[THEN], number=number)
    _tick(week, [e for e in _enrolments(world, THEN) if _percent(e.person_id, number) < CAME_BEFORE])
    if number >= 3:  # noqa: PLR2004 -- having been there for three is having taken part
        for enrolment in _enrolments(world, THEN):
            enrolments.note_progress(enrolment)


def _tick(week: Week, of: Sequence[Enrolment]) -> None:
    """“Done”, in their own plans."""
    PlannedWeek.objects.bulk_create(
        [
            PlannedWeek(enrolment=each, week=week, state=PlannedWeek.State.DONE, changed_at=clock.now())
            for each in of
        ],
        ignore_conflicts=True,
    )


def _enrolments(world: World, which: str) -> list[Enrolment]:
    return list(
        Enrolment.objects.filter(iteration=world.iterations[which], left_at__isnull=True)
        .select_related("iteration__course", "person")
        .order_by("pk")
    )


def archive_earlier(world: World) -> None:
    iterations.archive(iteration=_fresh(world, THEN), by=world.people["jean"])


def _fresh(world: World, which: str) -> Iteration:
    found: Iteration = Iteration.objects.select_related("course__community", "forum", "pathway").get(
        pk=world.iterations[which].pk
    )
    world.iterations[which] = found
    return found


# Designed anew --------------------------------------------------------------------------------------------------------


def plan_design(world: World, told: Plain) -> None:
    begins = world.begun
    world.at(begins + PLANNED, "The course is copied forward", partial(copy_forward, world, told))
    for number, text in enumerate(told["weeks"], 1):
        world.at(
            begins + PLANNED - number, f"Planning: {text['title']}", partial(redesign, world, number, text)
        )
    for number, decision in enumerate(told["decisions"][1:]):
        days = world.week(*decision["day"]) if "day" in decision else begins + PLANNED - 10 - 2 * number
        world.at(days, "A design decision", partial(decide, world, decision))
    world.at(begins + OPENED, "The course opens", partial(open_up, world, NOW, "jean"))


def copy_forward(world: World, told: Plain) -> None:
    first, jean = told["decisions"][0], world.people["jean"]
    begins = world.day(world.begun)
    copied = iterations.copy_forward(
        iteration=_fresh(world, THEN),
        by=jean,
        title=told["title"].format(year=begins.year),
        slug=f"cmalt-cmooc-{begins.year}",
        starts_on=begins,
        what=first["what"],
        why=first["why"],
    )
    iterations.edit_iteration(
        iteration=copied,
        by=jean,
        about=words.post(told["about"]),
        information_sheet=told["information_sheet"].strip(),
        weeks_for_participation=3,
        weeks_for_completion=6,
    )
    world.iterations[NOW] = copied


def redesign(world: World, number: int, text: Plain) -> None:
    """The weeks were copied in the order of the earlier iteration: each is what the new plan says."""
    iteration = _fresh(world, NOW)
    starts_on = world.day(world.begun - WEEK * (number - 1))
    there = iteration.weeks.filter(number=number).first()
    if there is not None:
        for mapping in there.mappings.select_related("node"):
            iterations.unmap_week(week=there, by=world.people["jean"], node=mapping.node)
    set_week(world, iteration, number, text)
    week = iteration.weeks.get(number=number)
    if week.starts_on != starts_on:
        raise LookupError(f"{week} begins on {week.starts_on}.")
    iterations.plan_meeting(
        week=week,
        by=world.people["jean"],
        day=starts_on + dt.timedelta(days=1),
        hour=WEBINAR,
        minutes=60,
        title=text["webinar"]["title"],
        meeting_url=f"https://meet.huards.example/cmooc-{number}",
        agenda=words.post(text["webinar"]["agenda"]),
    )


def decide(world: World, decision: Plain) -> None:
    iterations.decide(
        iteration=_fresh(world, NOW),
        by=world.people[decision.get("by", "jean")],
        what=decision["what"],
        why=decision["why"],
    )


# Who takes part -------------------------------------------------------------------------------------------------------


def plan_enrolments(world: World, told: Plain) -> None:
    for place, key in enumerate(told["facilitators"]):
        world.at(world.begun + OPENED - 0.5, f"{key} facilitates", partial(take_in, world, key, place))
    for place, key in enumerate(told["cast"]):
        days = min(world.begun + 12 - place % 11 - 0.2, world.joined[key] - 0.4)
        world.at(days, f"{key} enrols", partial(enrol, world, key, told))
    for each in crowd.participants():
        days = min(world.joined[each.key], world.begun + 9 - max(each.number, 0) % 7) - 0.15
        world.at(days, f"{each.name} enrols", partial(enrol, world, each.key, told))
    for key in told["guides"]:
        world.at(world.begun + 2.5, f"{key} offers guidance", partial(guide, world, key))
    for key, lane in told["catching_up"].items():
        world.at(lane["ago"], f"{key} makes a plan of their own", partial(catch_up, world, key, lane))
    for each in crowd.many():
        if each.joins > WEEK and each.joins < world.begun - 1:
            days = world.week(1, each.joins) - 0.6
            world.at(
                max(days, 0.1), f"{each.name} catches up", partial(catch_up, world, each.key, {"days": 4})
            )
    for key, goal in told["goals_reached"].items():
        world.at(1.3, f"{key} reaches a goal", partial(reach_goal, world, key, goal))


def take_in(world: World, key: str, place: int) -> None:
    enrolments.enrol(
        iteration=_fresh(world, NOW),
        person=world.people[key],
        role="facilitator" if place < 2 else "mentor",  # noqa: PLR2004 -- two facilitate beside Jean
        by=world.people["jean"],
    )


def enrol(world: World, key: str, told: Plain) -> None:
    """With what sign-up asks: addresses, goals, the place on the map, the survey, and, apart, the consent."""
    iteration, person = _fresh(world, NOW), world.people[key]
    number = person.pk
    is_known = key in told["goals"]
    if key in told["cast"] and key not in BY_LETTER:
        crowd.hear_in_the_app(person)
    goals = told["goals"].get(key, ())
    if not is_known and number % 3:
        goals = [told["common_goals"][number % len(told["common_goals"])]]
    enrolment = enrolments.enrol(
        iteration=iteration,
        person=person,
        goals=goals,
        addresses=[_address(world, each) for each in told["addresses"].get(key, ())],
        hashtag_names=[key] if is_known else (),
    )
    if is_known:
        for goal in enrolment.goals.all()[:1]:
            enrolments.show_goal(goal=goal, by=person, shown=True)
    if number % 10 < 7 or is_known:  # noqa: PLR2004 -- seven in ten stand on the map
        communities.place_on_map(
            community=world.communities["open"],
            person=person,
            country=person.country,
            town="" if number % 5 == 0 else person.town,
        )
    if number % 10 < 8 or is_known:  # noqa: PLR2004 -- eight in ten answer
        enrolments.answer_survey(
            enrolment=enrolment,
            by=person,
            survey=SurveyAnswers.Survey.ENTRY,
            answers=_answers(iteration, number, told),
        )
    if number % 4 == 0:
        enrolments.consent(enrolment=enrolment, by=person)
    if number % 60 == 0:
        enrolments.withdraw_consent(enrolment=enrolment, by=person)


def _address(world: World, told: Plain | str) -> Plain:
    """``blog:name`` is one of those that the demo serves itself."""
    said = {"url": told} if isinstance(told, str) else dict(told)
    served = str(said["url"]).removeprefix("blog:")
    return said if served == said["url"] else {**said, "url": world.blogs.address(served)}


def _answers(iteration: Iteration, number: int, told: Plain) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for place, question in enumerate(iteration.entry_survey):
        if question["kind"] == "choice":
            options = question["options"]
            answers[question["key"]] = options[(number * 5 + place) % len(options)]
        elif question["kind"] == "scale":
            answers[question["key"]] = 1 + (number * 7 + place * 3) % 5
        elif number % 3 == 0:
            said = told["survey_words"][question["key"]]
            answers[question["key"]] = said[number % len(said)]
    return answers


def _enrolment(world: World, key: str) -> Enrolment:
    found: Enrolment = Enrolment.objects.select_related("iteration__course", "person").get(
        iteration=world.iterations[NOW], person=world.people[key]
    )
    return found


def guide(world: World, key: str) -> None:
    enrolments.offer_guidance(enrolment=_enrolment(world, key), by=world.people[key])


def catch_up(world: World, key: str, lane: Plain) -> None:
    enrolment, person = _enrolment(world, key), world.people[key]
    enrolments.catch_up(enrolment=enrolment, by=person, days_per_week=lane["days"])
    for number, note in lane.get("notes", {}).items():
        week = enrolment.iteration.weeks.get(number=number)
        planned = enrolment.plan.filter(week=week).first()
        enrolments.plan_week(
            enrolment=enrolment, week=week, by=person, due_on=planned.due_on if planned else None, note=note
        )


def reach_goal(world: World, key: str, place: int) -> None:
    goal = list(_enrolment(world, key).goals.select_related("enrolment"))[place]
    enrolments.reach_goal(goal=goal, by=world.people[key])


# The weeks ------------------------------------------------------------------------------------------------------------


def plan_weeks(world: World, told: Plain) -> None:
    for number, text in enumerate(told["weeks"], 1):
        announced, day = world.week(number, -2) + 0.5, world.week(number)
        if announced > 0:
            world.at(announced, f"Announced: {text['trigger_title']}", tasks.trigger_what_is_due)
        if day < 0:
            continue
        if number == 1:
            world.at(day + 0.8, "The course begins", tasks.start_and_end)
        world.at(day + 0.7, text["trigger_title"], tasks.trigger_what_is_due)
        if number <= len(CONTRIBUTE):
            webinar = text["webinar"]
            world.at(day - 1 + 0.5, webinar["title"], partial(meet, world, number, webinar))
            world.at(
                day - 2 + 0.4, f"Notes: {webinar['title']}", partial(keep_record, world, number, webinar)
            )
            share = day - 6 if number < len(CONTRIBUTE) else 0.3
            world.at(share, f"What came in: {text['title']}", partial(contribute, world, number))
    ahead = len(CONTRIBUTE) + 1
    world.at(1.1, "Who comes to the next webinar", partial(answer_next, world, ahead, told))
    world.at(world.week(1) + 0.65, "Introductions", partial(ask_for_introductions, world, told))
    speakers = [each for each in crowd.many() if _percent(each.number, 3) < 55]  # noqa: PLR2004 -- a good half
    for day in range(INTRODUCTIONS):
        todays = [each for place, each in enumerate(speakers) if _day_of(place, len(speakers)) == day]
        world.at(
            world.week(1, day) + 0.2, f"Introductions, day {day + 1}", partial(introduce, world, todays, told)
        )


def _day_of(place: int, of: int) -> int:
    """Most of them on the first days."""
    return int(INTRODUCTIONS * (place / of) ** 2)


def meet(world: World, number: int, webinar: Plain) -> None:
    """Those who were there typed the code of the room; at the last one all of them are looked at for their progress."""
    week = iteration_week(world, number)
    meeting = week.meeting
    if meeting is None:
        raise LookupError(f"{week} has no webinar.")
    *first, last = (world.people[key] for key in webinar["there"])
    with clock.moved_to(meeting.starts_at + dt.timedelta(minutes=6)):
        for person in first:
            events.check_in(occurrence=meeting, person=person, code=meeting.code)
        there = [e for e in _enrolments(world, NOW) if _is_one_of(e, number, ATTEND[number - 1])]
        Attendance.objects.bulk_create(
            Attendance(
                occurrence=meeting,
                person=each.person,
                way=Attendance.Way.CODE,
                noted_by=each.person,
                at=clock.now(),
            )
            for each in there
        )
        events.check_in(occurrence=meeting, person=last, code=meeting.code)


def _is_one_of(enrolment: Enrolment, number: int, percent: int) -> bool:
    key = enrolment.person.account.email.partition("@")[0] if enrolment.person.account else ""
    return key[:1] == "p" and key[1:].isdigit() and _percent(int(key[1:]), number) < percent


def iteration_week(world: World, number: int) -> Week:
    found: Week = Week.objects.select_related("iteration", "meeting__event", "thread__forum").get(
        iteration=world.iterations[NOW], number=number
    )
    return found


def keep_record(world: World, number: int, webinar: Plain) -> None:
    meeting = iteration_week(world, number).meeting
    if meeting is not None:
        events.keep_record(
            occurrence=meeting,
            by=world.people["jean"],
            recording_url=f"https://video.huards.example/cmooc/webinar-{number}",
            notes=words.post(webinar["notes"]),
        )
        for key in webinar.get("used_by", ()):  # that they were there is evidence too
            kept.use(world, key, SourceKind.ATTENDANCE, meeting.pk)


def contribute(world: World, number: int) -> None:
    week = iteration_week(world, number)
    of = [e for e in _enrolments(world, NOW) if _is_one_of(e, number, CONTRIBUTE[number - 1])]
    _tick(week, of)
    if number >= 3:  # noqa: PLR2004 -- three weeks are having taken part
        for enrolment in of:
            enrolments.note_progress(enrolment)


def answer_next(world: World, number: int, told: Plain) -> None:
    """The many have the entry in their calendars already, as those who named their calendar's address have."""
    meeting = iteration_week(world, number).meeting
    if meeting is None:
        return
    for key, coming in told["coming"].items():
        events.answer(occurrence=meeting, person=world.people[key], coming=coming)
    Answer.objects.bulk_create(
        Answer(
            occurrence=meeting,
            person=each.person,
            coming=Answer.Coming.YES,
            answered_at=clock.now(),
            sent_sequence=meeting.revision,
            sent_as="request",
        )
        for each in _enrolments(world, NOW)
        if _is_one_of(each, number, 20)
    )


def ask_for_introductions(world: World, told: Plain) -> None:
    thread = conversations.start_thread(
        forum=_fresh(world, NOW).forum,
        by=world.people["kwame"],
        title=told["introductions"]["title"],
        html=words.post(told["introductions"]["text"]),
        wants_answer=False,
        pinned=True,
    )
    world.threads["introductions"] = thread


def introduce(world: World, todays: Sequence[crowd.Participant], told: Plain) -> None:
    """A batch of short introductions, each at a minute of its own."""
    known: Plain = words.read("participants")
    thread = Thread.objects.select_related("forum").get(pk=world.threads["introductions"].pk)
    spoken = [each for each in todays if each.key in world.people]
    start = clock.now() - dt.timedelta(minutes=4 * len(spoken))
    made = Post.objects.bulk_create(
        Post(
            thread=thread,
            author=world.people[each.key],
            html=words.post(_introduction(each, known)),
            posted_at=start + dt.timedelta(minutes=4 * place),
        )
        for place, each in enumerate(spoken)
    )
    recount(thread)
    write_index(Post.objects.filter(pk__in=[post.pk for post in made]))
    for key, said in told["introductions"]["replies"].get(len(made) % 5, {}).items():
        conversations.post(thread=thread, by=world.people[key], html=words.post(said))


def _introduction(each: crowd.Participant, known: Plain) -> str:
    number = each.number
    does, hopes = known["does"], known["hopes"]
    greeting = (
        "Hello from {town}.",
        "{town} here.",
        "Good morning from {town}.",
        "Greetings from {town}!",
        "Hello everyone.",
    )
    return " ".join(
        (
            greeting[number % len(greeting)].format(town=each.town),
            does[(number * 5 + number // 16) % len(does)],
            hopes[(number * 7 + number // 12) % len(hopes)],
        )
    )


# The project bank -----------------------------------------------------------------------------------------------------


def plan_projects(world: World) -> None:
    for told in words.read("projects"):
        entry = Entry(world, told)
        at = _at(world, told)
        world.at(at, told["title"], entry.submit)
        for place, comment in enumerate(told.get("comments", ())):
            at_comment = max(at - 0.5 - 0.6 * place, 0.05)
            world.at(at_comment, f"{comment['by']} on {told['title']}", partial(entry.discuss, comment))
        if told.get("used"):
            world.at(max(at - 1.4, 0.03), f"{told['by']} uses {told['title']}", entry.use)
        for place, given in enumerate(told.get("appreciated", ())):
            at_given = given.get("ago", max(at - 0.8 - 0.4 * place, 0.04))
            world.at(at_given, f"{given['by']} appreciates {told['title']}", partial(entry.appreciate, given))


def _at(world: World, told: Plain) -> float:
    return float(told["ago"]) if "ago" in told else world.week(*told["day"])


class Entry:
    """A project of the bank while it is told."""

    def __init__(self, world: World, told: Plain) -> None:
        self.world = world
        self.told = told
        self.project: Project | None = None

    def submit(self) -> None:
        told, world = self.told, self.world
        picture = told.get("picture")
        self.project = projects.submit_project(
            iteration=_fresh(world, NOW),
            by=world.people[told["by"]],
            title=told["title"],
            description=" ".join(told["description"].split()),
            url=told.get("url", ""),
            week=iteration_week(world, told["week"]),
            nodes=[world.node("cmalt", str(code)) for code in told["nodes"]],
            picture=ContentFile(scenes.picture(picture["scene"], told["title"]), name="picture.jpg")
            if picture
            else None,
            alt_text=picture["alt"] if picture else "",
        )

    def use(self) -> None:
        """Its maker keeps it as evidence, for the first criterion that it names."""
        kept.use(self.world, self.told["by"], SourceKind.PROJECT, self._now().pk)

    def _now(self) -> Project:
        if self.project is None:
            raise LookupError(f"{self.told['title']} is not there yet.")
        found: Project = Project.objects.select_related("iteration__forum", "person").get(pk=self.project.pk)
        return found

    def discuss(self, comment: Plain) -> None:
        projects.discuss(
            project=self._now(), by=self.world.people[comment["by"]], html=words.post(comment["text"])
        )

    def appreciate(self, given: Plain) -> None:
        keys = [each["key"] for each in _fresh(self.world, NOW).rubric]
        projects.appreciate(
            project=self._now(),
            by=self.world.people[given["by"]],
            marks=dict(zip(keys, given["marks"], strict=True)),
            words=given.get("words", ""),
        )
