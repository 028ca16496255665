"""Reading: from bytes that anybody may have written to words that are safe, whatever the format."""

from collegium.ecology.reading.shapes import ReadEnclosure, ReadEntry, ReadFeed, Unreadable

__all__ = ["ReadEnclosure", "ReadEntry", "ReadFeed", "Unreadable"]
