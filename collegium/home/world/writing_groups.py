"""Writing groups: laid out from a pathway, opened, met, and half-way; drafts shared and read, a board of gaps, a
portfolio that all write, nudges. And a small course on another scheme.
"""

import datetime as dt
from functools import partial

from collegium.conversations import actions as conversations
from collegium.courses import tasks
from collegium.courses.actions import enrolments, groups, iterations, nudges
from collegium.courses.models import GroupInvitation, Iteration, Week
from collegium.home.world import words
from collegium.home.world.years import FRIDAY, Plain, World
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from collegium.portfolios import anchors
from collegium.portfolios.models import Comment, Feedback, FeedbackRequest, Portfolio, Section

FORTNIGHT = 14
HOUR = dt.time(12, 30)


def plan_groups(world: World) -> None:
    told: Plain = words.read("writing_groups")
    for each in told["groups"]:
        plan_group(world, each)
    plan_small_course(world, told["course"])


def plan_group(world: World, told: Plain) -> None:
    key = told["key"]
    first = _first_meeting(world, told["begins"])
    world.at(first + 20, f"{told['title']}: planned", partial(lay_out, world, told, first))
    world.at(first + 16, f"{told['title']}: opened", partial(open_group, world, told))
    for place, member in enumerate(told["members"]):
        days = first + 14 - place
        world.at(days, f"{member} accepts", partial(accept, world, key, member))
    world.at(first - 0.7 + 1, f"{told['title']} begins", tasks.start_and_end)
    number = 0
    for number, met in enumerate(told["met"], 1):
        days = first - told["every"] * 7 * (number - 1)
        world.at(days + 3.5, f"{told['title']}: getting ready", tasks.prepare_meetings)
        world.at(days + 0.2, f"{told['title']}: meeting {number}", partial(meet, world, told, number, met))
        world.at(days - 1 + 0.8, f"{told['title']}: the next one", tasks.prepare_meetings)
    for place, draft in enumerate(told.get("drafts", ())):
        plan_draft(world, told, draft, place)
    for board in told.get("boards", ()):
        world.at(board["ago"], f"{board['of']}: gaps", partial(fill_board, world, key, board))
    if together := told.get("together"):
        plan_together(world, told, together)
    for nudge in told.get("nudges", ()):
        world.at(nudge["ago"], f"{nudge['by']} sets a nudge", partial(set_nudge, world, key, nudge))
    for days in told.get("nudged", ()):
        world.at(days, "Nudges", tasks.send_nudges)
    for away in told.get("away", ()):
        world.at(away["ago"], f"{away['who']} can’t come", partial(stay_away, world, key, away))
    for said in told.get("says", ()):
        world.at(said["ago"], f"{said['by']} in the group", partial(say, world, key, said))


def _first_meeting(world: World, begins: int) -> int:
    """That many days ago, or the working day before it."""
    while (world.now.date() - dt.timedelta(days=begins)).weekday() > FRIDAY:
        begins += 1
    return begins


def lay_out(world: World, told: Plain, first: int) -> None:
    day = world.day(first)
    mentor = world.people[told["mentor"]]
    group = groups.lay_out(
        by=mentor,
        title=told["title"],
        summary=told["summary"].strip(),
        pathway=world.pathway(told["scheme"], told["pathway"]),
        times=groups.Times(
            first=day,
            weekday=day.weekday(),
            hour=HOUR,
            every=told["every"],
            minutes=told["minutes"],
            days_for_reading=3,
            meeting_url=told["meeting_url"],
        ),
        time_zone=told["time_zone"],
    )
    world.iterations[told["key"]] = group
    for member, said in told["members"].items():
        groups.invite(iteration=group, by=mentor, person=world.people[member], words=said or "")


def open_group(world: World, told: Plain) -> None:
    groups.open_group(iteration=_group(world, told["key"]), by=world.people[told["mentor"]])


def _group(world: World, key: str) -> Iteration:
    found: Iteration = Iteration.objects.select_related(
        "course__community", "forum", "circle", "facilitators", "pathway"
    ).get(pk=world.iterations[key].pk)
    return found


def accept(world: World, key: str, member: str) -> None:
    invitation = (
        GroupInvitation.objects.open()
        .select_related("iteration__course__community", "invited_by")
        .get(iteration=world.iterations[key], person=world.people[member])
    )
    groups.accept_invitation(invitation=invitation, by=world.people[member])


def _week(world: World, key: str, number: int) -> Week:
    found: Week = Week.objects.select_related("iteration__course", "meeting__event", "thread__forum").get(
        iteration=world.iterations[key], number=number
    )
    return found


