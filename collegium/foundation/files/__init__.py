"""Files that people bring: kept under their hash, told by their content, never active.

``store`` takes an upload to a ``Blob``, or refuses it in words and keeps nothing. ``serve`` answers with one, after the
caller has asked who may see it. ``thumbnail`` and ``without_metadata`` make images that are safe to show.
"""

from collegium.foundation.files.images import THUMBNAIL_SIZES, may_tell_where, thumbnail, without_metadata
from collegium.foundation.files.keeping import collect_garbage, holds_blobs, store, store_bytes
from collegium.foundation.files.refusing import check_image, check_zip
from collegium.foundation.files.serving import serve
from collegium.foundation.files.types import (
    clean_name,
    ending_of,
    endings_of,
    in_words,
    kind_of,
    kinds,
    sniff,
)

__all__ = [
    "THUMBNAIL_SIZES",
    "check_image",
    "check_zip",
    "clean_name",
    "collect_garbage",
    "ending_of",
    "endings_of",
    "holds_blobs",
    "in_words",
    "kind_of",
    "kinds",
    "may_tell_where",
    "serve",
    "sniff",
    "store",
    "store_bytes",
    "thumbnail",
    "without_metadata",
]
