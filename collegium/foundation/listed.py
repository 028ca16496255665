"""What belongs to a row, read along with it: a few rows of another table as a list in one column.

    Post.objects.annotate(signs=Listed(Reaction.objects.filter(post=OuterRef("pk")).values("kind", "person_id")))
    post.signs      # [["thanks", 4], ["idea", 9]], and None or [] where there are none

The rows of an ordered queryset come in its order. What JSON has no word for, such as a moment, comes as the database writes it.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler


class Listed(Subquery):
    """``rows`` is a queryset of ``values``, each named as its column is, or annotated."""

    def __init__(self, rows: "QuerySet[Any, dict[str, Any]]") -> None:
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
        gather = (
            "json_group_array(json_array({}))"
            if connection.vendor == "sqlite"
            else "jsonb_agg(jsonb_build_array({}))"
        )
        shape = f"(SELECT {gather.format(columns)} FROM (%(subquery)s) AS listed)"  # noqa: S608  # names of columns
        sql, params = super().as_sql(compiler, connection, template=shape, **extra_context)
        return sql, tuple(params)
