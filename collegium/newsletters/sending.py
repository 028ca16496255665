"""An issue as a letter, and the letters that go: written once for all who get it, frozen, then sent a few at a time.

The HTML is made of tables, with every style in its element, because that is what mail programs understand; it loads nothing
from anywhere, so it says to nobody who opened it. The text is made of the same HTML.
"""

import hashlib
import re
import smtplib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import css_inline
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from collegium.design.filters import moment_in_words
from collegium.ecology import licences
from collegium.foundation import letters
from collegium.newsletters import audiences, drafting, rhythm, tokens
from collegium.newsletters.actions import deliveries as actions
from collegium.newsletters.actions.issues import Frozen, has_words
from collegium.newsletters.models import Delivery, Entry, Issue, Newsletter, Section, Subscription
from collegium.notifications import addresses
from collegium.notifications import queries as notifications
from collegium.notifications.addresses import one_click, site
from collegium.notifications.writing import for_letter
from collegium.people.models import Audience, Person

TEMPLATE = "newsletters/letter"
BLANKS = ("stop",)
A_CLAIM = 20  # claimed at once: as many wait longer, if the worker dies
MAILBOX_GONE = range(550, 560)
_SPECIAL = re.compile(r'[<>"\\\r\n]')
_INLINER = css_inline.CSSInliner(
    keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False, remove_inlined_selectors=True
)


# Writing --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownEntry:
    title: str
    address: str  # whole
    words: str
    by_line: str
    licence: str
    licence_address: str
    when: str


@dataclass(frozen=True)
class ShownSection:
    kind: str
    title: str
    body: SafeString  # of a section in a letter: whole addresses, pictures as links
    by_line: str
    entries: list[ShownEntry]


def shown_sections(issue: Issue, *, left_out: Collection[int] = ()) -> list[ShownSection]:
    """What is read, in order, in the present language and time zone; two queries."""
    entries: dict[int, list[Entry]] = {}
    for entry in Entry.objects.kept().filter(issue=issue):
        if entry.pk not in left_out:
            entries.setdefault(entry.section_id, []).append(entry)
    return [
        ShownSection(
            kind=section.kind,
            title=section.title,
            body=for_letter(section.body),
            by_line=section.by_line,
            entries=[_shown(each, issue.newsletter.time_zone) for each in entries.get(section.pk, [])],
        )
        for section in Section.objects.filter(issue=issue, is_cut=False)
        if section.body or section.pk in entries
    ]


def _shown(entry: Entry, zone: str) -> ShownEntry:
    from_where = [each for each in (entry.author_name, entry.source_name) if each]
    return ShownEntry(
        title=entry.title,
        address=site(entry.url) if entry.url.startswith("/") else entry.url,
        words=entry.words,
        by_line=" · ".join(from_where),
        licence=_licence(entry.licence_url),
        licence_address=entry.licence_url,
        when=f"{moment_in_words(entry.happens_at)} ({zone})" if entry.happens_at else "",
    )


def _licence(url: str) -> str:
    return licences.name(url) if url else ""


def render(issue: Issue, *, left_out: Collection[int] = ()) -> letters.Letter:
    """With a blank where each reader's own link stands (``letter.filled(stop=…)``). Of a frozen issue: as it went out."""
    if issue.is_frozen:
        return letters.Letter(_subject(issue), issue.html, issue.text, issue.blanks)
    newsletter = issue.newsletter
    with translation.override(newsletter.language), timezone.override(rhythm.zone(newsletter)):
        sections = shown_sections(issue, left_out=left_out)
    letter = letters.write(
        template=TEMPLATE,
        subject=_subject(issue),
        language=newsletter.language,
        context={
            "issue": issue,
            "newsletter": newsletter,
            "sections": sections,
            "on_the_web": site(issue.get_absolute_url()),
            "archive": site(newsletter.get_absolute_url()),
        },
        blanks=BLANKS,
    )
    return letters.Letter(letter.subject, _INLINER.inline(letter.html), letter.text, letter.blanks)


def _subject(issue: Issue) -> str:
    return f"{issue.newsletter.title}: {issue.title}"


def seal(title: str, html: str, text: str) -> str:
    """By which a frozen issue is known to be what went out."""
    return hashlib.sha256(f"{title}\0{html}\0{text}".encode()).hexdigest()


def is_as_sent(issue: Issue) -> bool:
    return issue.is_frozen and issue.sha256 == seal(issue.title, issue.html, issue.text)


def frozen(issue: Issue) -> Frozen | None:
    """As it is to go out now; None where nothing is left that may be shown."""
    left_out = frozenset(drafting.withheld(issue))
    if not has_words(issue) or not shown_sections(issue, left_out=left_out):
        return None
    letter = render(issue, left_out=left_out)
    return Frozen(
        html=letter.html,
        text=letter.text,
        blanks=letter.blanks,
        sha256=seal(issue.title, letter.html, letter.text),
        written_for=issue.changed_at,
        left_out=left_out,
    )


