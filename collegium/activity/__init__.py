"""The one log: who did what to what, and whom it concerns.

Words: activity, verb, concern. Every action records one Activity in its own transaction; a higher app reacts in its
``handlers.py``, after commit. The log is the outbox: what a crash left unhanded, a sweep hands over.
"""