def meet(world: World, told: Plain, number: int, met: Plain) -> None:
    week, mentor = _week(world, told["key"], number), world.people[told["mentor"]]
    there = [world.people[each] for each in told["members"] if each not in met.get("missing", ())]
    groups.note_who_was_there(week=week, by=mentor, people=[mentor, *there])
    if met.get("notes"):
        groups.keep_notes(week=week, by=mentor, notes=words.post(met["notes"]))


def stay_away(world: World, key: str, away: Plain) -> None:
    enrolment = (
        world.iterations[key]
        .enrolments.select_related("iteration__course", "person")
        .get(person=world.people[away["who"]])
    )
    groups.set_away(
        enrolment=enrolment, week=_week(world, key, away["meeting"]), by=world.people[away["who"]], away=True
    )


def say(world: World, key: str, said: Plain) -> None:
    """In the thread of a meeting that has been prepared."""
    thread = _week(world, key, said["meeting"]).thread
    if thread is None:
        raise LookupError(f"Meeting {said['meeting']} has no thread yet.")
    conversations.post(thread=thread, by=world.people[said["by"]], html=words.post(said["text"]))


# Drafts ---------------------------------------------------------------------------------------------------------------


def plan_draft(world: World, told: Plain, draft: Plain, place: int) -> None:
    """Asked, read, commented, answered, thanked: in days before today."""
    desk = Desk(world, told["key"], draft)
    asked = draft["ago"] - place * 0.01
    world.at(asked, f"{draft['of']} asks for a reader", desk.ask)
    for number, comment in enumerate(draft.get("comments", ())):
        at = comment.get("ago", asked - 1 - 0.2 * number)
        world.at(at, f"{comment['by']} on {draft['of']}", partial(desk.comment, comment))
    for number, given in enumerate(draft.get("given", ())):
        at = given.get("ago", asked - 1.8 - 0.2 * number)
        world.at(at, f"{given['by']} has read {draft['of']}", partial(desk.give, given))


class Desk:
    """A draft on which others read."""

    def __init__(self, world: World, key: str, draft: Plain) -> None:
        self.world = world
        self.key = key
        self.draft = draft

    def section(self) -> Section:
        code, _dot, instance = str(self.draft["section"]).partition(".")
        found: Section = Section.objects.select_related(
            "node", "portfolio__group", "portfolio__owner", "portfolio__pathway__scheme_version__framework"
        ).get(portfolio=self.world.portfolios[self.draft["of"]], node__code=code, instance=int(instance or 1))
        return found

    def ask(self) -> None:
        draft, world = self.draft, self.world
        asked = draft.get("asked")
        portfolios.ask_feedback(
            section=self.section(),
            by=world.people[draft["of"]],
            person=world.people[asked] if asked else None,
            circle=None if asked else _group(world, self.key).circle,
            until=world.day(draft["until"]),
            words=draft["words"],
        )

    def comment(self, comment: Plain) -> None:
        by = self.world.people[comment["by"]]
        section = self.section()
        part = section.parts.get(component=comment["part"])
        made: Comment = portfolios.comment(
            section=section,
            component=part.component,
            anchor=_anchor(part.html, comment["on"]),
            words=comment["words"],
            by=by,
        )
        for answer in comment.get("replies", ()):
            portfolios.reply(comment=made, words=answer["words"], by=self.world.people[answer["by"]])
        if comment.get("settled"):
            portfolios.settle_comment(comment=made, by=self.world.people[self.draft["of"]])

    def give(self, given: Plain) -> None:
        owner = self.world.people[self.draft["of"]]
        request = FeedbackRequest.objects.open().select_related("section__node", "by").filter(by=owner)
        feedback: Feedback = portfolios.give_feedback(
            request=request.get(section=self.section()),
            words=given["words"],
            by=self.world.people[given["by"]],
        )
        if thanks := given.get("thanks"):
            portfolios.thank(feedback=feedback, by=owner, words=thanks)


def _anchor(html: str, passage: str) -> anchors.Anchor:
    text = anchors.read(html)
    start = text.words.find(passage)
    found = text.anchor(start, start + len(passage)) if start >= 0 else None
    if found is None:
        raise LookupError(f"“{passage}” does not stand in the draft.")
    return found


# Boards and what is written together ------------------------------------------------------------------------------------


def fill_board(world: World, key: str, board: Plain) -> None:
    by, portfolio = world.people[board["of"]], Portfolio.objects.get(pk=world.portfolios[board["of"]].pk)
    framework = portfolio.pathway.scheme_version.framework
    nodes = {node.code: node for node in framework.nodes.all()}
    for code, titles in board["examples"].items():
        for title in titles:
            portfolios.add_example(
                portfolio=portfolio, title=title, by=by, node=None if code == "left" else nodes[str(code)]
            )
    for title, code in board.get("moved", {}).items():
        example = portfolio.examples.select_related("portfolio").get(title=title)
        portfolios.move_example(
            example=example, node=None if code == "left" else nodes[str(code)], position=None, by=by
        )
    if board.get("shown", True):
        portfolios.show_board(portfolio=portfolio, circle=_group(world, key).circle, by=by)


