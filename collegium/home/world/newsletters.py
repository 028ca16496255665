"""The newsletter of the open course: drafted by its rhythm, edited, sent, read by people with an account and without one."""

import datetime as dt
from functools import partial

from collegium.courses.models import Iteration
from collegium.ecology.models import Ecology
from collegium.foundation import clock
from collegium.home.world import ecology, words
from collegium.home.world.years import Plain, World
from collegium.newsletters import actions, tasks, tokens
from collegium.newsletters.models import Issue, Newsletter, Nomination, Section, Subscription
from collegium.people.models import Audience

# Of the week after: a draft is made on the afternoon of its second day, edited and sent on the third.
DRAFTED, EDITED, SENT = 0.95, 1.3, 1.96
SENDS_AT = dt.time(16)


def plan_newsletter(world: World) -> None:
    told: Plain = words.read("newsletters")
    founded = told["founded"]
    world.at(world.week(*founded["day"]), told["title"], partial(found, world, told))
    for place, key in enumerate(told["people"]):
        day = world.week(1, 0.5) - 0.45 * place
        world.at(min(day, world.joined[key] - 0.5), f"{key} subscribes", partial(subscribe, world, key))
    for each in told["addresses"]:
        world.at(world.week(*each["day"]), "An address subscribes", partial(subscribe_address, each))
        if "ends" in each:
            world.at(world.week(*each["ends"]), "An address ends it", partial(end, each))
    for each in told["nominations"]:
        world.at(world.week(*each["day"]), f"{each['by']} nominates", partial(nominate, world, each))
    for number, issue in enumerate(told["issues"], 1):
        week = number + 1
        world.at(world.week(week, DRAFTED), f"Issue {number} is drafted", tasks.draft_due)
        world.at(world.week(week, EDITED), f"Issue {number} is edited", partial(edit, world, number, issue))
        if "title" in issue:
            world.at(
                world.week(week, EDITED + 0.1), f"Issue {number} is ready", partial(finish, world, number)
            )
            world.at(world.week(week, SENT), f"Issue {number} goes out", tasks.send_due)


def _newsletter() -> Newsletter:
    return Newsletter.objects.select_related("ecology").get(title=words.read("newsletters")["title"])


def _course(world: World) -> Ecology:
    return Iteration.objects.select_related("ecology").get(pk=world.iterations["course"].pk).ecology


def found(world: World, told: Plain) -> None:
    """Due on the third day of each week of the course, for the week that is over."""
    actions.found_newsletter(
        by=world.people[told["founded"]["by"]],
        title=told["title"],
        ecology=_course(world),
        about=words.post(told["about"]),
        audience=Audience.PUBLIC,
        sends_on=(world.day(world.begun).weekday() + 2) % 7,
        sends_at=SENDS_AT,
        time_zone="Europe/London",
        days_to_edit=1,
    )


# Readers --------------------------------------------------------------------------------------------------------------


def subscribe(world: World, key: str) -> None:
    actions.subscribe(newsletter=_newsletter(), email=world.address(key), person=world.people[key])


def subscribe_address(told: Plain) -> None:
    actions.subscribe(newsletter=_newsletter(), email=told["email"])
    if told.get("confirmed", True):
        actions.confirm(token=tokens.to_confirm(Subscription.objects.get(email=told["email"])))


def end(told: Plain) -> None:
    actions.unsubscribe(token=tokens.to_end(Subscription.objects.get(email=told["email"])))


def nominate(world: World, told: Plain) -> None:
    by = world.people[told["by"]]
    if "item" in told:
        item = ecology.item(world, told["item"])
        actions.nominate(newsletter=_newsletter(), by=by, item=item, why=told["why"])
    else:
        actions.nominate(
            newsletter=_newsletter(), by=by, url=told["url"], title=told["title"], why=told["why"]
        )


# Issues ---------------------------------------------------------------------------------------------------------------


def _issue(number: int) -> Issue:
    found: Issue = Issue.objects.select_related("newsletter").get(newsletter=_newsletter(), number=number)
    return found


def edit(world: World, number: int, told: Plain) -> None:
    issue, by, own = _issue(number), world.people[told["by"]], told["section"]
    if "title" in told:
        actions.rename_issue(issue=issue, by=by, title=told["title"])
    opening = issue.sections.get(kind=Section.Kind.FROM_EDITORS)
    actions.change_section(
        section=opening, by=by, body=words.post(told["opening"]), by_line=world.people[told["by"]].name
    )
    actions.add_section(
        issue=issue,
        by=by,
        kind=own["kind"],
        title=own["title"],
        by_line=own["by_line"],
        body=words.post(own["body"]),
        to=1,
    )
    taken = {each["item"] for each in words.read("newsletters")["nominations"] if each.get("takes") == number}
    known = {f"item {ecology.item(world, address).pk}" for address in taken}
    for nomination in Nomination.objects.waiting().filter(newsletter=issue.newsletter, known_by__in=known):
        actions.take_nomination(nomination=nomination, by=by, issue=issue)


def finish(world: World, number: int) -> None:
    """By another of its editors than the one who wrote it: four eyes see more."""
    issue = _issue(number)
    hour = dt.datetime.combine(clock.now().date(), SENDS_AT, tzinfo=dt.UTC)
    actions.schedule(issue=issue, by=world.people["kwame"], at=max(hour, clock.now()))
