"""A community's ecology as the course's Figure 1 draws it by hand: every kind of place, some busy, some silent."""

from datetime import timedelta

from collegium.conversations.models import Thread
from collegium.ecology import actions
from collegium.ecology.models import Resource, Source, Tag
from collegium.events.models import Event
from collegium.foundation import clock
from collegium.people.models import Audience
from tests.communities.factories import make_community
from tests.conversations.factories import make_many_posts, make_thread
from tests.ecology.factories import make_item, make_source
from tests.events.factories import make_event
from tests.factories import make_evidence, make_person

SOURCES = [
    ("Notes from a learning technologist", "blog", 34, 20),
    ("SoTEL research cluster: project updates", "profile", 6, 5),
    ("قناة التعليم المفتوح", "channel", 12, 3),
    ("Talking heads, a podcast on assessment", "podcast", 4, 0),
    ("Zotero group: CMALT readings", "library", 9, 0),
    ("Webinars and meetings", "calendar", 3, 0),
    ("Bo’s teaching diary", "blog", 8, 8),
    ("A blog of one post", "blog", 1, 1),
    ("A blog that has fallen asleep", "blog", 0, 0),
    ("Another that never spoke", "blog", 0, 0),
]


def figure_one(cy, *members):
    """``cy`` convenes; what came, came in the last weeks."""
    found = make_community(
        *members, convener=cy, title="CMALT cMOOC", slug="cmalt-cmooc", audience=Audience.PUBLIC
    )
    actions.set_ecology(ecology=found.ecology, hashtag="cmaltcmooc")
    ecology, now = found.ecology, clock.now()
    items = []
    for title, kind, number, marked in SOURCES:
        source = make_source(ecology, title=title, kind=kind)
        for each in range(number):
            item = make_item(source, flows_at=now - timedelta(hours=5 + each * 9))
            items.append(item)
            if each < marked:
                Tag.objects.create(item=item, name="cmaltcmooc", said="CMALTcMOOC", flows_at=item.flows_at)
        if number:
            Source.objects.filter(pk=source.pk).update(changed_at=now)
    welcome = make_thread(found.forum, by=cy, title="Welcome")
    make_many_posts(welcome, 26, *members[:3])
    make_thread(found.forum, by=members[1], title="Who else struggles with reflection?")
    talk = make_thread(found.forum, by=members[0], title="About audio feedback")
    Thread.objects.filter(pk=talk.pk).update(about_kind="ecology.item", about_id=str(items[0].pk))
    make_many_posts(talk, 6, members[1], members[2])
    for number in range(5):
        Resource.objects.create(
            ecology=ecology,
            csl={},
            cite_key=f"key{number}",
            title=f"Resource {number}",
            known_by=str(number),
            item=items[number] if number < 3 else None,
        )
    meeting = make_event(cy, found, circles=(found.circle,), audience=Audience.PUBLIC)
    Event.objects.filter(pk=meeting.pk).update(first_starts_at=now - timedelta(days=2))
    meeting.occurrences.update(starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=2, hours=-1))
    for number in range(7):
        make_evidence(
            make_person(name=f"Keeper {number}"),
            source_kind="item",
            source_id=items[number].pk,
            frozen_at=now,
        )
    other = make_community(
        *members[:1], convener=cy, title="Mobile learning in Aotearoa", audience=Audience.PUBLIC
    )
    found.links_out.create(target=other, words="Neighbours")
    return found
