import json

import pytest
from django.urls import reverse

from collegium.schemes import actions, queries
from collegium.schemes.models import RoleHolding, UnsetAnswer
from tests.factories import make_person
from tests.schemes import samples
from tests.schemes.conftest import shipped

PUBLIC = ("schemes:scheme", "schemes:history", "schemes:document")
# The frame asks too, for what other rooms put into it; three rows more would go over.
MOST_QUERIES = 12
CLOSED = ("schemes:open_rules", "schemes:roles")


@pytest.fixture
def convener(client_of, coordinated, cy):
    """A client signed in as the coordinator of the small scheme."""
    return client_of(cy)


@pytest.fixture
def assessor(coordinated, bo):
    actions.grant_role(scheme=coordinated.scheme, person=bo, kind="assessor", by=None)
    return bo


def text(response):
    return response.content.decode()


class TestPublic:
    @pytest.mark.parametrize("many", [1, 3])
    def test_the_list_takes_as_many_queries_for_three_as_for_one(
        self, client, db, django_assert_num_queries, many
    ):
        for number in range(many):
            actions.load_scheme(
                checked=samples.checked(
                    ("kind: scheme\nkey: lantern", f"kind: scheme\nkey: lantern-{number}")
                )
            )
        with django_assert_num_queries(2):
            response = client.get(reverse("schemes:list"))
        assert text(response).count("<article") == many
        assert "4 rules" not in text(response)

    def test_an_empty_list_says_what_will_be_here(self, client, db):
        assert "No scheme yet" in text(client.get(reverse("schemes:list")))

    def test_a_scheme_shows_its_rules_and_what_is_open(self, client, lantern, django_assert_num_queries):
        with django_assert_num_queries(2):
            response = client.get(lantern.scheme.get_absolute_url())
        page = text(response)
        for words in (
            "Lantern award",
            "Guild of Lanterns",
            "Small lantern",
            "Be kind",
            "Two assessors read the portfolio",
            "Ask the guild.",
            "Not published",
            "£12.50",
            "Bright",
        ):
            assert words in page
        assert "Open rules" not in page

    def test_an_answer_stands_beside_its_rule(self, client, coordinated, cy):
        actions.answer_unset_rule(
            scheme_version=coordinated,
            path="rules/appeals",
            answer="By a letter to the guild.",
            reason="The guild has always read letters.",
            by=cy,
        )
        page = text(client.get(coordinated.scheme.get_absolute_url()))
        assert "By a letter to the guild." in page
        assert "because: The guild has always read letters." in page

    @pytest.mark.parametrize("name", ["cmalt", "cmalt-australasia", "advance-he-fellowship"])
    def test_every_page_of_the_shipped_schemes(self, client, db, name, django_assert_max_num_queries):
        version = actions.load_scheme(checked=shipped(name))
        for address in PUBLIC:
            assert client.get(reverse(address, kwargs={"key": name})).status_code == 200
        for pathway in version.read.pathways:
            with django_assert_max_num_queries(MOST_QUERIES):
                response = client.get(
                    reverse("schemes:pathway", kwargs={"key": name, "pathway_key": pathway.key})
                )
            assert pathway.title in text(response)

    def test_a_pathway_shows_what_it_asks_for(self, client, lantern):
        page = text(client.get(reverse("schemes:pathway", args=["lantern", "small"])))
        for words in (
            "What is required",
            "2 Own light, two or more",
            "How you make it.",
            "200 to 500 words",
            'id="node-1a"',
        ):
            assert words in page
        assert "not published" in text(client.get(reverse("schemes:pathway", args=["lantern", "great"])))

    def test_an_older_version_says_so_and_stays_readable(self, client, lantern):
        actions.load_scheme(
            checked=samples.checked(
                ("version: 2024-01", "version: 2025-01"),
                ("published: 2024-01-15", "published: 2025-01-15"),
                ("lead after: 3", "lead after: 2"),
            )
        )
        address = lantern.scheme.get_absolute_url()
        assert "no longer the current one" in text(client.get(f"{address}?version=2024-01"))
        assert "no longer the current one" not in text(client.get(address))
        assert (
            "Becoming lead assessor: was “After three assessments as second assessor”, is now “After two assessments as second assessor”."
            in text(client.get(reverse("schemes:history", args=["lantern"])))
        )
        assert client.get(f"{address}?version=1999").status_code == 404

    def test_what_is_not_there(self, client, lantern):
        assert client.get(reverse("schemes:scheme", args=["candle"])).status_code == 404
        assert client.get(reverse("schemes:pathway", args=["lantern", "huge"])).status_code == 404
        assert client.get(reverse("schemes:by_id", args=[99_999])).status_code == 404

    def test_as_data_for_programs(self, client, lantern):
        answer = json.loads(client.get(reverse("schemes:document", args=["lantern"])).content)
        assert answer == {
            "scheme": lantern.document,
            "framework": lantern.framework.document,
            "sha256": lantern.sha256,
        }

    def test_where_a_notification_leads(self, client, lantern):
        response = client.get(reverse("schemes:by_id", args=[lantern.scheme_id]))
        assert response.url == lantern.scheme.get_absolute_url()

    def test_words_of_a_file_are_inert(self, client, db):
        evil = "<script>alert(1)</script>"
        actions.load_scheme(
            checked=samples.checked(
                ("title: Lantern award", f"title: Lantern {evil}"),
                ("note: Ask the guild.", f"note: '{evil}'"),
            )
        )
        page = text(client.get(reverse("schemes:scheme", args=["lantern"])))
        assert evil not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


