"""The course and the writing group of a rehearsal, on one clock, with what happens by itself in between."""

from pathlib import Path

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal import days, hours
from collegium.home.rehearsal.course import OpenCourse
from collegium.home.rehearsal.days import Track
from collegium.home.rehearsal.group import WritingGroup
from collegium.home.rehearsal.stage import Stage
from collegium.home.rehearsal.together import ZONE_ELSEWHERE, ZONES, Together

STEPS_FOR_COURSE, STEPS_FOR_GROUP = 40, 32  # about; for the progress bar


def run(
    stage: Stage, key: str, folder: Path, *, country: str, course: bool = True, group: bool = True
) -> None:
    """Both lead to the pathway of this key. They begin on the present day of the moved clock."""
    together = Together(stage, key, clock.now().date(), ZONES.get(country, ZONE_ELSEWHERE))
    stories = []
    if course:
        stories.append(OpenCourse(together, folder).track())
    if group:
        stories.append(WritingGroup(together, folder).track())
    waiting = [len(stories)]

    def told(track: Track[None]) -> Track[None]:
        """A refusal that nobody expected ends one story and not the other; the step has noted it as a failure."""
        try:
            yield from track
        except Refusal:
            return
        finally:
            waiting[0] -= 1

    days.run([hours.pass_by(stage.told, together.begins, lambda: not waiting[0]), *map(told, stories)])
