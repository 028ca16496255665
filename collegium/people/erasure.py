"""What happens to a person's things when they delete their account: each room says it of its own.

    @erases(order=50)
    def erase_evidence(person): …                       # in the transaction of the erasure

    @goes
    def evidence_goes(person): return [_("12 pieces of evidence, with their files")]

    @stays
    def awards_stay(person): return [_("Your award CMALT, on the public register, under the name it was given to")]

A room fills these in its ``panels.py``. ``people`` itself then empties the person's row and deletes the account, last of
all, so that a room still finds the name when it is called.
"""

from collections.abc import Callable, Iterable

from collegium.people.models import Person

Eraser = Callable[[Person], None]
Sentences = Callable[[Person], Iterable[str]]

_erasers: dict[str, tuple[int, Eraser]] = {}
_going: dict[str, Sentences] = {}
_staying: dict[str, Sentences] = {}


def _name(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def erases(order: int = 100) -> Callable[[Eraser], Eraser]:
    """Lower orders first: what points to other things before what it points to."""

    def register(function: Eraser) -> Eraser:
        _erasers[_name(function)] = (order, function)
        return function

    return register


def goes(function: Sentences) -> Sentences:
    _going[_name(function)] = function
    return function


def stays(function: Sentences) -> Sentences:
    _staying[_name(function)] = function
    return function


def erasers() -> list[Eraser]:
    return [
        function
        for _name, (_order, function) in sorted(_erasers.items(), key=lambda each: (each[1][0], each[0]))
    ]


def what_goes(person: Person) -> list[str]:
    return [str(sentence) for function in _going.values() for sentence in function(person)]


def what_stays(person: Person) -> list[str]:
    return [str(sentence) for function in _staying.values() for sentence in function(person)]
