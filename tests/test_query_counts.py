"""What the pages that are measured by the bench ask of the database: the same for one thing and for three.

The counts are what a worker asks that has met the scheme before; the first page of all reads its documents too.
"""

import pytest
from django.urls import reverse

from collegium.credentials import actions as credentials
from collegium.evidence import actions as evidence_actions
from collegium.people.models import Audience
from collegium.portfolios import actions as portfolios
from tests.credentials.factories import make_award, make_pathway
from tests.factories import make_person

# Session, account, what waits for an assessor or coordinator and what is unread are four of the first three.
QUERIES = {
    "home": 10,
    "evidence list": 10,
    "portfolio section": 10,
    "public portfolio": 7,
    "register search": 3,
    "scheme": 2,
    "verify": 0,
    "award": 3,
    "credential": 1,
}


@pytest.fixture(params=[1, 3])
def pages(request, ada):
    """Each page, on which one thing or three stand."""
    number = request.param
    pathway = make_pathway()
    portfolio = portfolios.begin(by=ada, pathway=pathway)
    section = portfolio.sections.get(node__code="1a")
    nodes = list(pathway.scheme_version.framework.nodes.filter(assessed=True)[:number])
    for each in range(number):
        piece = evidence_actions.capture(
            by=ada, title=f"Piece {each}", body="<p>A note.</p>", audience=Audience.PUBLIC
        )
        for node in nodes:
            evidence_actions.align(evidence=piece, by=ada, node=node, strength=2)
        portfolios.place(section=section, evidence=piece, by=ada)
        loose = evidence_actions.capture(by=ada, title=f"Loose {each}", body="<p>Another.</p>")
        evidence_actions.align(evidence=loose, by=ada, node=section.node, strength=2)
    portfolios.publish(portfolio=portfolio, by=ada, slug="counted", licence="CC-BY-4.0")
    awards = [make_award(person=make_person(name=f"Counted {each}", country="GB")) for each in range(number)]
    credential = credentials.issue(award=awards[0])
    return {
        "home": ("/", ada),
        "evidence list": (reverse("evidence:list"), ada),
        "portfolio section": (section.get_absolute_url(), ada),
        "public portfolio": ("/p/counted/", None),
        "register search": (f"{reverse('credentials:register')}?name=counted", None),
        "scheme": (reverse("schemes:scheme", args=["cmalt"]), None),
        "verify": (reverse("credentials:verify"), None),
        "award": (awards[0].get_absolute_url(), None),
        "credential": (f"/credentials/{credential.public_id}", None),
    }


@pytest.mark.parametrize("page", QUERIES)
def test_a_page_asks_the_same_for_one_and_for_three(page, pages, client_of, django_assert_num_queries):
    address, person = pages[page]
    client = client_of(person)
    client.get(address)
    with django_assert_num_queries(QUERIES[page]):
        response = client.get(address)
    assert response.status_code == 200  # found
