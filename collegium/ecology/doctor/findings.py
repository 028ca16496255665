"""What may be wrong with an address, in words, and how to mend it. Also what went well, and how something was found."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Words:
    wrong: str | Promise
    mend: str | Promise
    lasts: bool = True  # False: it may pass by itself, so people are told later


FINDINGS: dict[str, Words] = {
    # The address
    "address": Words(
        _("This is not an address of the web."),
        _("Copy it from the address bar of your browser: it begins with https://."),
    ),
    "private": Words(
        _("The address leads into a private network, which is not followed."),
        _(
            "Use the address that others see from outside. A page on your own computer or behind a VPN cannot be read."
        ),
    ),
    "name": Words(
        _("There is no site of this name."),
        _("Look for a slip of the pen. If the name is right, its registration may have run out."),
        lasts=False,
    ),
    "connection": Words(
        _("The site cannot be reached."),
        _("Open it in your browser. If it does not answer there either, ask whoever runs it."),
        lasts=False,
    ),
    "certificate": Words(
        _("The site’s certificate is not valid, so a browser would warn."),
        _(
            "Its certificate has run out or belongs to another name. Whoever runs the site can renew it, mostly without cost."
        ),
    ),
    "slow": Words(
        _("The site did not answer in time."),
        _(
            "It may be busy. It is asked again later. If this stays so, the feed may be too long: let it hold the last twenty posts only."
        ),
        lasts=False,
    ),
    "redirects": Words(
        _("The address sends on to another one again and again, in a circle."),
        _(
            "Often two settings contradict each other, such as “always with www” and “always without”. Change one of them."
        ),
    ),
    "large": Words(
        _("What is at this address is too large to be read."),
        _("Let the feed hold fewer posts: the last twenty are enough. A feed is no archive."),
    ),
    "packing": Words(
        _("The site answers in a packing that was not asked for."),
        _(
            "A setting of the server compresses without asking whether it may. Whoever runs it can change that."
        ),
    ),
    "unreadable": Words(
        _("The site answers in a way that cannot be read."),
        _("The answer breaks off or is no HTTP. Whoever runs the site finds more in its log."),
        lasts=False,
    ),
    # The answer
    "not_found": Words(
        _("The site answers, but there is nothing at this address."),
        _(
            "Look for a slip of the pen, or give the address of the front page: the feed is looked for from there."
        ),
    ),
    "gone": Words(
        _("It was there once, and the site says that it has been taken away for good."),
        _("If it has moved, add it under its new address. What it brought is kept."),
    ),
    "login": Words(
        _("The site asks for a log-in."),
        _(
            "Only what everyone may read can be followed. Make the blog or the feed public, or choose a public one."
        ),
    ),
    "forbidden": Words(
        _("The site does not let programs in."),
        _(
            "It may keep robots out. Ask whoever runs it to allow feed readers, or use the feed’s own address."
        ),
    ),
    "wall": Words(
        _("A wall against robots stands before the site: it wants to see a browser."),
        _("Whoever runs the site can let feed addresses through without that question."),
    ),
    "too_often": Words(
        _("The site says that it is asked too often."),
        _("There is nothing to do: it is asked more seldom from now on."),
        lasts=False,
    ),
    "fault": Words(
        _("The site has a fault of its own."),
        _("It is asked again later. If it stays so, tell whoever runs it."),
        lasts=False,
    ),
    "status": Words(
        _("The site answers with something else than a page or a feed."),
        _("Open the address in your browser and see whether it is the one that you meant."),
        lasts=False,
    ),
    # What came
    "html": Words(
        _("This is a page and not a feed."),
        _("Give the address of the front page and have it looked at: where a feed is named, it is found."),
    ),
    "wrong_type": Words(
        _("It is a feed, but its server calls it something else."),
        _(
            "It can be read all the same. Whoever runs the site can set the type to application/rss+xml or application/atom+xml."
        ),
    ),
    "not_a_feed": Words(
        _("What is here is neither a page nor a feed."),
        _("It may be a picture, a document or a download. Give the page that it belongs to."),
    ),
    "empty": Words(
        _("There is nothing in it yet."),
        _("It can be followed: what is published from now on comes in."),
    ),
    "nothing": Words(
        _("Nothing came back."),
        _(
            "The server sent an empty answer. Look whether the feed is switched on in the settings of the blog."
        ),
        lasts=False,
    ),
    "malformed": Words(
        _("The feed is not written as it should be."),
        _(
            "What can be read is read. Often a sign such as & stands there as it is, or the feed breaks off half-way: a validator says where."
        ),
    ),
    "script": Words(
        _("There are scripts in it."),
        _("They are taken out. What they were meant to show can be seen at the post’s own address."),
    ),
    "old": Words(
        _("Nothing new has come for more than a year."),
        _("It can be followed. Perhaps the author writes somewhere else now."),
    ),
    "no_dates": Words(
        _("The posts bear no dates."),
        _(
            "Each is shown at the moment when it is first seen. Better: let the feed say when it was published."
        ),
    ),
    "future": Words(
        _("A post is dated in the future."),
        _(
            "It is shown at the moment when it came. Look whether the clock or the time zone of the blog is right."
        ),
    ),
    "no_feed": Words(
        _("No feed was found on this page, nor at the usual places."),
        _(
            "Look for “RSS” or “subscribe” in the settings of the site. You can also follow the page itself as a single post."
        ),
    ),
    "no_script": Words(
        _("The page is empty without scripts, so nothing on it can be read."),
        _("Give the address of the feed itself, if you know it."),
    ),
    "closed_host": Words(
        _("This network shows posts only to those who are signed in, and has no feeds."),
        _("Share single posts by hand, or ask the author whether they write in the open web as well."),
    ),
    "no_tag_feed": Words(
        _("This host has no feed of a single hashtag."),
        _("The whole feed is followed, and only what has the hashtag flows in."),
    ),
    "outlines": Words(
        _("This is a list of many sources (OPML)."),
        _("Import it as a file: all that it names are added at once."),
    ),
    "tag_unused": Words(
        _("Nothing here has the hashtag yet."),
        _("It can be followed: what is tagged from now on comes in."),
    ),
    "entities": Words(
        _("The feed defines entities of its own, which no feed needs."),
        _(
            "They are not read, since they can be made to do harm. Whatever writes the feed should write the signs themselves."
        ),
    ),
    "charset": Words(
        _("The feed says another character set than it is written in."),
        _("It is read as browsers would. Whoever runs the site can let the server say UTF-8 and mean it."),
    ),
    "nulls": Words(
        _("There are signs in it that no text has."),
        _("They are left out. Often something was cut or copied wrongly where the feed is made."),
    ),
    "many": Words(
        _("There is more in it than can be taken in at once."),
        _("The latest are read. Let the feed hold fewer posts: it is no archive."),
    ),
    "laborious": Words(
        _("The feed is built so that reading it takes very long."),
        _(
            "The rest of it is left out. Let the feed hold fewer posts; a validator may say what is odd in it."
        ),
    ),
    "deep": Words(
        _("The feed is built so deeply that it looks like an attack."),
        _("It is not read. Whoever makes the feed finds in a validator where it goes wrong."),
    ),
}
UNKNOWN = Words(_("Something is wrong with it."), _("It is tried again later."), lasts=False)

HOW: dict[str, str | Promise] = {
    "given": _("the address that you gave"),
    "link": _("named by the page"),
    "header": _("named by the server"),
    "host": _("where this host keeps it"),
    "usual": _("at a usual place"),
    "anchor": _("linked on the page"),
    "page": _("the page itself, as a single post"),
}


def words(key: str) -> Words:
    return FINDINGS.get(key, UNKNOWN)
