"""Ecologies; their sources and how fetching goes; items and rivers; the library."""

from collegium.ecology.models.ecologies import Ecology
from collegium.ecology.models.feeds import FeedAddress
from collegium.ecology.models.items import (
    Appearance,
    Enclosure,
    Flow,
    FormerItem,
    Item,
    ItemKey,
    Mark,
    Mute,
    NearCopy,
    Reading,
    Tag,
    Trait,
    Version,
)
from collegium.ecology.models.library import (
    Entry,
    ReadingList,
    Recommendation,
    ReferenceFile,
    Relevance,
    Resource,
    ResourceTag,
)
from collegium.ecology.models.sources import Claim, Fetch, Following, Hub, Move, OutlineImport, Source

__all__ = [
    "Appearance",
    "Claim",
    "Ecology",
    "Enclosure",
    "Entry",
    "FeedAddress",
    "Fetch",
    "Flow",
    "Following",
    "FormerItem",
    "Hub",
    "Item",
    "ItemKey",
    "Mark",
    "Move",
    "Mute",
    "NearCopy",
    "OutlineImport",
    "Reading",
    "ReadingList",
    "Recommendation",
    "ReferenceFile",
    "Relevance",
    "Resource",
    "ResourceTag",
    "Source",
    "Tag",
    "Trait",
    "Version",
]
