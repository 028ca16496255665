"""The communities: founded, joined, linked; who asks, who is invited, and what they keep."""

from collections.abc import Sequence
from functools import partial

from collegium.communities import actions as communities
from collegium.communities.models import Membership
from collegium.home.world import words
from collegium.home.world.years import Plain, World
from collegium.people.models import Audience

ASKED = 3.4  # days ago
LINKED = 100


def plan_communities(world: World) -> None:
    told: Sequence[Plain] = words.read("communities")["communities"]
    for each in told:
        world.at(each["founded"], each["title"], partial(found, world, each))
        plan_members(world, each)
        plan_what_is_kept(world, each)
    for number, link in enumerate(words.read("communities")["links"]):
        world.at(LINKED - number, f"{link['from']} points to {link['to']}", partial(connect, world, link))


def plan_members(world: World, each: Plain) -> None:
    leads, helps = each["facilitators"], each["helpers"]
    for place, key in enumerate((*leads, *helps, *each["members"])):
        days = min(each["founded"] - 2 - 3 * place, world.joined[key] - 0.4)
        world.at(days, f"{key} joins {each['title']}", partial(join, world, each, key))
        if key in leads:
            world.at(days - 0.1, f"{key} facilitates", partial(set_role, world, each, key))
        if key in helps:
            world.at(days - 0.1, f"{key} offers help", partial(offer_help, world, each, key))
    for place, (key, said) in enumerate(each.get("asks", {}).items()):
        world.at(ASKED - place, f"{key} asks to join", partial(ask, world, each["key"], key, said))
    for place, (who, said) in enumerate(each.get("invites", {}).items()):
        world.at(ASKED - place, f"{who} is invited", partial(invite, world, each, who, said))


def plan_what_is_kept(world: World, each: Plain) -> None:
    for kept in each.get("keeps", ()):
        world.at(kept["ago"], kept["title"], partial(keep, world, each["key"], kept))
    for page in each.get("pages", ()):
        for number, version in enumerate(page["versions"]):
            world.at(version["ago"], page["title"], partial(write_page, world, each["key"], page, number))


def found(world: World, each: Plain) -> None:
    world.communities[each["key"]] = communities.found(
        by=world.people[each["by"]],
        title=each["title"],
        slug=each["slug"],
        domain=each["domain"].strip(),
        people=each["people"].strip(),
        practice=each["practice"].strip(),
        joining=each["joining"],
        audience=Audience(each["audience"]),
        welcome=each["welcome"],
        first_steps=each["steps"],
    )


def join(world: World, each: Plain, key: str) -> None:
    """By the way that the community has."""
    community, person = world.communities[each["key"]], world.people[key]
    host = world.people[each["by"]]
    if each["joining"] == "open":
        communities.join(community=community, person=person)
    elif each["joining"] == "request":
        asked = communities.ask_to_join(community=community, by=person)
        communities.settle_request(request=asked, by=host, accept=True)
    else:
        invitation = communities.invite(community=community, by=host, email=world.address(key))
        communities.accept_invitation(invitation=invitation, by=person)


def _membership(world: World, community: str, key: str) -> Membership:
    found: Membership = Membership.objects.select_related("community", "person").get(
        community=world.communities[community], person=world.people[key]
    )
    return found


def set_role(world: World, each: Plain, key: str) -> None:
    communities.set_role(
        membership=_membership(world, each["key"], key), by=world.people[each["by"]], role="facilitator"
    )


def offer_help(world: World, each: Plain, key: str) -> None:
    communities.set_choices(
        membership=_membership(world, each["key"], key),
        by=world.people[key],
        in_directory=True,
        may_be_asked=True,
        helps_out=True,
    )


def ask(world: World, community: str, key: str, said: str) -> None:
    communities.ask_to_join(community=world.communities[community], by=world.people[key], words=said)


def invite(world: World, each: Plain, who: str, said: str) -> None:
    email = who if "@" in who else world.address(who)
    communities.invite(
        community=world.communities[each["key"]], by=world.people[each["by"]], email=email, words=said
    )


def keep(world: World, community: str, kept: Plain) -> None:
    communities.add_to_repertoire(
        community=world.communities[community],
        by=world.people[kept["by"]],
        title=kept["title"],
        why=kept["why"],
        url=kept["url"],
    )


def write_page(world: World, key: str, page: Plain, number: int) -> None:
    community, version = world.communities[key], page["versions"][number]
    by, html = world.people[version["by"]], words.post(version["text"])
    if number == 0:
        communities.start_page(community=community, by=by, title=page["title"], html=html)
        return
    there = community.pages.select_related("community").get(title=page["title"])
    communities.write_page(page=there, by=by, html=html, on_revision=there.revision, note=version["note"])


def connect(world: World, link: Plain) -> None:
    communities.link(
        source=world.communities[link["from"]],
        target=world.communities[link["to"]],
        by=world.people[link["by"]],
        words=link["words"],
    )
