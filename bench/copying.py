"""The database copies a group of people with all that hangs on it: row by row from here, many would take half an hour."""

from collections.abc import Mapping

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Max, Model

Group = Mapping[type[Model], Mapping[str, str]]


def newest(models: Group) -> dict[type[Model], int]:
    """The last key of each."""
    return {model: model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model in models}


def multiply(group: Group, size: int, *, shared: Mapping[type[Model], int] | None = None) -> None:
    """Until the group is there ``size`` times.

    ``group`` names its models in the order in which they may be copied, and of each the columns that must differ between
    two copies. Rows up to the key in ``shared`` are not copied: what points to them points to them in each copy.
    """
    if size == 1:
        return
    kept = shared or {}
    uuid = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    last = newest(group)

    def moved(column: str, target: type[Model]) -> str:
        beyond = f"{column} + copies.n * {last[target]}"
        below = kept.get(target, 0)
        return f"CASE WHEN {column} <= {below} THEN {column} ELSE {beyond} END" if below else beyond

    with transaction.atomic(), connection.cursor() as cursor:
        for model, differing in group.items():
            table = connection.ops.quote_name(model._meta.db_table)
            columns, values = [], []
            for field in model._meta.concrete_fields:
                column = f"{table}.{connection.ops.quote_name(field.column)}"
                target = model if field.primary_key else field.related_model
                if field.name in differing:
                    value = differing[field.name].format(column=column, uuid=uuid)
                elif target is not None and target in last:
                    value = moved(column, target)
                else:
                    value = column
                columns.append(connection.ops.quote_name(field.column))
                values.append(value)
            # The copies lead, so that keys come in order and a table grows at its end.
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608  # names of our own tables
                " WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < %s)"
                f" SELECT {', '.join(values)} FROM copies CROSS JOIN {table}"
                f" WHERE {table}.id > %s AND {table}.id <= %s",
                [size - 1, kept.get(model, 0), last[model]],
            )
        for statement in connection.ops.sequence_reset_sql(no_style(), list(group)):
            cursor.execute(statement)


def settle() -> None:
    """What PostgreSQL does by and by. SQLite counts nothing unless it is asked, and nobody asks it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
