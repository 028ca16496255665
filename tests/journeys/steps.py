"""What somebody does off the screen, and what they find in a letter."""

import re
from email.message import EmailMessage
from email.utils import parseaddr

from django.core import mail
from playwright.sync_api import expect

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


def letters_to(address):
    return [letter for letter in mail.outbox if letter.to == [address]]


def answer_to(letter, words, *, by):
    """What a mail program sends when somebody presses “reply”: the letter, and to whom."""
    began = letter.message()
    answer = EmailMessage()
    answer["From"] = by
    answer["To"] = recipient = parseaddr(str(began["Reply-To"]))[1]
    answer["Subject"] = f"Re: {began['Subject']}"
    answer["Message-ID"] = "<an-answer@mail.example.org>"
    answer["In-Reply-To"] = began["Message-ID"]
    quoted = "".join(f"> {line}\n" for line in letter.body.splitlines())
    answer.set_content(f"{words}\n\nOn Mon, 2 Nov 2026 at 10:00, Collegium wrote:\n{quoted}")
    return answer.as_bytes(), recipient


def press(thing, key="Enter"):
    """As somebody without a mouse: it has the focus, and a key is struck."""
    thing.focus()
    expect(thing).to_be_focused()
    thing.press(key)


def select(page, words):
    """As a mouse would: from the first to the last character of these words."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector("[data-commentable]"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at < 0) continue;
            getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
            return;
          }
          throw new Error("not found: " + words);
        }""",
        words,
    )


def focus_at_swaps(page, place):
    """From now on; the function that it gives tells the ids of what had the focus in the very moment that ``place`` is new."""
    page.evaluate(
        """(place) => {
          window.atSwaps = [];
          document.addEventListener("htmx:afterSwap", (event) => {
            if (event.target.id === place) atSwaps.push(document.activeElement.id);
          });
        }""",
        place,
    )
    return lambda: page.evaluate("atSwaps")


def in_the_editor(page, name):
    """The editor of that name, and not the plain field that it is about to take the place of."""
    return page.get_by_role("textbox", name=name).and_(page.locator("[contenteditable]"))
