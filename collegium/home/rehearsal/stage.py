"""Where a rehearsal happens: the scheme, its people, and a coordinator who answers what a decision cannot do without."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from collegium.foundation.refusal import Refusal
from collegium.home.rehearsal import answers
from collegium.home.rehearsal.cast import Cast
from collegium.home.rehearsal.telling import Answered, Step, Telling, quoted
from collegium.schemes import actions as schemes
from collegium.schemes import queries
from collegium.schemes.documents import Rule, UnsetRule
from collegium.schemes.models import Pathway, SchemeVersion

T = TypeVar("T")
MOST_ANSWERS = 12  # for one decision; more would be a decision that cannot be made


@dataclass
class Stage:
    told: Telling
    version: SchemeVersion
    cast: Cast
    web: str  # where links of the evidence lead

    def pathway(self, key: str) -> Pathway:
        return Pathway.objects.for_display().get(scheme_version=self.version, key=key)

    def deciding(self, step: Step, act: Callable[[], T], needed_for: str) -> T:
        """Does it; where it is refused for a rule that nobody has published, the coordinator answers that first."""
        for _number in range(MOST_ANSWERS):
            try:
                return act()
            except Refusal as refusal:
                if refusal.code != "unset" or not refusal.details:
                    raise
                step.say(f"This needs a rule that the scheme leaves unset: {quoted(str(refusal))}")
                self.answer(step, str(refusal.details[0]), needed_for)
        return act()

    def left_open(self, rule: Rule[Any], what: str) -> None:
        """Notes what came of a rule that stayed unset."""
        self.told.left_open.setdefault(rule.path, what)

    def rule(self, step: Step, pathway: Pathway, name: str, needed_for: str) -> Any:
        """The value of a rule that has to be known to go on."""
        return self.deciding(step, lambda: queries.decided(pathway, name), needed_for)

    def answer(self, step: Step, path: str, needed_for: str) -> None:
        version = SchemeVersion.objects.select_related("scheme", "framework").get(pk=self.version.pk)
        scheme = queries.in_force(version)
        rule = next((each for each in scheme.unset_rules() if each.path == path), None)
        answer = answers.invented(path, scheme)
        schemes.answer_unset_rule(
            scheme_version=version,
            path=path,
            answer=answer,
            reason=answers.REASON,
            by=self.cast.coordinator,
        )
        words = answers.in_words(answer)
        question = rule.question if rule is not None else path
        step.say(
            f"{self.cast.coordinator.name} is asked: “{question}” The answer, invented here: **{words}** (`{path}`)."
        )
        if rule is None:
            rule = UnsetRule(path=path, title=path, question=question, shape="")
        self.told.answers.append(Answered(rule, words, needed_for))
        if all(each.path != path for each in self.told.open_rules):
            self.told.open_rules.append(rule)
