"""Documents that were read from stored data are remembered by their hash: a version never changes."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from collegium.schemes.documents.frameworks import FrameworkDocument
from collegium.schemes.documents.schemes import SchemeDocument

T = TypeVar("T")
MOST = 64
LENGTH_OF_HASH = 64


class _Memory(Generic[T]):
    def __init__(self, read: Callable[[Mapping[str, Any]], T]) -> None:
        self._read = read
        self._kept: dict[str, T] = {}
        self._lock = Lock()

    def get(self, sha256: str, plain: Callable[[], Mapping[str, Any]]) -> T:
        if len(sha256) != LENGTH_OF_HASH:
            return self._read(plain())
        kept = self._kept.get(sha256)
        if kept is None:
            kept = self._read(plain())
            with self._lock:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[sha256] = kept
        return kept


_FRAMEWORKS: _Memory[FrameworkDocument] = _Memory(FrameworkDocument.from_json)
_SCHEMES: _Memory[SchemeDocument] = _Memory(SchemeDocument.from_json)


def framework(plain: Callable[[], Mapping[str, Any]], *, sha256: str) -> FrameworkDocument:
    return _FRAMEWORKS.get(sha256, plain)


def scheme(plain: Callable[[], Mapping[str, Any]], *, sha256: str) -> SchemeDocument:
    return _SCHEMES.get(sha256, plain)
