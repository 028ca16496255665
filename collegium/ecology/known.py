"""By what a resource is known again, and the key that it is cited by. Nothing here knows a database."""

import hashlib
import re

from collegium.ecology.csl import shape
from collegium.ecology.identity import address_key
from collegium.ecology.tags import fold


def known_by(csl: shape.Csl) -> str:
    """Its DOI, else its address, else its title, year and people."""
    if key := of_address(str(csl.get("DOI", ""))) or of_address(str(csl.get("URL", ""))):
        return key
    year = next(iter(shape.parts_of(csl.get("issued"))), "")
    people = " ".join(fold(shape.short_name(each)) for each in shape.authors(csl))
    return _hash(f"words {fold(csl['title'])} {year} {people}")


def of_address(address: str) -> str:
    """What is at this address, or has this DOI; empty where it is neither."""
    if doi := shape.doi(address):
        return _hash(f"doi {doi}")
    key = address_key(address)
    return _hash(f"address {key}") if key else ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cite_key(csl: shape.Csl, wanted: str = "") -> str:
    """The key that it came with, or name and year: ``cochrane2017``."""
    if wanted := re.sub(r"[^\w:.+/-]", "", wanted)[:100]:
        return wanted
    people = shape.authors(csl)
    name = fold(shape.short_name(people[0])) if people else fold(csl["title"])[:20]
    year = next(iter(shape.parts_of(csl.get("issued"))), "")
    return f"{name[:60]}{year}" or "resource"
