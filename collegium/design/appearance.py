"""What a reader chose about the looks of pages; kept in two cookies that tell nobody who they are."""

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest, HttpResponse

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
SHORTCUTS_COOKIE = "shortcuts"
A_YEAR = 60 * 60 * 24 * 365


@dataclass(frozen=True)
class Appearance:
    theme: str = "auto"
    shortcuts: bool = True


def appearance(request: HttpRequest | None) -> Appearance:
    if request is None:
        return Appearance()
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return Appearance(
        theme=theme if theme in THEMES else "auto",
        shortcuts=request.COOKIES.get(SHORTCUTS_COOKIE) != "off",
    )


def remember(response: HttpResponse, chosen: Appearance, *, secure: bool) -> None:
    lax: Literal["Lax"] = "Lax"
    for key, value in (
        (THEME_COOKIE, chosen.theme),
        (SHORTCUTS_COOKIE, "on" if chosen.shortcuts else "off"),
    ):
        response.set_cookie(key, value, max_age=A_YEAR, samesite=lax, secure=secure)
