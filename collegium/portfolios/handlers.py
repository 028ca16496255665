"""What follows from activities: an address that a portfolio was said to be at is looked at."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.foundation import background, http
from collegium.portfolios import actions
from collegium.portfolios.models import Portfolio


@on("portfolio.made_elsewhere")
def look_at_address(activity: Activity) -> None:
    if activity.data.get("url"):
        check_address.later(int(activity.about_id))


@background.task(retries=2)
def check_address(portfolio_id: int) -> None:
    portfolio = Portfolio.objects.filter(pk=portfolio_id, made_elsewhere=True).first()
    if portfolio is None or not portfolio.elsewhere_url:
        return
    found = http.check(portfolio.elsewhere_url)
    actions.note_link_elsewhere(
        portfolio=portfolio, url=portfolio.elsewhere_url, answers=found.answers, finding=found.reason
    )