class TestCoordinator:
    @pytest.mark.parametrize("address", CLOSED)
    def test_who_may_open_it(self, client_of, convener, assessor, eve, address):
        where = reverse(address, args=["lantern"])
        assert client_of(None).get(where).status_code == 302
        assert [
            client.get(where).status_code for client in (convener, client_of(assessor), client_of(eve))
        ] == [
            200,
            403,
            403,
        ]

    def test_a_site_administrator_sees_roles_and_decides_no_rules(self, client_of, lantern):
        keeper = make_person(name="Kit Keeper", is_staff=True)
        assert client_of(keeper).get(reverse("schemes:roles", args=["lantern"])).status_code == 200
        assert client_of(keeper).get(reverse("schemes:open_rules", args=["lantern"])).status_code == 403

    def test_open_rules_lead_to_their_questions(self, client_of, coordinated, cy):
        page = text(client_of(cy).get(reverse("schemes:open_rules", args=["lantern"])))
        for item in coordinated.read.unset_rules():
            assert item.title in page

    @pytest.mark.parametrize(
        ("path", "typed", "answer"),
        [
            ("rules/referral deadline", {"count": "6", "unit": "weeks"}, "6 weeks"),
            ("rules/referral deadline", {"none": "on"}, None),
            ("rules/split decision", {"choice": "third assessor"}, "third assessor"),
            ("rules/appeals", {"text": "By letter."}, "By letter."),
            ("rules/appeals", {"none": "on"}, "none"),
            ("fees/oil/amount", {"amount": "3.50"}, "3.50"),
            ("upgrades/small-to-great/adds", {"lines": "1b\r\n2\r\n"}, ["1b", "2"]),
            (
                "pathways/great/sections",
                {"structure": "- context\n- {code: 2, repeats: yes}"},
                ["context", {"code": 2, "repeats": True}],
            ),
        ],
    )
    def test_deciding_a_rule(self, convener, path, typed, answer):
        where = reverse("schemes:answer", args=["lantern"]) + f"?path={path}"
        assert convener.get(where).status_code == 200
        response = convener.post(where, {**typed, "reason": "We talked about it."})
        if answer is None:
            # A referral without a deadline does not fit the rest of this scheme, and that is said.
            assert response.status_code == 422
            assert "There is a referral but no deadline after it." in text(response)
            return
        assert response.status_code == 302
        assert UnsetAnswer.objects.get().answer == answer
        assert "We talked about it." in text(convener.get(reverse("schemes:open_rules", args=["lantern"])))

    @pytest.mark.parametrize(
        ("path", "typed", "words"),
        [
            ("rules/referral deadline", {"count": "", "unit": "weeks"}, "Give an answer."),
            ("rules/split decision", {"choice": "toss a coin"}, "toss a coin"),
            ("pathways/great/sections", {"structure": "- a\n- b: c: d"}, "Line 2: This is not YAML"),
            ("pathways/great/sections", {"structure": "- nowhere"}, "The framework has no node “nowhere”."),
        ],
    )
    def test_what_does_not_fit_is_said_and_kept(self, convener, path, typed, words):
        where = reverse("schemes:answer", args=["lantern"]) + f"?path={path}"
        response = convener.post(where, {**typed, "reason": "Because I say so."})
        assert response.status_code == 422
        assert words in text(response)
        assert "Because I say so." in text(response)
        assert not UnsetAnswer.objects.exists()

    def test_a_published_rule_is_not_asked_for(self, client_of, coordinated, cy, eve):
        where = reverse("schemes:answer", args=["lantern"])
        assert client_of(cy).get(f"{where}?path=rules/assessors").status_code == 404
        assert client_of(cy).get(where).status_code == 404
        assert client_of(eve).get(f"{where}?path=rules/appeals").status_code == 403
        assert (
            client_of(eve).post(f"{where}?path=rules/appeals", {"text": "x", "reason": "y"}).status_code
            == 403
        )

    def test_giving_a_role(self, client_of, coordinated, cy, bo):
        where = reverse("schemes:roles", args=["lantern"])
        assert "Bo Assessor" in text(client_of(cy).get(where, {"q": "bo"}))
        response = client_of(cy).post(
            where, {"person": bo.pk, "kind": "assessor", "holds_pathway": "small", "earlier_assessments": "3"}
        )
        assert response.status_code == 302
        holding = RoleHolding.objects.get(person=bo)
        assert (holding.kind, holding.holds_pathway, holding.earlier_assessments) == ("assessor", "small", 3)
        assert "holds Small lantern, from elsewhere" in text(client_of(cy).get(where))

    def test_a_role_for_nobody(self, client_of, coordinated, cy):
        response = client_of(cy).post(reverse("schemes:roles", args=["lantern"]), {"kind": "assessor"})
        assert response.status_code == 422

    @pytest.mark.parametrize("many", [1, 3])
    def test_the_roles_take_no_more_queries_for_three_than_for_one(
        self, convener, coordinated, django_assert_max_num_queries, many
    ):
        for _number in range(many):
            actions.grant_role(scheme=coordinated.scheme, person=make_person(), kind="assessor", by=None)
        where = reverse("schemes:roles", args=["lantern"])
        with django_assert_max_num_queries(MOST_QUERIES):
            assert text(convener.get(where)).count('class="holding"') == many + 1

    def test_withdrawing_a_role(self, client_of, coordinated, cy, bo, eve):
        holding = actions.grant_role(scheme=coordinated.scheme, person=bo, kind="assessor", by=cy)
        where = reverse("schemes:withdraw", args=[holding.pk])
        assert client_of(cy).get(where).status_code == 405
        assert client_of(None).post(where).status_code == 302
        assert [client_of(person).post(where).status_code for person in (bo, eve)] == [404, 404]
        assert client_of(cy).post(where).status_code == 302
        assert [item.person for item in queries.role_holdings(coordinated.scheme)] == [cy]

    def test_the_last_coordinator_stays(self, client_of, coordinated, cy):
        holding = RoleHolding.objects.get(person=cy)
        response = client_of(cy).post(reverse("schemes:withdraw", args=[holding.pk]), follow=True)
        assert "This is the scheme’s only coordinator." in text(response)
