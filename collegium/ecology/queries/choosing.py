"""What a river's form offers to choose from: the languages of what flows there, and the people whose sources are followed."""

from dataclasses import dataclass

from django.db import connection

from collegium.ecology.models import Claim, Ecology, Flow, Following
from collegium.ecology.queries.river import Scope
from collegium.people.models import Audience, Person

MOST_PEOPLE = 100
_NEWEST = 1000  # sources that are looked at, those that were added last first


@dataclass(frozen=True)
class Choices:
    languages: tuple[str, ...] = ()
    people: tuple[tuple[int, str], ...] = ()  # whose name this reader may know, in the order of their names
    is_limited: bool = False  # there are more people than these, whose sources were added last


def choices(scope: Scope) -> Choices:
    """One query, that costs the same however much flows: one walks from one language to the next in the index."""
    if not scope.ecologies:
        return Choices()
    tops = [each.pk for each in scope.tops]
    where = [each.pk for each in scope.ecologies]
    reader = scope.reader
    shown = [Audience.PUBLIC] if reader is None else [Audience.PUBLIC, Audience.SIGNED_IN]
    names = {
        "flow": Flow._meta.db_table,
        "ecology": Ecology._meta.db_table,
        "following": Following._meta.db_table,
        "claim": Claim._meta.db_table,
        "person": Person._meta.db_table,
        "tops": _places(tops),
        "where": _places(where),
        "shown": _places(shown),
    }
    own = reader.pk if reader is not None else 0
    values: list[int | str] = [*tops, *where, _NEWEST, *shown, own, MOST_PEOPLE + 1]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(**names), values)
        rows = cursor.fetchall()
    people = [(key, words) for key, words in rows if key]
    return Choices(
        languages=tuple(sorted(words for key, words in rows if not key)),
        people=tuple(sorted(people[:MOST_PEOPLE], key=lambda each: (each[1].casefold(), each[0]))),
        is_limited=len(people) > MOST_PEOPLE,
    )


def _places(values: list[int] | list[Audience]) -> str:
    return ", ".join(["%s"] * len(values))


_STATEMENT = """
    WITH RECURSIVE said(ecology, language) AS (
        SELECT id, CAST('' AS text) FROM {ecology} WHERE id IN ({tops})
        UNION ALL
        SELECT said.ecology, (
            SELECT MIN(language) FROM {flow}
            WHERE ecology_id = said.ecology AND hidden_at IS NULL AND language > said.language
        ) FROM said WHERE said.language IS NOT NULL
    ),
    followed(key, source) AS (
        SELECT id, source_id FROM {following}
        WHERE ecology_id IN ({where}) AND ended_at IS NULL ORDER BY id DESC LIMIT %s
    ),
    publishing(key, name) AS (
        SELECT {person}.id, {person}.name FROM followed
        JOIN {claim} ON {claim}.source_id = followed.source AND {claim}.verified_at IS NOT NULL
        JOIN {person} ON {person}.id = {claim}.person_id
        WHERE {person}.erased_at IS NULL AND ({person}.name_audience IN ({shown}) OR {person}.id = %s)
        GROUP BY {person}.id, {person}.name ORDER BY MAX(followed.key) DESC LIMIT %s
    )
    SELECT DISTINCT 0 AS key, language AS words FROM said WHERE language <> ''
    UNION ALL
    SELECT key, name FROM publishing
"""
