"""Lists that are turned by their number of page, as ``?page=2``: for those that are short enough to be counted off."""

from django.http import HttpRequest

FURTHEST = 99_999


def start(request: HttpRequest, size: int) -> int:
    """How many rows come before the page that is asked for; none where what is asked for is no page."""
    page = request.GET.get("page", "0")
    return int(page) * size if page.isdecimal() and len(page) <= len(str(FURTHEST)) else 0