# Sending --------------------------------------------------------------------------------------------------------------


def headers(issue: Issue, *, name: str, stop: str) -> Mapping[str, str]:
    newsletter = issue.newsletter
    plain = " ".join(_SPECIAL.sub(" ", newsletter.title).split())
    list_id = f"<{newsletter.slug}.newsletters.{addresses.host()}>"
    return {
        "Message-ID": f"<{name}@{addresses.host()}>",
        "List-Id": f'"{plain}" {list_id}' if plain and plain.isascii() else list_id,
        "List-Archive": f"<{site(newsletter.get_absolute_url())}>",
        "Archived-At": f"<{site(issue.get_absolute_url())}>",
        **one_click(stop),
        "Precedence": "bulk",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",  # Exchange: no "I am out of office" to a newsletter
    }


def stop_address(subscription: Subscription) -> str:
    return site(reverse("newsletters:unsubscribe", args=[tokens.to_end(subscription)]))


def send_some(issue: Issue) -> int:
    """The next few letters; says how many were looked at. 0: none is due now, or others have them in hand.

    Safe to repeat, and to run in several workers. A crash between the mail server's yes and the note of it may send one
    letter again, under the same Message-ID: mail readers show it once.
    """
    claimed = actions.claim_deliveries(issue_id=issue.pk, most=A_CLAIM)
    if not claimed:
        return 0
    letter = render(issue)
    wanted = _still_wanted(issue.newsletter, claimed)
    open_still = list(claimed)
    try:
        with letters.one_connection():
            for delivery in claimed:
                open_still.remove(delivery)
                if delivery.pk not in wanted:
                    actions.not_wanted(delivery=delivery)
                else:
                    _send(issue, letter, delivery)
    finally:
        if open_still:
            actions.deliveries_let_go(deliveries=open_still)
    return len(claimed)


def _send(issue: Issue, letter: letters.Letter, delivery: Delivery) -> None:
    subscription = delivery.subscription
    stop = stop_address(subscription)
    # The same each time that sending it is tried.
    name = f"issue-{issue.pk}.{delivery.pk}"
    try:
        letters.dispatch(
            letter.filled(stop=stop), to=subscription.email, headers=headers(issue, name=name, stop=stop)
        )
    except smtplib.SMTPRecipientsRefused as fault:
        code, said = next(iter(fault.recipients.values()), (450, b""))
        reason = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
        actions.delivery_refused(delivery=delivery, permanent=code in MAILBOX_GONE, reason=reason)
    except Exception:
        actions.deliveries_failed(deliveries=[delivery])
        raise
    else:
        actions.delivery_sent(delivery=delivery)


def _still_wanted(newsletter: Newsletter, claimed: list[Delivery]) -> set[int]:
    """Those that still run, whose letters arrive, and whose readers may still read it: three queries."""
    running = [each for each in claimed if each.subscription.state == Subscription.State.CONFIRMED]
    stopped = notifications.stopped_among(each.subscription.email for each in running)
    people = {each.subscription.person_id for each in running} - {None}
    readers = audiences.who_may_read(newsletter, [pk for pk in people if pk is not None])
    is_public = newsletter.audience == Audience.PUBLIC
    return {
        each.pk
        for each in running
        if each.subscription.email.lower() not in stopped
        and (is_public or each.subscription.person_id in readers)
    }


def send_trial(issue: Issue, to: Person) -> None:
    """To an editor: as it would go out now, and said to be a trial. Its link to end leads to the newsletter's page."""
    if to.account is None or not to.account.is_active:
        return
    letter = render(issue, left_out=drafting.withheld(issue))
    with translation.override(issue.newsletter.language):
        subject = _("Trial: %(subject)s") % {"subject": letter.subject}
    page = site(issue.newsletter.get_absolute_url())
    filled = letters.Letter(subject, letter.html, letter.text, letter.blanks).filled(stop=page)
    letters.dispatch(filled, to=to.account.email, headers={"Auto-Submitted": "auto-generated"})


def ask_to_confirm(subscription: Subscription) -> None:
    """To an address that was typed in: whoever has it says yes by the link; who is subscribed already is told so."""
    newsletter = subscription.newsletter
    if subscription.state == Subscription.State.ENDED or newsletter.closed_at is not None:
        return
    is_known = subscription.state == Subscription.State.CONFIRMED
    letters.send(
        to=subscription.email,
        template="newsletters/confirm_letter",
        language=subscription.language or newsletter.language or settings.LANGUAGE_CODE,
        context={
            "newsletter": newsletter,
            "is_known": is_known,
            "address": site(newsletter.get_absolute_url())
            if is_known
            else site(reverse("newsletters:confirm", args=[tokens.to_confirm(subscription)])),
            "stop": stop_address(subscription),
        },
        headers={"Auto-Submitted": "auto-generated"},
    )
