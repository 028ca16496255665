"""The map of an ecology: a page, a sheet of paper, a picture to take away, a table for programs."""

import csv
from dataclasses import dataclass
from io import StringIO
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collegium.design import filters
from collegium.design.shortcuts import render
from collegium.ecology import drawing, pictures
from collegium.ecology.flows import Look, Place, Stream, plain
from collegium.ecology.forms.maps import DAYS, MONTH, WEEK, WHOLE, Span, span_of
from collegium.ecology.models import Ecology
from collegium.ecology.queries import ecologies_map as queries
from collegium.ecology.queries.ecologies_map import Chart
from collegium.foundation import clock
from collegium.people.requests import Request

TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv; charset=utf-8"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with what a spreadsheet takes a cell for one


@dataclass(frozen=True)
class Shown:
    ecology: Ecology
    chart: Chart
    span: Span

    @property
    def time(self) -> str:
        """Over what time, in words."""
        span = self.span
        if span.name == WEEK:
            return _("the last 7 days")
        if span.name == MONTH:
            return _("the last 30 days")
        if span.name == WHOLE:
            return _("the whole time")
        first = filters.day_in_words(span.since) if span.since else ""
        last = filters.day_in_words(span.until) if span.until else ""
        if first and last:
            return _("%(first)s to %(last)s") % {"first": first, "last": last}
        return _("from %(day)s") % {"day": first} if first else _("to %(day)s") % {"day": last}

    @property
    def description(self) -> str:
        """What the picture shows, for whoever does not see it."""
        told = self.chart.told
        river = told.by_key["river"]
        sources = sum(1 for each in told.places if each.stage == 0 and each.volume.number)
        sentence = _("Over %(time)s: %(items)s in the river. ") % {"time": self.time, "items": river.words}
        sentence += ngettext(
            "%(num)s place where people publish was heard.",
            "%(num)s places where people publish were heard.",
            sources,
        ) % {"num": sources}
        if self.chart.busy:
            busy = ", ".join(f"{each.title} ({each.words})" for each in self.chart.busy)
            sentence += " " + _("Most came together at: %(places)s.") % {"places": busy}
        return sentence

    @property
    def stations(self) -> list[Place]:
        places = list(self.chart.told.places)
        if self.span.places == "much":
            places.sort(key=lambda each: -each.volume.number)
        return places

    @property
    def streams(self) -> list[Stream]:
        titles = {key: each.title.casefold() for key, each in self.chart.told.by_key.items()}
        orders: dict[str, Any] = {
            "much": lambda each: -each.volume.number,
            "from": lambda each: titles[each.start],
            "to": lambda each: titles[each.end],
        }
        return sorted(self.chart.told.streams, key=orders[self.span.streams])


def _shown(request: HttpRequest, ecology_id: int) -> Shown:
    """404 where the reader may not see it."""
    reader = cast("Request", request).person
    found = queries.ecology_to_draw(ecology_id, reader)
    if found is None:
        raise Http404
    ecology, parts = found
    # A week has its own time; of what goes on, the last month says most.
    span = span_of(request.GET, otherwise=WHOLE if ecology.begins_at else MONTH)
    look = Look(
        ecology,
        reader,
        span.period(clock.now()),
        tuple(parts),
        is_member=bool(getattr(ecology, "is_member", False)),
        is_editor=bool(getattr(ecology, "is_editor", False)),
    )
    return Shown(ecology, queries.chart(look), span)


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, ecology_id: int) -> HttpResponse:
    shown = _shown(request, ecology_id)
    told = shown.chart.told
    return render(
        request,
        "ecology/map.jinja",
        {
            "shown": shown,
            "chart": shown.chart,
            "ecology": shown.ecology,
            "span": shown.span,
            "titles": {key: each.title for key, each in told.by_key.items()},
            "wide": drawing.wide(told.places, told.streams),
            "narrow": drawing.narrow(told.places, told.streams),
            "letters": pictures.text,
            "times": [(WEEK, _("7 days")), (MONTH, _("30 days")), (WHOLE, _("The whole time"))],
            "DAYS": DAYS,
            "kinds": sorted({each.kind for each in told.streams}),
        },
    )


@require_http_methods(["GET", "HEAD"])
def show_on_paper(request: HttpRequest, ecology_id: int) -> HttpResponse:
    shown = _shown(request, ecology_id)
    told = shown.chart.told
    context = {
        "shown": shown,
        "chart": shown.chart,
        "ecology": shown.ecology,
        "span": shown.span,
        "wide": drawing.wide(told.places, told.streams),
        "letters": pictures.text,
        "today": clock.today(),
    }
    return render(request, "ecology/map_print.jinja", context)


@require_http_methods(["GET", "HEAD"])
def take_away(request: HttpRequest, ecology_id: int, form: str) -> HttpResponse:
    """As ``svg``, ``png`` or ``csv``."""
    if form not in TYPES:
        raise Http404
    shown = _shown(request, ecology_id)
    content: bytes | str
    if form == "csv":
        content = _table(shown)
    elif form == "svg":
        content = _picture(request, shown, is_outlined=False)
    else:
        content = pictures.png(_picture(request, shown, is_outlined=True))
    response = HttpResponse(content, content_type=TYPES[form])
    name = slugify(shown.ecology.title) or f"ecology-{shown.ecology.pk}"
    response["Content-Disposition"] = f'attachment; filename="map-{name[:80]}.{form}"'
    return response


def _picture(request: HttpRequest, shown: Shown, *, is_outlined: bool) -> str:
    told = shown.chart.told
    name = plain(shown.ecology.title)
    context = {
        "drawn": drawing.wide(told.places, told.streams),
        "title": _("Map of the ecology of %(title)s") % {"title": name},
        "description": shown.description,
        "name": drawing.fitted(name, 640.0),
        "time": shown.time,
        "letters": pictures.outlined if is_outlined else pictures.text,
        "style": pictures.style(),
        "night": "" if is_outlined else pictures.style(at_night=True),
        "paper": pictures.colours()["paper"],
        "ink": pictures.colours()["ink"],
        # A file that is sent on leads to what everybody may see, and to the door otherwise.
        "base": None if is_outlined else settings.SITE_URL,
    }
    return loader.render_to_string("ecology/map.svg.jinja", context, request)


def _table(shown: Shown) -> str:
    """Places, and then what flowed; one form for both, so that it opens as one sheet."""
    out = StringIO()
    out.write("\ufeff")  # for programs that would else take it for another encoding
    write = csv.writer(out)
    write.writerow([_("What"), _("From"), _("To"), _("Number"), _("In words"), _("Address")])
    titles = {key: each.title for key, each in shown.chart.told.by_key.items()}
    for place in shown.stations:
        address = settings.SITE_URL + place.url if place.url else ""
        write.writerow(
            [_("Place"), _cell(place.title), "", place.volume.number, _cell(place.words), _cell(address)]
        )
    for each in shown.streams:
        ends = [_cell(titles[each.start]), _cell(titles[each.end])]
        write.writerow([_("Flow"), *ends, each.volume.number, _cell(each.words), ""])
    return out.getvalue()


def _cell(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA) else words
