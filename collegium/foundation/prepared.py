"""Queries whose SQL is written once a process, for what every page or the busiest pages ask.

Putting a query together costs Django ten times what the database needs to answer it. A function that is decorated with
`prepared` is called once, with stand-ins for its arguments; the SQL that comes of it is kept, and from then on each call
only fills its parameters in.

    @prepared
    def _roles(person: int) -> QuerySet[RoleHolding]:
        return RoleHolding.objects.filter(person=person, withdrawn_at__isnull=True)

    held = _roles(person.pk)      # a list, read at once

Nothing that was read is kept, only how to ask. So the shape of the query may not depend on the arguments: no None, no
list, no search within words (`icontains`), no moment taken from a clock within it (pass that on as an argument). Several
keys may be asked for by a function of `*keys`, made few in shape by `padded`. What cannot be found again in the SQL is
refused at the first call.

Where what is asked has many shapes (a page that may be narrowed in ten ways), see ``prepared_by_shape``.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import DEFERRED, Model, QuerySet

P = ParamSpec("P")
Q = TypeVar("Q")
S = TypeVar("S")
K = TypeVar("K")
M = TypeVar("M", bound=Model)
T = TypeVar("T")
STEP = 16
FAR = -(10**15)  # a key that no row has


@dataclass(frozen=True)
class _Written:
    rows: "QuerySet[Any, Any]"
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    converters: Any
    filled: tuple[tuple[int, int], ...]  # (place among the parameters, number of the argument)


class _Prepared(Generic[T]):
    def __init__(self, build: Callable[..., "QuerySet[Any, T]"]) -> None:
        self._build = build
        self._written: dict[tuple[str, int], _Written] = {}

    def __call__(self, *values: Any) -> list[T]:
        connection: Any = connections[DEFAULT_DB_ALIAS]
        asked = connection.vendor, len(values)
        written = self._written.get(asked)
        if written is None:
            written = self._written[asked] = self._write(connection, values)
        return _read(connection, written, values)

    def _write(self, connection: Any, values: tuple[Any, ...]) -> _Written:
        stand_ins = [stand_in(value, number) for number, value in enumerate(values)]
        written = _write(connection, self._build(*stand_ins), stand_ins)
        if {number for _, number in written.filled} != set(range(len(values))):
            raise TypeError(
                f"{self._build.__qualname__}: an argument is not a parameter of the SQL: {written.sql}"
            )
        return written


class _PreparedByShape(Generic[T]):
    MOST_SHAPES = 200  # some 100 kB each

    def __init__(self, build: Callable[..., "QuerySet[Any, T]"]) -> None:
        self._build = build
        self._written: dict[tuple[str, Hashable, Hashable], _Written | None] = {}

    def __call__(self, question: Any, shape: Hashable = None) -> list[T]:
        connection: Any = connections[DEFAULT_DB_ALIAS]
        values: list[Any] = []
        emptied = _emptied(question, values)
        asked = connection.vendor, emptied, shape
        try:
            written = self._written[asked]
        except KeyError:
            if len(self._written) >= self.MOST_SHAPES:
                self._written.clear()
            written = self._written[asked] = self._write(connection, emptied, shape, values)
        return _read(connection, written, values) if written is not None else []

    def _write(self, connection: Any, emptied: Any, shape: Hashable, values: list[Any]) -> _Written | None:
        stand_ins = [stand_in(value, number) for number, value in enumerate(values)]
        try:
            return _write(connection, self._build(emptied, shape), stand_ins)
        except EmptyResultSet:
            return None  # of this shape nothing is ever found


def _emptied(part: Any, values: list[Any]) -> Any:
    """The question with stand-ins for its values, which are put into the list: equal for all questions of one shape."""
    if part is None or isinstance(part, bool) or part == "":
        return part
    if isinstance(part, tuple):
        return tuple([_emptied(each, values) for each in part])
    if is_dataclass(part) and not isinstance(part, type):
        emptied = object.__new__(type(part))
        vars(emptied).update({name: _emptied(value, values) for name, value in vars(part).items()})
        return emptied
    values.append(part)
    return stand_in(part, len(values) - 1)


def _write(connection: Any, rows: "QuerySet[Any, Any]", stand_ins: Sequence[Any]) -> _Written:
    compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    known = {adapted(connection, each): number for number, each in enumerate(stand_ins)}
    filled = tuple(
        (place, known[param])
        for place, param in enumerate(params)
        if isinstance(param, int | str | dt.date | uuid.UUID) and param in known
    )
    converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
    return _Written(rows, compiler, sql, tuple(params), converters, filled)


def _read(connection: Any, written: _Written, values: Sequence[Any]) -> list[Any]:
    params = list(written.params)
    for place, number in written.filled:
        params[place] = adapted(connection, values[number])
    # Nothing changes what is only read, so all three share their parts: clones would cost more than the answer.
    compiler, rows = _twin(written.compiler), _twin(written.rows)
    compiler.connection = connection  # each thread has its own
    compiler.as_sql = lambda: (written.sql, tuple(params))
    compiler.get_converters = lambda _fields: written.converters
    rows._query = query = _twin(written.rows.query)  # noqa: SLF001
    query.get_compiler = lambda *_, **__: compiler
    return list(rows)


def _twin(thing: Any) -> Any:
    twin = object.__new__(type(thing))
    vars(twin).update(vars(thing))
    return twin


def prepared(build: Callable[P, "QuerySet[Any, T]"]) -> Callable[P, list[T]]:
    """Arguments are given by position."""
    return _Prepared[T](build)  # type: ignore[return-value]  # its call takes what the function takes


def prepared_by_shape(build: "Callable[[Q, S], QuerySet[Any, T]]") -> "Callable[[Q, S], list[T]]":
    """As ``prepared``, of a question whose parts say which shape the query has. The SQL of each shape is written once.

    The question is a frozen dataclass (or a tuple, or either within the other) of numbers, words and moments, each of which
    may differ from call to call; what is None, an empty word, True or False, and how long its tuples are, is its shape. Anything
    else that the SQL depends on (how many rows are wanted, say) is the second argument, whole. A value need not be used by each
    shape; but as no error tells of one that does not get into the SQL as it is, compare with the plain query in a test.
    """
    return _PreparedByShape[T](build)


def keep_related(row: Model, name: str, related: list[Any]) -> None:
    """What was read for `row.name.all()`, as prefetch_related would leave it."""
    rows = getattr(row, name).all()
    rows._result_cache = related  # noqa: SLF001
    rows._prefetch_done = True  # noqa: SLF001
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = rows


def partly(model: type[M], *names: str) -> Callable[..., M]:
    """Makes rows of which only these columns were read, by their values in the order of the names; what else is asked of one
    is read then, as with ``only``. Ten times quicker than ``select_related`` where many rows lead to the same few.
    """
    fields = model._meta.concrete_fields
    unknown = set(names) - {each.attname for each in fields}
    if unknown:
        raise TypeError(f"{model.__name__} has no column {', '.join(sorted(unknown))}.")
    order = [names.index(each.attname) if each.attname in names else None for each in fields]

    def make(*values: Any) -> M:
        row = model(*[DEFERRED if number is None else values[number] for number in order])
        state: Any = row._state  # noqa: SLF001  # as Django's own `from_db`
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return row

    return make


def padded(keys: "Collection[K]") -> "list[K]":
    """The same keys, the last one repeated until there are 16, 32, 48…: for a query that takes `*keys`, so that there are
    few different numbers of them. Of none there are none.
    """
    found = list(keys)
    return found + found[-1:] * (-len(found) % STEP)


def stand_in(value: Any, number: int) -> Any:
    """What no row has: to be found again among the parameters of the SQL."""
    if isinstance(value, dt.datetime):
        return dt.datetime(1, 1, 2, tzinfo=dt.UTC) + dt.timedelta(days=number)
    if isinstance(value, dt.date):
        return dt.date(2, 2, 2) + dt.timedelta(days=number)
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=number)
    if isinstance(value, str):
        return f"\ue000{number}\ue000"
    if isinstance(value, int) and not isinstance(value, bool):
        return FAR - number
    raise TypeError(f"A prepared query takes numbers, words and moments, and not {value!r}.")


def adapted(connection: Any, value: Any) -> Any:
    """As Django hands it to this database."""
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, uuid.UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return value
