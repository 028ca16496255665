"""What several actions begin or end with."""

from django.utils.translation import gettext as _

from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.portfolios.models import Portfolio, Section


def touch(portfolio: Portfolio) -> None:
    portfolio.edited_at = clock.now()
    portfolio.save(update_fields=["edited_at"])


def require_open(section: Section) -> None:
    if not section.is_open:
        raise Refusal(
            _("“%(section)s” is locked: it is being assessed, or was not referred back to you.")
            % {"section": section.name},
            code="locked",
        )


def require_free(portfolio: Portfolio) -> None:
    if not portfolio.is_free:
        raise Refusal(
            _("The portfolio has been submitted, so its sections stay as they are for now."), code="locked"
        )
