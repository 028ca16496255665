"""Who could read whom in a group, as it stands: members, who is away, what has been read before."""

from collections import defaultdict
from dataclasses import dataclass

from collegium.courses.models import Enrolment, Iteration, Pair, PlannedWeek, Week
from collegium.foundation import clock


@dataclass(frozen=True)
class Paired:
    members: list[int]
    mentors: list[int]
    ahead: list[Week]  # meetings for which somebody reads, that are still to come, in their order
    away: dict[int, set[int]]  # by meeting
    reads: dict[int, list[tuple[int, int]]]  # by meeting, reader and writer as it is now
    past: list[tuple[int, int]]


READ_FOR = (Week.Kind.MEETING, Week.Kind.SHOWCASE)


def paired(iteration: Iteration) -> Paired:
    """Four queries."""
    roles = dict(
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True).values_list("person", "role")
    )
    moment = clock.now()
    weeks = list(iteration.weeks.filter(kind__in=READ_FOR).select_related("meeting").order_by("number"))
    ahead = [week for week in weeks if week.meeting is None or week.meeting.starts_at > moment]
    away = defaultdict(set)
    for week, person in PlannedWeek.objects.filter(
        week__iteration=iteration, state=PlannedWeek.State.LEFT_OUT
    ).values_list("week", "enrolment__person"):
        away[week].add(person)
    reads = defaultdict(list)
    for week, reader, writer in (
        Pair.objects.filter(week__iteration=iteration).order_by("pk").values_list("week", "reader", "writer")
    ):
        reads[week].append((reader, writer))
    coming = {week.pk for week in ahead}
    return Paired(
        members=sorted(pk for pk, role in roles.items() if role == Enrolment.Role.PARTICIPANT),
        mentors=sorted(pk for pk, role in roles.items() if role == Enrolment.Role.MENTOR),
        ahead=ahead,
        away=dict(away),
        reads=dict(reads),
        past=[each for week, pairs in reads.items() if week not in coming for each in pairs],
    )
