"""A column for documents."""

import json
from typing import Any

from django.db import models


class DocumentField(models.TextField[Any, Any]):
    """A JSON document kept as text: it comes back with its keys in the order in which they were written.

    PostgreSQL's ``jsonb`` sorts keys, and with them what people wrote one after another in a file.
    """

    _pyi_private_set_type: Any  # how the type-checker's plugin is told what a row takes and gives
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:  # noqa: ARG002  # Django's
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
