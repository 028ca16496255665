"""What belongs to a row, read along with it: a few rows of another table as a list in one column.

    Post.objects.annotate(signs=Listed(Reaction.objects.filter(post=OuterRef("pk")).values("kind", "person_id")))
    post.signs      # [["thanks", 4], ["idea", 9]], and None or [] where there are none

The rows of an ordered queryset come in its order. What JSON has no word for, such as a moment, comes as the database writes it.
"""

import json
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import IntegerField, JSONField, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler


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
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)  # as above
        found = cursor.fetchone()
    return [json.loads(column) if isinstance(column, str) else column or [] for column in found]


def _gathering(database: BaseDatabaseWrapper) -> str:
    if database.vendor == "sqlite":
        return "json_group_array(json_array({}))"
    return "jsonb_agg(jsonb_build_array({}))"
