"""What somebody wrote themselves, out of letters as programs make them; and letters that nobody wrote."""

from email.message import EmailMessage

import pytest

from collegium.foundation import richtext
from collegium.notifications import incoming


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (
            "Yes, gladly.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada via X <a@x.org> wrote:\n> What?\n> Ada\n",
            "Yes, gladly.",
        ),
        (
            "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada via a very long name\n<a@x.org>\nwrote:\n\n> What?\n",
            "Yes.",
        ),
        ("Gern.\n\nAm 02.11.26 um 10:00 schrieb Ada via X:\n> Was?\n", "Gern."),
        ("Oui\n\nLe lun. 2 nov. 2026 à 10:00, Ada <a@x.org> a écrit :\nQuoi?", "Oui"),
        ("Top\n\n-----Original Message-----\nFrom: x\nfoo", "Top"),
        ("Gern!\n\nVon: Ada via X <a@x.org>\nGesendet: Montag\nAn: Bo\nBetreff: Re: x\n\nWas?\n", "Gern!"),
        ("Short.\n\nSent from my iPhone\n", "Short."),
        ("Words.\n-- \nBo Assessor\nUniversity of Calderbeck\n", "Words."),
        # Between the lines, and all at the end.
        ("> One?\n\nYes.\n\n> Two?\n\nNo.\n\n-- \nBo\n", "> One?\n\nYes.\n\n> Two?\n\nNo."),
        ("On 2 Nov 2026 Ada wrote:\n> One\n> Two\n\nBelow.\n", "Below."),
        # Nothing is quoted, though it looks a little like it.
        ("Hello\n- one\n- two\n\nBest wishes,\nBo", "Hello\n- one\n- two\n\nBest wishes,\nBo"),
        ("I wrote: this is mine\n\nand more", "I wrote: this is mine\n\nand more"),
        ("> All of it is quoted.", ""),
        ("", ""),
    ],
)
def test_quotes_and_signatures_go_and_their_own_words_stay(letter, words):
    assert incoming.own_words(letter) == words


def test_words_become_paragraphs_and_answers_between_lines_stand_under_what_they_answer():
    html = incoming.as_html("Dear all,\nthanks & <b>more</b>\n\n> One?\n\nYes.")
    assert html == (
        "<p>Dear all,<br>thanks &amp; &lt;b&gt;more&lt;/b&gt;</p><blockquote><p>One?</p></blockquote><p>Yes.</p>"
    )
    assert richtext.clean(html) == html


def as_read(message, **envelope):
    raw = message if isinstance(message, bytes) else message.as_bytes()
    return incoming.read(
        raw, **{"envelope_from": "bo@example.org", "own_lists": "collegium.example", **envelope}
    )


def a_letter(text="Yes.", **headers):
    message = EmailMessage()
    for name, value in {"From": "Bo <Bo@Example.org>", "Subject": "Re: x", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_a_plain_letter():
    letter = as_read(a_letter(Message_ID="<1@example.org>", In_Reply_To="<post-7@collegium.example>"))
    assert (letter.sender, letter.raw_id, letter.text) == ("bo@example.org", "<1@example.org>", "Yes.")
    assert letter.automatic == ""
    assert "<post-7@collegium.example>" in letter.answers


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "vacation"},
        {"Subject": "Automatische Antwort: Rubrics"},
        {"Subject": "Out of office Re: Rubrics"},
        {"From": "MAILER-DAEMON@example.org"},
        {"List_Id": "Cafe <forum-3.collegium.example>"},
        {"Message_ID": "<post-7@collegium.example>"},
    ],
)
def test_letters_that_no_person_wrote_are_known(headers):
    assert as_read(a_letter(**headers)).automatic


def test_a_letter_without_return_path_or_through_too_many_servers_is_known():
    assert as_read(a_letter(), envelope_from="").automatic == "no return path"
    message = a_letter()
    for number in range(incoming.MOST_HOPS + 1):
        message["Received"] = f"from a{number} by b"
    assert as_read(message).automatic == "it went through too many servers"


def test_no_is_no():
    assert as_read(a_letter(Auto_Submitted="no")).automatic == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"From: Bo <bo@example.org>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xfc\xdfe",
        "From: Bo <bo@example.org>\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nGrüße".encode(),
        "From: Bo <bo@example.org>\r\nContent-Type: text/plain; charset=no-such\r\n\r\nGrüße".encode(),
        b"From: Bo <bo@example.org>\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe",
        "From: Bo <bo@example.org>\r\n\r\nGrüße\0".encode(),
    ],
)
def test_any_mess_of_charsets_is_survived(raw):
    assert as_read(raw).text == "Grüße"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: =?utf-8?B?!!!?= <bo@example.org>\r\nSubject: =?x?Q?=\r\n\r\nx",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset="'
        + b"\xe9" * 30
        + b'"\r\n\r\nx\r\n',
        b"From: a@b.c, d@e.f\r\nMessage-ID: \r\n\r\nx",
    ],
)
def test_broken_letters_are_read_without_an_exception(raw):
    letter = as_read(raw)
    assert letter.raw_id.startswith("<")
    assert letter.sender in {"", "bo@example.org"}


def test_html_alone_becomes_text_without_what_its_program_quoted():
    message = EmailMessage()
    message["From"] = "bo@example.org"
    message.set_content(
        "<html><head><style>p{}</style></head><body><div>Yes &amp; <b>no</b></div><ul><li>a<li>b</ul>"
        "<script>alert(1)</script><div class='gmail_quote'>On Mon Ada wrote:<blockquote>What?</blockquote></div>",
        subtype="html",
    )
    assert as_read(message).text == "Yes & no\n\n- a\n- b"


def test_outlook_quotes_by_position_and_not_by_element():
    message = EmailMessage()
    message["From"] = "bo@example.org"
    message.set_content(
        "<p>Yes.</p><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>From:</b> Ada</div><div>What?</div>",
        subtype="html",
    )
    assert as_read(message).text == "Yes."


def test_lines_that_flow_are_joined():
    message = a_letter()
    message.set_content("This goes \non here.\n", cte="7bit")
    message.set_param("format", "flowed")
    assert as_read(message).text == "This goes on here."


def test_files_are_kept_and_pictures_of_signatures_are_not():
    message = a_letter("See there.")
    message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="übersicht.csv")
    message.add_attachment(
        b"\x89PNG" + b"x" * 100,
        maintype="image",
        subtype="png",
        disposition="inline",
        cid="<logo@x>",
        filename="logo.png",
    )
    letter = as_read(message)
    assert letter.text == "See there."
    assert [(each.name, each.content) for each in letter.attached] == [("übersicht.csv", b"a,b\n1,2\n")]


def test_what_our_own_server_found_forged_is_forged():
    assert as_read(a_letter(Authentication_Results="mx.example; dmarc=fail (p=reject)")).forged
    assert not as_read(a_letter(Authentication_Results="mx.example; dmarc=pass")).forged
