"""How every template is rendered: Django's Jinja2 backend is given `environment` by the settings."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from markupsafe import Markup, escape

from collegium.design import csrf, filters, places
from collegium.design.appearance import appearance
from collegium.design.icons import glyph, icon
from collegium.foundation import addresses, clock
from collegium.foundation.surroundings import settled, surroundings

SUFFIX = ".jinja"
COMPONENTS = "design/components.jinja"
FORBIDDEN_ATTRIBUTES = ("on", "style")


class JinjaLoader(jinja2.FileSystemLoader):
    """Finds `<app>/templates/**.jinja` only.

    Templates of Django's own language (the admin's, say) lie in folders of the same name, and must be left to
    the other backend.
    """

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Any]:
        if not template.endswith(SUFFIX):
            raise jinja2.TemplateNotFound(template)
        return super().get_source(environment, template)


class Template(jinja2.Template):
    def render(self, *args: Any, **kwargs: Any) -> str:
        context: dict[str, Any] = dict(*args, **kwargs)
        request = context.get("request")
        if isinstance(request, HttpRequest) and "csrf_input" in context:
            context["csrf_input"] = csrf.of_page(request)
        with settled():
            return super().render(context)


class Components:
    """`ui` in every template. A lazy global and not an import, so that a block rendered alone has it too."""

    def __init__(self, environment: jinja2.Environment) -> None:
        self.environment = environment

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.environment.get_template(COMPONENTS).module, name)
        if not self.environment.auto_reload:
            setattr(self, name, found)  # looked for once: a page asks for a hundred of them
        return found


def environment(**options: Any) -> jinja2.Environment:
    """`TEMPLATES` names the folders, and Django makes the loader of them; ours only narrows what it finds."""
    options |= {
        "loader": JinjaLoader(options["loader"].searchpath),
        "undefined": jinja2.StrictUndefined,
        "autoescape": True,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": [*options.get("extensions", ()), "jinja2.ext.i18n", "jinja2.ext.do"],
        "cache_size": -1,
    }
    env = jinja2.Environment(**options)  # noqa: S701  autoescape is on, above
    env.template_class = Template
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        _translated,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    env.globals.update(
        _=said,
        ui=Components(env),
        url=url,
        static=static_address,
        icon=icon,
        clock=clock,
        places=places.panels,
        frame=places.frame,
        pending_messages=pending_messages,
        language_name=language_name,
        page_language=page_language,
        appearance=appearance,
        query=query,
        attributes=attributes,
        glyph=glyph,
        site_name=settings.SITE_NAME,
    )
    env.filters.update(
        date=filters.date,
        datetime=filters.moment,
        time=filters.time,
        relative=filters.relative,
        number=filters.number,
        words=filters.words,
        bytes=filters.size,
        initials=filters.initials,
        richtext=filters.richtext,
        tint=filters.tint,
        twentieth=filters.twentieth,
        attributes=attributes,
    )
    return env


_translations: dict[tuple[str, str], str] = {}
MOST_TRANSLATIONS = 20_000  # more than all templates have; against templates that translate what people wrote


def _translated(message: str) -> str:
    """As Django's, which asks a chain of five catalogues anew each time that English text is English."""
    key = (surroundings().language, message)
    found = _translations.get(key)
    if found is None:
        if len(_translations) >= MOST_TRANSLATIONS:
            _translations.clear()
        found = _translations[key] = str(translation.gettext(message))
    return found


_said: dict[tuple[str, str], Markup] = {}


def said(message: str, /, **facts: Any) -> Markup:
    """`_` of templates: as Jinja's own, which fills in and escapes anew also where there is nothing to fill in."""
    if facts:
        return Markup(_translated(message)) % facts  # noqa: S704  written by us; the facts are escaped
    key = (surroundings().language, message)
    found = _said.get(key)
    if found is None:
        if len(_said) >= MOST_TRANSLATIONS:
            _said.clear()
        found = _said[key] = Markup(_translated(message)) % {}  # noqa: S704  written by us
    return found


def url(name: str, *args: Any, **kwargs: Any) -> str:
    if not args and not kwargs:
        _language, urlconf, prefix = surroundings()
        return places.address(name, urlconf, prefix)
    if all(type(value) in {int, str} for value in (*args, *kwargs.values())):
        return addresses.address(name, *args, **kwargs)
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=512)
def static_address(name: str) -> str:
    """The same for as long as the process lives, so each is found once."""
    return str(static(name))


def pending_messages(request: HttpRequest | None) -> list[Any]:
    return list(get_messages(request)) if request is not None else []


def language_name() -> str:
    """The language of this page by its own name."""
    return str(translation.get_language_info(page_language()[0])["name_local"])


def page_language() -> tuple[str, str]:
    """Language and direction for the `<html>` element."""
    return translation.get_language() or settings.LANGUAGE_CODE, (
        "rtl" if translation.get_language_bidi() else "ltr"
    )


def query(request: HttpRequest, **changes: Any) -> str:
    """The address of this page with these query parameters changed; None takes one away."""
    params: QueryDict = request.GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None:
            params[key] = str(value)
    return f"?{params.urlencode()}" if params else request.path


def attributes(values: Mapping[str, Any] | None) -> Markup:
    """Further attributes for an element, such as those of htmx. What the content policy would block is refused."""
    parts = []
    for key, value in (values or {}).items():
        if key.startswith(FORBIDDEN_ATTRIBUTES):
            raise ValueError(
                f"The attribute “{key}” is blocked by our content policy: use a class or a module."
            )
        if value is True:
            parts.append(f" {key}")
        elif value not in {None, False}:
            parts.append(f' {key}="{escape(value)}"')
    return Markup("".join(parts))  # noqa: S704  each value is escaped, keys are written by us
