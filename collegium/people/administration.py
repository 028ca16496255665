"""What the administration pages have in common: site administrators look, and change only what a page names."""

from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)


class LookOnly(admin.ModelAdmin[M]):
    """Rows to look at. What happens to them happens by actions, which check rules and write the log."""

    changeable: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _administers(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's signature
        return _administers(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  # Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's signature
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002  # Django's signature
        return bool(self.changeable) and _administers(request)

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> list[str]:  # noqa: ARG002  # Django's signature
        shown = self.fields or [field.name for field in (*self.opts.fields, *self.opts.many_to_many)]
        return [str(name) for name in shown if name not in self.changeable]


def _administers(request: HttpRequest) -> bool:
    account = request.user
    return bool(account.is_authenticated and account.is_active and account.is_staff)
