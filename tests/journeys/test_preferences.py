"""What comes, and how; who sees what: chosen with the keyboard alone, on a wide screen and on a telephone, by day and by night."""

import pytest
from playwright.sync_api import expect

from collegium.notifications.models import Hours, Preference, Way
from collegium.people.models import Person
from tests.journeys.steps import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOTH = {"widths": (1280, 390), "themes": ("light", "dark")}


def test_what_comes_by_letter_is_chosen_with_the_keyboard_alone(visit, look, ada):
    page = visit(ada)
    page.goto("/notifications/preferences")
    look(page, **BOTH)
    press(page.get_by_role("button", name="No letters, here only"))
    expect(page.get_by_text("No more letters: what concerns you stands under Notifications.")).to_be_visible()
    assert set(Preference.objects.values_list("way", flat=True)) == {Way.IN_APP}

    topic = page.locator("#about-event")
    first = topic.get_by_role("combobox").first
    expect(first).to_be_hidden()
    press(topic.locator("summary"))
    expect(first).to_have_value(Way.IN_APP)
    look(page, **BOTH)
    kind = first.get_attribute("name")
    press(first, "ArrowUp")
    expect(first).to_have_value(Way.WEEKLY)
    press(page.get_by_label("Digests come at"), "ArrowDown")
    expect(page.get_by_label("Digests come at")).to_have_value("8")
    press(page.get_by_label("until", exact=True), "End")  # without a beginning there are no quiet hours
    press(page.get_by_role("button", name="Save"))
    wrong = page.locator(".error-summary")
    expect(wrong).to_be_visible()
    look(page, **BOTH)
    press(page.get_by_label("until", exact=True), "Home")
    press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Kept. This holds for what happens from now on.")).to_be_visible()
    look(page, **BOTH)
    assert Preference.objects.get(person=ada, kind=kind).way == Way.WEEKLY
    assert Hours.objects.get(person=ada).digest_hour == 8


def test_who_sees_what_is_chosen_with_the_keyboard_alone(visit, look, ada):
    page = visit(ada)
    page.goto("/profile/")
    look(page, **BOTH)
    role = page.get_by_label("Role optional", exact=True)
    role.focus()
    page.keyboard.type("Lecturer in nursing")
    who = page.get_by_label("Who sees: Role")
    press(who, "Home")
    chosen = who.input_value()
    press(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(page.get_by_text("Lecturer in nursing")).to_be_visible()
    look(page, **BOTH)
    page.goto("/profile/")
    expect(who).to_have_value(chosen)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    for address in ("/my-data/", "/my-data/delete"):
        page.goto(address)
        look(page, **BOTH)
    assert Person.objects.get(pk=ada.pk).role == "Lecturer in nursing"
