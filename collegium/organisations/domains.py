"""E-mail domains: their one spelling, and those that belong to everybody."""

import re

_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")
# Mailboxes that stand for whoever runs a domain (RFC 2142, and what certificate authorities accept).
MAILBOXES = ("postmaster", "admin", "administrator", "hostmaster", "webmaster")
# A mailbox at one of these says nothing about where somebody works.
EVERYBODYS = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "outlook.com",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.co.uk",
        "yahoo.com",
        "yandex.ru",
        "zoho.com",
    }
)


def normalise(typed: str) -> str:
    """Lower case, in ASCII as mail writes it; ValueError when it is no domain name."""
    name = typed.strip().rstrip(".").rpartition("@")[2]
    try:
        written = name.encode("idna").decode().lower()
    except UnicodeError as fault:
        raise ValueError("not a domain name") from fault
    labels = written.split(".")
    if len(labels) < 2 or not all(_LABEL.match(label) for label in labels) or labels[-1].isdigit():  # noqa: PLR2004
        raise ValueError("not a domain name")
    return written


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()
