"""What a new account may not do yet. Whoever advertises makes an account and posts at once, much, and with links;
whoever comes to learn hardly notices these limits, and has outgrown them after three days and three posts.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.conversations.models import Forum, Post
from collegium.foundation import clock
from collegium.people.models import CircleMember, Person

# Long enough that a wave of accounts made by a program is seen by a moderator before it may do more.
NEW_FOR = timedelta(days=3)
# Posts that have stood for a day without being hidden or taken away: somebody has read them by then.
POSTS_TO_OUTGROW = 3
STANDING_FOR = timedelta(days=1)
# Somebody who introduces themselves and thanks those who greet them stays below this; a program does not.
POSTS_AN_HOUR = 10
# One's blog and one source: what a true first post has. Links to pages of ours do not count.
LINKS_A_POST = 2
# A photo or a slide or two; a film or an archive can wait.
ATTACHED_A_POST = 5 * 1024 * 1024


def is_new(person: Person, forum: Forum) -> bool:
    """Whether the limits hold for this person there. At most two queries; moderators are never new."""
    if CircleMember.objects.filter(circle=forum.moderators_id, person=person).exists():
        return False
    if clock.now() - person.joined_at < NEW_FOR:
        return True
    stood = Post.objects.standing().filter(author=person, posted_at__lte=clock.now() - STANDING_FOR)
    return len(stood.order_by("-pk").values_list("pk")[:POSTS_TO_OUTGROW]) < POSTS_TO_OUTGROW


def too_often(person: Person, posted_often_at: datetime | None, settled_in_at: datetime | None) -> str:
    """Why the next post of a new account has to wait, in a sentence; empty if it need not.

    ``posted_often_at`` is when they posted last but nine, ``settled_in_at`` when the third of the posts that still stand.
    """
    now, hour = clock.now(), timedelta(hours=1)
    if posted_often_at is None or now - posted_often_at >= hour:
        return ""
    has_settled_in = settled_in_at is not None and now - settled_in_at >= STANDING_FOR
    if has_settled_in and now - person.joined_at >= NEW_FOR:
        return ""
    minutes = max(1, round((posted_often_at + hour - now).total_seconds() / 60))
    return ngettext(
        "New accounts can post %(most)s times an hour. You can post again in a minute; what you have written is kept.",
        "New accounts can post %(most)s times an hour. You can post again in %(num)s minutes; what you have written is kept.",
        minutes,
    ) % {"most": POSTS_AN_HOUR, "num": minutes}


def too_much(person: Person, forum: Forum, *, links: Collection[str] = (), attached: int = 0) -> str:
    """Why a post with these addresses elsewhere and so many attached bytes has to be smaller; empty if it need not."""
    if len(links) <= LINKS_A_POST and attached <= ATTACHED_A_POST:
        return ""
    if not is_new(person, forum):
        return ""
    if len(links) > LINKS_A_POST:
        return _(
            "New accounts can put %(most)s links into a post, because programs that advertise use many. Take some out, or put them into another post."
        ) % {"most": LINKS_A_POST}
    return _(
        "New accounts can attach up to 5 MB to a post. Attach less now, or link to where the file stands."
    )
