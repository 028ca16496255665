"""What flows together: blogs that the demo serves itself are followed, fetched day by day, talked about, kept and used.

Whoever enrols names an address, and the course follows it by itself: see ``data/open_course.yaml``.
"""

from functools import partial

from collegium.conversations import actions as conversations
from collegium.courses.models import Iteration, Week
from collegium.ecology import actions, doctor, fetching, identity, opml, tasks
from collegium.ecology.actions import library, reading_lists, river
from collegium.ecology.models import Claim, Ecology, Flow, Item, Resource, Source
from collegium.evidence.models import SourceKind
from collegium.foundation import http
from collegium.home.world import kept, words
from collegium.home.world.years import Plain, World

ENROLLED = 11  # days before the course begins: from then on somebody may have named a blog
LAST = 0.02  # days ago


def plan_ecology(world: World) -> None:
    told: Plain = words.read("ecology")
    for day in range(world.begun + ENROLLED, 0, -1):
        world.at(day - 0.05, "What is new in the blogs", fetch)
    world.at(LAST, "What is new in the blogs", partial(fetch, patience=3.0))
    calendar, vouches, outlines = told["calendar"], told["vouches"], told["outlines"]
    world.at(world.week(*calendar["day"]), "A calendar is followed", partial(follow, world, calendar))
    world.at(world.week(*vouches["day"]), "An editor vouches", partial(vouch, world, vouches))
    world.at(world.week(*outlines["day"]), "A list of sources", partial(bring, world, outlines))
    for each in told["highlighted"]:
        world.at(world.week(*each["day"]), "A highlight", partial(highlight, world, each))
    for each in told["discussed"]:
        plan_talk(world, each)
    for key, addresses in told["saved"].items():
        for place, address in enumerate(addresses):
            world.at(0.5 - 0.1 * place, f"{key} saves something", partial(save, world, key, address))
    used = told["used"]
    world.at(world.week(*used["day"]), f"{used['by']} uses an item", partial(use, world, used))
    resources: dict[str, Resource] = {}
    for each in told["library"]:
        world.at(world.week(*each["day"]), each["csl"]["title"], partial(keep, world, each, resources))
    for each in told["reading_lists"]:
        world.at(world.week(*each["day"]), each["title"], partial(make_list, world, each, resources))


def plan_talk(world: World, each: Plain) -> None:
    began = world.week(*each["day"])
    world.at(began, f"{each['by']} talks about an item", partial(talk, world, each))
    for answer in each.get("answers", ()):
        world.at(began - answer["after"], f"{answer['by']} answers", partial(reply, world, each, answer))


# Sources --------------------------------------------------------------------------------------------------------------


def fetch(patience: float = 0.0) -> None:
    """In this thread, so that the moved clock is seen. A host that rests is asked with the next round."""
    fetching.fetch_round(patience=patience)
    tasks.index_items()


def _course(world: World) -> Ecology:
    iteration = Iteration.objects.select_related("ecology__forum").get(pk=world.iterations["course"].pk)
    return iteration.ecology


def follow(world: World, told: Plain) -> None:
    course, person = _course(world), world.people[told["by"]]
    address = world.blogs.address(told["blog"], told["path"])
    found = doctor.examine(address, hashtag=course.hashtag).candidates[0]
    following = actions.follow(ecology=course, by=person, candidate=found)
    claim = actions.claim(source=following.source, by=person)
    tasks.fetch_one.later(following.source_id)
    tasks.look_for_claim.later(claim.pk)


def vouch(world: World, told: Plain) -> None:
    claim = Claim.objects.select_related("source", "person").get(person=world.people[told["for"]])
    actions.vouch(claim=claim, by=world.people[told["by"]])


def bring(world: World, told: Plain) -> None:
    community = world.communities[told["community"]]
    community.refresh_from_db()
    answer = http.get(world.blogs.address(told["blog"], told["path"]))
    work = actions.begin_import(
        ecology=community.ecology, by=world.people[told["by"]], outlines=opml.read(answer.body)
    )
    tasks.import_outlines.later(work.pk)


# The river ------------------------------------------------------------------------------------------------------------


def item(world: World, address: str) -> Item:
    """By the address of its post, under whichever name the blog had when it came."""
    name, _slash, slug = address.partition("/")
    names = [name, "rhodri"] if name == "learningtech" else [name]
    keys = [identity.address_key(world.blogs.address(each, f"/{slug}/")) for each in names]
    there = Item.objects.filter(keys__key__in=keys)
    if not there.exists():  # it is not due yet: whoever waits for it has it looked at now
        for source in Source.objects.filter(host__in=[f"{each}.localhost" for each in names]):
            actions.look_soon(source=source)
            tasks.fetch_one.later(source.pk)
    found = there.first()
    if found is None:
        raise LookupError(f"{address} has not come in.")
    return found


def highlight(world: World, told: Plain) -> None:
    flow = Flow.objects.get(item=item(world, told["item"]), ecology=_course(world))
    river.highlight(flow=flow, by=world.people[told["by"]], words=told["words"])


def talk(world: World, told: Plain) -> None:
    river.talk(
        item=item(world, told["item"]),
        ecology=_course(world),
        by=world.people[told["by"]],
        words=told["words"],
    )


def reply(world: World, told: Plain, answer: Plain) -> None:
    forum = _course(world).forum
    thread = river.thread_about(item(world, told["item"]), forum) if forum is not None else None
    if thread is None:
        raise LookupError(f"Nobody talks about {told['item']}.")
    conversations.post(thread=thread, by=world.people[answer["by"]], html=words.post(answer["text"]))


def save(world: World, key: str, address: str) -> None:
    river.save(person=world.people[key], item=item(world, address))


def use(world: World, told: Plain) -> None:
    kept.use(world, told["by"], SourceKind.ITEM, item(world, told["item"]).pk)


# The library ----------------------------------------------------------------------------------------------------------


def keep(world: World, told: Plain, resources: dict[str, Resource]) -> None:
    resource = library.keep(
        ecology=_course(world),
        by=world.people[told["by"]],
        csl=told["csl"],
        why=told["why"],
        tags=told["tags"],
    )
    resources[told["key"]] = resource
    for key, why in told.get("also", {}).items():
        library.recommend(resource=resource, by=world.people[key], why=why)


def make_list(world: World, told: Plain, resources: dict[str, Resource]) -> None:
    week = Week.objects.get(iteration=world.iterations["course"], number=told["week"])
    by = world.people[told["by"]]
    made = reading_lists.make_list(
        ecology=_course(world), by=by, title=told["title"], words=words.post(told["words"]), about=week
    )
    for key, is_core, said in told["entries"]:
        reading_lists.put_on_list(
            reading_list=made, by=by, resource=resources[key], is_core=is_core, words=said
        )
