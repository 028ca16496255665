"""Reads of the ecology that are shaped for one page."""
