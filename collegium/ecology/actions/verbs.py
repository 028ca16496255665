"""What is written in the log about sources and items, and whom it tells."""

from django.utils.translation import gettext_lazy as _

from collegium.activity.verbs import Told, verb

SOURCE = "ecology:source"

FOLLOWED = verb("source.followed", history=_("%(actor)s added “%(source)s” to %(title)s"))
UNFOLLOWED = verb("source.unfollowed", history=_("%(actor)s took “%(source)s” out of %(title)s"))
PAUSED = verb("source.paused", history=_("%(actor)s paused “%(source)s”"))
RESUMED = verb("source.resumed", history=_("%(actor)s went on with “%(source)s”"))
CLAIMED = verb("source.claimed", history=_("%(actor)s says that “%(source)s” is theirs"))
VERIFIED = verb(
    "source.verified",
    history=_("“%(source)s” was shown to be %(name)s’s"),
    tells={"author": Told(_("“%(source)s” is shown as yours now"), SOURCE, by_email=False)},
)
UNCLAIMED = verb("source.unclaimed", history=_("%(actor)s no longer says that “%(source)s” is theirs"))
REJECTED = verb(
    "source.claim_rejected",
    history=_("%(actor)s says that “%(source)s” is not %(name)s’s"),
    tells={
        "author": Told(
            _(
                "%(actor)s, who edits %(title)s, says that “%(source)s” is not yours. Let its page say so, and it counts."
            ),
            SOURCE,
        )
    },
)
BROUGHT = verb("source.brought", history=_("%(new)s new, %(changed)s changed"))
FAILING = verb(
    "source.failing",
    history=_("“%(source)s” cannot be read: %(wrong)s"),
    tells={"keeper": Told(_("“%(source)s” cannot be read: %(wrong)s See how to mend it."), SOURCE)},
)
MOVED = verb(
    "source.moved",
    history=_("“%(source)s” has moved to %(to)s"),
    tells={
        "keeper": Told(_("“%(source)s” has moved to %(to)s and is followed there"), SOURCE, by_email=False)
    },
)
GONE = verb(
    "source.gone",
    history=_("“%(source)s” says that it is gone for good"),
    tells={
        "keeper": Told(
            _("“%(source)s” says that it is gone for good. What it brought is kept."), SOURCE, by_email=False
        )
    },
)

RESOURCE = "ecology:resource"

KEPT = verb("resource.kept", history=_("%(actor)s put “%(resource)s” into the library of %(title)s"))
DESCRIBED = verb("resource.described", history=_("%(actor)s described “%(resource)s” anew"))
RECOMMENDED = verb(
    "resource.recommended",
    history=_("%(actor)s recommends “%(resource)s”"),
    tells={
        "keeper": Told(
            _("%(actor)s recommends “%(resource)s” too, which you added"), RESOURCE, by_email=False
        )
    },
)
TAKEN_OUT = verb("resource.taken_out", history=_("%(actor)s took “%(resource)s” out of the library"))
BROUGHT_IN = verb("library.brought_in", history=_("%(actor)s brought %(new)s resources into %(title)s"))
ROTTEN = verb(
    "resource.rotten",
    history=_("The link of “%(resource)s” was found to lead nowhere"),
    tells={
        "keeper": Told(
            _("The link of “%(resource)s”, which you keep in a library, leads nowhere any more"),
            RESOURCE,
            by_email=False,
        )
    },
)
LIST_MADE = verb("reading_list.made", history=_("%(actor)s made the reading list “%(list)s” in %(title)s"))
LIST_REMOVED = verb("reading_list.removed", history=_("%(actor)s removed the reading list “%(list)s”"))
