"""What is written in the log about newsletters, and whom it tells. No address of a subscriber stands in it."""

from django.utils.translation import gettext_lazy as _

from collegium.activity.verbs import Told, verb

ISSUE = "newsletters:to_issue"
NEWSLETTER = "newsletters:by_id"

FOUNDED = verb("newsletter.founded", history=_("%(actor)s founded the newsletter “%(newsletter)s”"))
CHANGED = verb("newsletter.changed", history=_("%(actor)s changed the newsletter “%(newsletter)s”"))
CLOSED = verb("newsletter.closed", history=_("%(actor)s closed the newsletter “%(newsletter)s”"))
EDITOR_ADDED = verb(
    "newsletter.editor_added",
    history=_("%(actor)s made %(name)s an editor of “%(newsletter)s”"),
    tells={"editor": Told(_("%(actor)s made you an editor of the newsletter “%(newsletter)s”"), NEWSLETTER)},
)
EDITOR_REMOVED = verb(
    "newsletter.editor_removed",
    history=_("%(name)s is no editor of “%(newsletter)s” any more"),
    tells={
        "editor": Told(
            _("You are no editor of the newsletter “%(newsletter)s” any more"), NEWSLETTER, by_email=False
        )
    },
)
DRAFTED = verb(
    "newsletter.drafted",
    history=_("“%(issue)s” was drafted"),
    tells={
        "editor": Told(
            _("“%(issue)s” of %(newsletter)s is drafted. Look through it before it goes out."), ISSUE
        )
    },
)
DRAFTED_ANEW = verb("newsletter.drafted_anew", history=_("%(new)s new in the draft “%(issue)s”"))
DISCARDED = verb("newsletter.discarded", history=_("%(actor)s threw the draft “%(issue)s” away"))
SCHEDULED = verb(
    "newsletter.scheduled",
    history=_("%(actor)s scheduled “%(issue)s” for %(when)s"),
    tells={
        "editor": Told(
            _("%(actor)s scheduled “%(issue)s” of %(newsletter)s for %(when)s"), ISSUE, by_email=False
        )
    },
)
UNSCHEDULED = verb(
    "newsletter.unscheduled",
    history=_("%(actor)s held “%(issue)s” back"),
    tells={"editor": Told(_("%(actor)s held “%(issue)s” of %(newsletter)s back"), ISSUE, by_email=False)},
)
NOT_SENT = verb(
    "newsletter.not_sent",
    history=_("“%(issue)s” was not sent at its hour: nothing stood in it any more"),
    tells={
        "editor": Told(
            _("“%(issue)s” of %(newsletter)s was not sent at its hour: nothing stood in it any more"), ISSUE
        )
    },
)
TRIED = verb("newsletter.tried", history=_("%(actor)s had “%(issue)s” sent to themselves"))
BEGUN = verb("newsletter.begun", history=_("“%(issue)s” went out to %(letters)s readers"))
SENT = verb("newsletter.sent", history=_("All letters of “%(issue)s” are sent"))
WITHDRAWN = verb(
    "newsletter.withdrawn",
    history=_("%(actor)s withdrew “%(issue)s”: %(because)s"),
    tells={
        "editor": Told(
            _("%(actor)s withdrew “%(issue)s” of %(newsletter)s: %(because)s"), ISSUE, by_email=False
        )
    },
)
NOMINATED = verb(
    "newsletter.nominated",
    history=_("%(actor)s nominated “%(title)s” for %(newsletter)s"),
    tells={
        "editor": Told(
            _("%(actor)s nominated “%(title)s” for the newsletter %(newsletter)s"), NEWSLETTER, by_email=False
        )
    },
)
TAKEN = verb(
    "newsletter.taken",
    history=_("%(actor)s took the nomination “%(title)s” into “%(issue)s”"),
    tells={
        "nominator": Told(
            _("“%(title)s”, which you nominated, is to stand in %(newsletter)s"), NEWSLETTER, by_email=False
        )
    },
)
DECLINED = verb(
    "newsletter.declined",
    history=_("%(actor)s did not take the nomination “%(title)s”"),
    tells={
        "nominator": Told(
            _("“%(title)s”, which you nominated for %(newsletter)s, was not taken. %(because)s"),
            NEWSLETTER,
            by_email=False,
        )
    },
)
ASKED = verb("newsletter.asked", history=_("Somebody asked to subscribe to %(newsletter)s"))
SUBSCRIBED = verb("newsletter.subscribed", history=_("Somebody subscribed to %(newsletter)s"))
UNSUBSCRIBED = verb("newsletter.unsubscribed", history=_("A subscription to %(newsletter)s ended"))
