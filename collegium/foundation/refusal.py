from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise


class Refusal(Exception):  # noqa: N818 -- it is an answer, not an error
    """The domain says no, in a sentence that may be shown to the person who asked.

    ``code`` is for programs that must tell refusals apart, ``details`` for a list of single reasons.
    """

    def __init__(
        self, message: str | Promise, *, code: str = "", details: Sequence[str | Promise] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = tuple(details)

    def __str__(self) -> str:
        return str(self.message)


def require(*, allowed: bool, because: str | Promise = "") -> None:
    """Raise PermissionDenied (a 403 page that shows ``because``) unless allowed."""
    if not allowed:
        raise PermissionDenied(str(because))