def plan_together(world: World, told: Plain, together: Plain) -> None:
    world.at(together["ago"], together["title"], partial(begin_together, world, told, together))
    for each in together["writes"]:
        world.at(
            each["ago"],
            f"{each['by']} writes with the group",
            partial(write_together, world, told["key"], each),
        )


def begin_together(world: World, told: Plain, together: Plain) -> None:
    group = _group(world, told["key"])
    if group.pathway is None:
        raise LookupError("A group writes towards a pathway.")
    world.portfolios[f"{told['key']}-together"] = portfolios.begin_for_group(
        by=world.people[together["by"]], pathway=group.pathway, group=group.circle, title=together["title"]
    )


def write_together(world: World, key: str, each: Plain) -> None:
    by, portfolio = world.people[each["by"]], Portfolio.objects.get(pk=world.portfolios[f"{key}-together"].pk)
    node = portfolio.pathway.scheme_version.framework.nodes.get(code=str(each["section"]))
    if each.get("own_page"):
        page = portfolios.add_own_page(portfolio=portfolio, node=node, by=by)
        rows = Section.objects.filter(pk=page.pk)
    else:
        rows = Section.objects.filter(portfolio=portfolio, node=node, writer__isnull=True)
    section = rows.select_related(
        "node", "portfolio__group", "portfolio__pathway__scheme_version__framework"
    ).first()
    if section is None:
        raise LookupError(f"There is no page for {each['section']}.")
    part = section.parts.get(component=each["part"])
    portfolios.write(
        section=section,
        component=part.component,
        html=f"{part.html}{words.post(each['text'])}",
        on_revision=part.revision,
        by=by,
    )
    if not each.get("own_page"):
        portfolios.pass_turn(section=section, by=by)


def set_nudge(world: World, key: str, nudge: Plain) -> None:
    buddy = world.people[nudge["buddy"]] if "buddy" in nudge else None
    made = nudges.set_nudge(
        by=world.people[nudge["by"]],
        kind=nudge["kind"],
        words=nudge["words"],
        on=world.day(nudge["on"]) if "on" in nudge else None,
        weekday=nudge.get("weekday"),
        buddy=buddy,
        iteration=_group(world, key),
    )
    if buddy is not None and nudge.get("agrees", True):
        nudges.answer_as_buddy(nudge=made, by=buddy, agrees=True)


# A small course on another scheme ---------------------------------------------------------------------------------------


def plan_small_course(world: World, told: Plain) -> None:
    first = _first_meeting(world, told["begins"])
    world.at(first + 18, told["title"], partial(design_small, world, told, first))
    world.at(first + 12, f"{told['title']} opens", partial(open_small, world, told))
    for place, key in enumerate(told["people"]):
        days = min(first + 10 - place % 9, world.joined[key] - 0.5)
        world.at(days, f"{key} enrols", partial(enrol_small, world, key))
    world.at(first + 0.8, f"{told['title']} begins", tasks.start_and_end)
    for number, text in enumerate(told["weeks"]):
        days = first - 7 * number
        if days >= 0:
            world.at(days + 0.7, text["trigger_title"], tasks.trigger_what_is_due)


def design_small(world: World, told: Plain, first: int) -> None:
    by = world.people[told["by"]]
    course = iterations.create_course(
        by=by, title=told["title"], summary=told["summary"].strip(), slug="fellowship"
    )
    iteration = iterations.draft_iteration(
        course=course,
        by=by,
        title=told["title"],
        slug="fellowship-spring",
        starts_on=world.day(first),
        time_zone=told["time_zone"],
        audience=Audience.SIGNED_IN,
        pathway=world.pathway("advance-he-fellowship", "fellow"),
        about=words.post(told["about"]),
    )
    world.iterations["small"] = iteration
    scheme = "advance-he-fellowship"
    for number, text in enumerate(told["weeks"], 1):
        week = iterations.set_week(
            iteration=iteration,
            by=by,
            number=number,
            title=text["title"],
            summary=text["summary"].strip(),
            trigger_title=text["trigger_title"],
            trigger_html=words.post(text["trigger"]),
            activity_html=words.post(text["activity"]),
            prompts=text["prompts"],
            draft_node=world.node(scheme, text["draft"]),
        )
        for code, strength in text["speaks_for"].items():
            iterations.map_week(week=week, by=by, node=world.node(scheme, code), strength=strength)


def open_small(world: World, told: Plain) -> None:
    iterations.open_iteration(iteration=_group(world, "small"), by=world.people[told["by"]])


def enrol_small(world: World, key: str) -> None:
    enrolments.enrol(iteration=_group(world, "small"), person=world.people[key])
