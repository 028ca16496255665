"""Looking whether a source says whose it is: by rel="me", or by a token that only its author could place there."""

from urllib.parse import urljoin

from django.conf import settings

from collegium.ecology.doctor import pages
from collegium.ecology.identity import plain
from collegium.ecology.models import Claim
from collegium.foundation import http

MOST_BYTES = 2_000_000


def look(claim: Claim) -> Claim.How | None:
    """Ask the source's page, then its feed. None: neither says so, or neither answers.

    rel="me" counts because the person has claimed the source here: both point at each other.
    """
    source = claim.source
    ours = {plain(address) for address in addresses_of(claim)}
    for url in dict.fromkeys(filter(None, (source.page_url, source.feed_url))):
        try:
            answer = http.get(url, max_bytes=MOST_BYTES, headers={"accept": "text/html, */*;q=0.5"})
        except http.Unreachable:
            continue
        if not 200 <= answer.status < 300:  # noqa: PLR2004 -- success
            continue
        if claim.token.encode() in answer.body:
            return Claim.How.TOKEN
        headers = {name.lower(): value for name, value in answer.headers.items()}
        page = pages.read(answer.body, url=answer.final_url, headers=headers)
        named = [
            address
            for address, parts in pages.header_links(headers.get("link", ""), answer.final_url)
            if "me" in parts.get("rel", "").lower().split()
        ]
        if ours & {plain(address) for address in (*page.me_urls, *named)}:
            return Claim.How.REL_ME
    return None


def addresses_of(claim: Claim) -> list[str]:
    """Where a page may point at its author here."""
    return [urljoin(settings.SITE_URL, claim.person.get_absolute_url())]
