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
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet

P = ParamSpec("P")
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

    def _write(self, connection: Any, values: tuple[Any, ...]) -> _Written:
        stand_ins = [stand_in(value, number) for number, value in enumerate(values)]
        rows = self._build(*stand_ins)
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        known = {adapted(connection, each): number for number, each in enumerate(stand_ins)}
        filled = tuple(
            (place, known[param])
            for place, param in enumerate(params)
            if isinstance(param, int | str | dt.date | uuid.UUID) and param in known
        )
        if {number for _, number in filled} != set(range(len(values))):
            raise TypeError(f"{self._build.__qualname__}: an argument is not a parameter of the SQL: {sql}")
        converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        return _Written(rows, compiler, sql, tuple(params), converters, filled)


def _twin(thing: Any) -> Any:
    twin = object.__new__(type(thing))
    vars(twin).update(vars(thing))
    return twin


def prepared(build: Callable[P, "QuerySet[Any, T]"]) -> Callable[P, list[T]]:
    """Arguments are given by position."""
    return _Prepared[T](build)  # type: ignore[return-value]  # its call takes what the function takes


def keep_related(row: Model, name: str, related: list[Any]) -> None:
    """What was read for `row.name.all()`, as prefetch_related would leave it."""
    rows = getattr(row, name).all()
    rows._result_cache = related  # noqa: SLF001
    rows._prefetch_done = True  # noqa: SLF001
    vars(row).setdefault("_prefetched_objects_cache", {})[name] = rows


def padded(keys: Collection[int]) -> list[int]:
    """The same keys, the last one repeated until there are 16, 32, 48…: for a query that takes `*keys`, so that there are
    few different numbers of them. There must be one.
    """
    found = list(keys)
    return found + found[-1:] * (-len(found) % STEP)


def stand_in(value: Any, number: int) -> Any:
    """What no row has: to be found again among the parameters of the SQL."""
    if isinstance(value, dt.datetime):
        return dt.datetime(1, 1, 2 + number, tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return dt.date(1, 2, 2 + number)
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
