"""What a reader chose about the looks of pages; kept in cookies that tell nobody who they are."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
SHORTCUTS_COOKIE = "shortcuts"
A_YEAR = 60 * 60 * 24 * 365


@dataclass(frozen=True)
class Appearance:
    theme: str = "auto"
    shortcuts: bool = True
    language: str = ""


def appearance(request: HttpRequest | None) -> Appearance:
    if request is None:
        return Appearance()
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    return Appearance(
        theme=theme if theme in THEMES else "auto",
        shortcuts=request.COOKIES.get(SHORTCUTS_COOKIE) != "off",
        language=translation.get_language() or settings.LANGUAGE_CODE,
    )


def remember(response: HttpResponse, chosen: Appearance, *, secure: bool) -> None:
    lax: Literal["Lax"] = "Lax"
    for key, value in (
        (THEME_COOKIE, chosen.theme),
        (SHORTCUTS_COOKIE, "on" if chosen.shortcuts else "off"),
        (settings.LANGUAGE_COOKIE_NAME, chosen.language),
    ):
        response.set_cookie(key, value, max_age=A_YEAR, samesite=lax, secure=secure)
