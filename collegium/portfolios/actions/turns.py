"""Whose turn it is to write in a section that several write."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.design.filters import time_in_words
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.actions.guarding import require_open
from collegium.portfolios.models import Section, Turn

TURN_TAKEN = verb("portfolio.turn_taken", history=gettext_lazy("%(actor)s took the turn in %(section)s"))
TURN_TAKEN_OVER = verb(
    "portfolio.turn_taken_over",
    history=gettext_lazy("%(actor)s took the turn in %(section)s over from %(before)s"),
)
TURN_PASSED = verb("portfolio.turn_passed", history=gettext_lazy("%(actor)s ended the turn in %(section)s"))


class NotYourTurn(Refusal):
    """Somebody else writes there. What one wrote can be kept with ``actions.set_aside``."""

    def __init__(self, turn: Turn) -> None:
        super().__init__(
            _(
                "%(name)s has been writing here since %(time)s. After a quarter of an hour of silence it is"
                " anybody's turn again."
            )
            % {"name": turn.person.name, "time": time_in_words(turn.taken_at)},
            code="turn",
        )
        self.turn = turn


@transaction.atomic
def take_turn(*, section: Section, by: Person) -> Turn:
    """Refused while somebody else writes; after a silence of theirs it is taken over, and what they wrote stays."""
    require_open(section)
    return hold_turn(section, by)


@transaction.atomic
def pass_turn(*, section: Section, by: Person) -> None:
    """So that the next one need not wait. Of no effect when it is somebody else's."""
    gone, _kinds = Turn.objects.filter(section=section, person=by).delete()
    if gone:
        record(TURN_PASSED, by=by, about=section.portfolio, data={"section": str(section)})


def hold_turn(section: Section, by: Person) -> Turn:
    """Within the caller's transaction: the row of the section is held, so that of two who come at once one waits."""
    Section.objects.select_for_update().get(pk=section.pk)
    turn = Turn.objects.filter(section=section).select_related("person").first()
    now = clock.now()
    if turn is not None and turn.person_id != by.pk and turn.holds:
        raise NotYourTurn(turn)
    if turn is not None and turn.person_id == by.pk and turn.holds:
        turn.heard_at = now
        turn.save(update_fields=["heard_at"])
        return turn
    taken, _made = Turn.objects.update_or_create(
        section=section, defaults={"person": by, "taken_at": now, "heard_at": now}
    )
    data = {"section": str(section)}
    if turn is not None and turn.person_id != by.pk:
        record(TURN_TAKEN_OVER, by=by, about=section.portfolio, data={**data, "before": turn.person.name})
    else:
        record(TURN_TAKEN, by=by, about=section.portfolio, data=data)
    return taken
