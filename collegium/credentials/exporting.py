"""The register as a folder of files: readable and verifiable when this site is gone.

Each entry is a signed credential of its own with what the register says of it, the status lists and the issuer's keys
lie beside them, and each page of entries is listed with its hashes in a signed credential, so that none can be left out.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from collegium.credentials import contexts, dids, proofs, statuslists
from collegium.credentials.models import Award, IssuerKey, StatusList
from collegium.credentials.queries import awards, issuing
from collegium.foundation import clock, http
from collegium.people.territories import country_name

PAGE: Final = 500
ADDRESSES: Final = "addresses.json"

Advance = Callable[[int, int, str], None]


def _pages() -> Iterator[list[Award]]:
    everything = Award.objects.listed().for_display().order_by("sort_name", "id")
    start = 0
    while page := list(everything[start : start + PAGE].prefetch_related("history")):
        yield page
        start += PAGE


def _place(award: Award) -> tuple[StatusList, int] | None:
    credential = awards.current_credential(award)
    return (credential.status_list, credential.status_index) if credential else None


class _Folder:
    """Writes files, and remembers which address each stands for."""

    def __init__(self, folder: Path, key: IssuerKey) -> None:
        self.folder = folder
        self.key = key
        self.private = issuing.private_key(key)
        self.addresses: dict[str, str] = {}

    def write(self, name: str, content: str, *, address: str = "") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        if address:
            self.addresses[address] = name
        return content

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        return proofs.sign(document, key=self.private, method=issuing.method(self.key), created=clock.now())


def export(folder: Path, *, key: IssuerKey, advance: Advance = lambda _done, _total, _words: None) -> int:
    """Write the listed awards below ``folder``; returns how many. Holders who are not listed are not in it."""
    out = _Folder(folder, key)
    total, done = Award.objects.listed().count(), 0
    pages = []
    for number, page in enumerate(_pages(), start=1):
        rows, related = [], []
        for award in page:
            rows.append(_row(award))
            place = _place(award)
            if place is not None:
                address = issuing.absolute(award.get_absolute_url())
                status = statuslists.entry(
                    address=issuing.absolute(place[0].get_absolute_url()), index=place[1]
                )
                entry = out.sign(awards.register_entry(award, status=status))
                content = out.write(f"entries/{award.public_id}.json", contexts.write(entry), address=address)
                digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
                related.append(
                    {"id": address, "mediaType": "application/ld+json", "digestSRI": f"sha256-{digest}"}
                )
            done += 1
            advance(done, total, award.holder_name)
        listing = issuing.absolute(f"/register/pages/{number}")
        out.write(
            f"pages/{number}.json", contexts.write(out.sign(_listing(listing, related))), address=listing
        )
        pages.append(rows)
    for row in StatusList.objects.order_by("number"):
        out.write(
            f"status/{row.number}.json",
            contexts.write(row.document),
            address=issuing.absolute(row.get_absolute_url()),
        )
    did = issuing.did()
    out.write(
        ".well-known/did.json", contexts.write(issuing.did_document()), address=dids.did_web_address(did)
    )
    for number, rows in enumerate(pages or [[]], start=1):
        name = "index.html" if number == 1 else f"page-{number}.html"
        out.write(name, _html(rows, number, max(len(pages), 1), total))
    out.write("README.txt", _readme(did))
    out.write(ADDRESSES, contexts.write(out.addresses))
    return total


def _row(award: Award) -> dict[str, Any]:
    return {
        "award": award,
        "standing": awards.standing(award),
        "country": country_name(award.holder_country),
        "history": list(award.history.all()),
    }


def _listing(address: str, related: list[dict[str, Any]]) -> dict[str, Any]:
    """A credential that says: these entries, with these hashes, were on this page of the register."""
    document: dict[str, Any] = {
        "@context": [contexts.CREDENTIALS_V2],
        "id": address,
        "type": ["VerifiableCredential"],
        "name": _("A page of the register of holders"),
        "issuer": issuing.did(),
        "validFrom": proofs.stamp(clock.now()),
        "credentialSubject": {"id": issuing.did(), "name": settings.SITE_NAME},
    }
    return {**document, "relatedResource": related} if related else document


def _html(rows: list[dict[str, Any]], number: int, count: int, total: int) -> str:
    return render_to_string(
        "credentials/export.jinja",
        {
            "rows": rows,
            "number": number,
            "count": count,
            "total": total,
            "made": clock.now(),
            "did": issuing.did(),
        },
    )


def _readme(did: str) -> str:
    return _(
        "The register of holders of %(name)s, as files.\n\n"
        "index.html can be read in any browser, without a network.\n"
        "entries/ holds one signed credential for each award (Open Badges 3.0, Data Integrity, eddsa-rdfc-2022).\n"
        "status/ holds the signed status lists, .well-known/did.json the public keys of %(did)s.\n"
        "pages/ holds signed lists of all entries with their hashes, so that a missing or changed one shows.\n"
        "addresses.json says which file stands for which address.\n\n"
        "Any verifier of W3C credentials can check an entry. With Collegium installed:\n"
        "    collegium verify entries/….json --from .\n"
    ) % {"name": settings.SITE_NAME, "did": did}


def folder_fetch(folder: Path) -> dids.Fetch:
    """Answers for the addresses that an exported folder holds, and for no other."""
    addresses: dict[str, str] = contexts.read(folder / ADDRESSES)
    root = folder.resolve()

    def fetch(address: str) -> bytes:
        name = addresses.get(address, "")
        path = (root / name).resolve()
        if not name or not path.is_relative_to(root) or not path.is_file():
            raise http.Unreachable(_("The folder holds nothing for this address."))
        return path.read_bytes()

    return fetch
