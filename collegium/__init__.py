"""Collegium: peer accreditation, from first curiosity to third renewal."""

__version__ = "0.1.0"
