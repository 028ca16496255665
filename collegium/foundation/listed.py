"""What belongs to a row, read along with it: a few rows of another table as a list in one column.

    Post.objects.annotate(signs=Listed(Reaction.objects.filter(post=OuterRef("pk")).values("kind", "person_id")))
    post.signs      # [["thanks", 4], ["idea", 9]], and None or [] where there are none

The rows of an ordered queryset come in its order. What JSON has no word for, such as a moment, comes as the database writes it.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import IntegerField, JSONField, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler

from collegium.foundation.prepared import adapted, stand_in


class Listed(Subquery):
    """``rows`` is a queryset of ``values``, each named as its column is, or annotated."""

    def __init__(self, rows: "QuerySet[Any, Any]") -> None:
        super().__init__(rows, output_field=JSONField())

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        template: str | None = None,  # noqa: ARG002  # Django's signature
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        query: Any = self.query
        columns = ", ".join(f'listed."{name}"' for name in (*query.values_select, *query.annotation_select))
        shape = f"(SELECT {_gathering(connection).format(columns)} FROM (%(subquery)s) AS listed)"  # noqa: S608  # names of columns
        sql, params = super().as_sql(compiler, connection, template=shape, **extra_context)
        return sql, tuple(params)


class CountedUpTo(Subquery):
    """How many rows a queryset has that was cut off at as many as anybody wants to know of: ``rows[:100]``."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def read_together(*asked: "QuerySet[Any, Any]") -> list[list[list[Any]]]:
    """The rows of several querysets of ``values_list``, whatever tables they are of, in one query; each row is a list.

    For a page that shows a few rows each of many kinds. As with ``Listed``, what JSON has no word for comes as text.
    """
    sql, params = _written_together(asked)
    return _read(sql, params)


class PreparedTogether:
    """``read_together``, of querysets whose SQL is written once a process: see ``prepared``.

    ``build`` is called with a shape, which is anything that can be a key of a dictionary and says which querysets they
    are to be, and with stand-ins for the values, of which it need not use each. A text may also be looked for within words
    (``icontains``). What cannot be found again in the SQL stays a stand-in, that no row has: nothing is found by it.
    """

    MOST_SHAPES = 1000

    def __init__(self, build: Callable[..., Sequence["QuerySet[Any, Any]"]]) -> None:
        self._build = build
        self._written: dict[tuple[str, Hashable, int], _WrittenTogether] = {}

    def __call__(self, shape: Hashable, *values: Any) -> list[list[list[Any]]]:
        """A column that has a name in the querysets comes in its place among them."""
        asked = connection.vendor, shape, len(values)
        written = self._written.get(asked)
        if written is None:
            if len(self._written) >= self.MOST_SHAPES:
                self._written.clear()
            written = self._written[asked] = self._write(shape, values)
        params = list(written.params)
        for place, number, before, after in written.filled:
            value = values[number]
            if before or after:
                params[place] = f"{before}{connection.ops.prep_for_like_query(value)}{after}"
            else:
                params[place] = adapted(connection, value)
        return _read(written.sql, params)

    def _write(self, shape: Hashable, values: Sequence[Any]) -> "_WrittenTogether":
        stand_ins = [stand_in(value, number) for number, value in enumerate(values)]
        sql, params = _written_together(self._build(shape, *stand_ins))
        known = {adapted(connection, each): number for number, each in enumerate(stand_ins)}
        texts = [(number, each) for number, each in enumerate(stand_ins) if isinstance(each, str)]
        filled: list[tuple[int, int, str, str]] = []
        for place, param in enumerate(params):
            if isinstance(param, int | str | dt.date | uuid.UUID) and param in known:
                filled.append((place, known[param], "", ""))
            elif isinstance(param, str):
                for number, text in texts:
                    if text in param:
                        before, _found, after = param.partition(text)
                        filled.append((place, number, before, after))
        return _WrittenTogether(sql, tuple(params), tuple(filled))


@dataclass(frozen=True)
class _WrittenTogether:
    sql: str
    params: tuple[Any, ...]
    filled: tuple[
        tuple[int, int, str, str], ...
    ]  # place among the parameters, number of the value, around it


def _written_together(asked: Sequence["QuerySet[Any, Any]"]) -> tuple[str, list[Any]]:
    parts, params = [], []
    for rows in asked:
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, given = compiler.as_sql(with_col_aliases=True)
        except EmptyResultSet:
            parts.append("NULL")
            continue
        names = ", ".join(f'listed."{alias}"' for _column, _sql, alias in compiler.select)
        parts.append(f"(SELECT {_gathering(compiler.connection).format(names)} FROM ({sql}) AS listed)")  # noqa: S608  # Django's own
        params.extend(given)
    return f"SELECT {', '.join(parts)}", params  # as above


def _read(sql: str, params: Sequence[Any]) -> list[list[list[Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchone()
    return [json.loads(column) if isinstance(column, str) else column or [] for column in found]


def _gathering(database: BaseDatabaseWrapper) -> str:
    if database.vendor == "sqlite":
        return "json_group_array(json_array({}))"
    return "jsonb_agg(jsonb_build_array({}))"
