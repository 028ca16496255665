"""Over what time a map is drawn, and how its tables stand: as an address says it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from collegium.ecology.flows import Period

WEEK, MONTH, WHOLE, DAYS = "7", "30", "all", "days"
PLACES, STREAMS = ("place", "much"), ("much", "from", "to")


class DaysForm(forms.Form):
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


@dataclass(frozen=True)
class Span:
    """Days are the reader's; ``until`` is meant with all its hours."""

    name: str
    since: date | None = None
    until: date | None = None
    places: str = PLACES[0]
    streams: str = STREAMS[0]

    def period(self, now: datetime) -> Period:
        here = get_current_timezone()
        if self.name == DAYS:
            begin = datetime.combine(self.since, time(), here) if self.since else None
            end = datetime.combine(self.until + timedelta(days=1), time(), here) if self.until else now
            return Period(begin, min(end, now))
        if self.name == WHOLE:
            return Period(None, now)
        first = now.astimezone(here).date() - timedelta(days=int(self.name) - 1)
        return Period(datetime.combine(first, time(), here), now)

    @property
    def as_query(self) -> str:
        """The time alone: "time=7"."""
        if self.name == DAYS:
            given = {"since": self.since, "until": self.until}
            return urlencode({name: day.isoformat() for name, day in given.items() if day})
        return urlencode({"time": self.name})


def span_of(given: Any, *, otherwise: str) -> Span:
    """Whatever is not understood is left out: a link that somebody was sent still opens."""
    days = DaysForm({"since": given.get("since"), "until": given.get("until")})
    days.is_valid()
    since, until = days.cleaned_data.get("since"), days.cleaned_data.get("until")
    if since and until and until < since:
        since, until = until, since
    if until and until.year >= date.max.year:
        until = None
    asked = given.get("time", "")
    places, streams = given.get("places", ""), given.get("streams", "")
    name = DAYS if since or until else asked if asked in {WEEK, MONTH, WHOLE} else otherwise
    return Span(
        name,
        since,
        until,
        places if places in PLACES else PLACES[0],
        streams if streams in STREAMS else STREAMS[0],
    )
