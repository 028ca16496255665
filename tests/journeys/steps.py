"""What somebody does off the screen, and what they find in a letter."""

import re

from django.core import mail

from collegium.portfolios import actions as portfolios
from collegium.schemes import queries as schemes

PARAGRAPH = (
    '<p><span data-principle="P1">'
    + "I tried it with my second-year group and wrote down what changed for them. " * 6
    + "</span></p>"
)
PLANS = (
    "<p>"
    + "Next year I will ask each group what they would keep, and change one thing at a time. " * 16
    + "</p>"
)


def write_the_rest(portfolio):
    """Every part that is still empty, by the action that the editor uses."""
    for section in portfolio.sections.select_related("node", "portfolio"):
        for part in section.parts.filter(html=""):
            portfolios.write(
                section=section,
                component=part.component,
                html=PLANS if section.node.code == "plans" else PARAGRAPH,
                on_revision=part.revision,
                by=portfolio.owner,
            )


def sign(portfolio):
    portfolios.declare(
        portfolio=portfolio,
        by=portfolio.owner,
        statements=list(schemes.plan(portfolio.pathway).declaration),
        signed_name=portfolio.owner.name,
    )


def code_in_the_last_letter():
    return re.search(r'<p class="code">([^<]+)</p>', mail.outbox[-1].alternatives[0].content).group(1)
