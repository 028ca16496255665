"""The text of a letter is made from its HTML."""

import pytest
from django.core import mail

from collegium.foundation import letters
from collegium.notifications.writing import subject_and_rest


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p>\n<p>Two &amp; <b>three</b>,\n  four.</p>", "One\n\nTwo & three, four.\n"),
        ("<title>Subject</title><style>p { x }</style><p>Words</p>", "Words\n"),
        ('<p><a href="https://x.example/a">Open it</a></p>', "Open it:\nhttps://x.example/a\n"),
        ('<p>See <a href="https://x.example/">https://x.example/</a></p>', "See https://x.example/\n"),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two\n"),
        ("<p>a<br>b</p>", "a\nb\n"),
        ("<p>&lt;script&gt;</p>", "<script>\n"),
    ],
)
def test_text_is_made_from_html(html, text):
    assert letters.as_text(html)[0] == text


def test_lines_are_of_even_width_and_links_stay_whole():
    address = "https://x.example/" + "a" * 120
    text, title = letters.as_text(
        f"<title> A\n subject </title><p>{'word ' * 40}</p><p><a href='{address}'>Go</a></p>"
    )
    assert title == "A subject"
    assert max(len(line) for line in text.splitlines() if not line.startswith("https")) <= letters.WIDTH
    assert address in text.splitlines()


def test_a_letter_has_two_forms_and_whole_addresses(settings):
    letters.send(
        to="a@example.org",
        template="people/letters/goodbye_code",
        context={"code": "123456", "email": "a@example.org"},
    )
    letter = mail.outbox[0]
    assert [kind for _content, kind in letter.alternatives] == ["text/html"]
    assert letter.subject == "Your code for deleting your account"
    assert "123456" in letter.body
    assert f'href="{settings.SITE_URL}/"' in letter.alternatives[0].content


@pytest.mark.parametrize(
    ("sentence", "subject", "rest"),
    [
        ("Ada has submitted a portfolio", "Ada has submitted a portfolio", ""),
        (
            "Everything is there: it goes to assessment. Assessors are being found now.",
            "Everything is there: it goes to assessment",
            "Assessors are being found now.",
        ),
        (
            "Can you judge a portfolio for CMALT? Please say.",
            "Can you judge a portfolio for CMALT?",
            "Please say.",
        ),
        ("Dr. Ada Candidate lets you read it.", "Dr. Ada Candidate lets you read it.", ""),
    ],
)
def test_a_subject_is_one_sentence(sentence, subject, rest):
    assert subject_and_rest(sentence) == (subject, rest)
