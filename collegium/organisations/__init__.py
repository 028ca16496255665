"""Institutions: who belongs to which, who coordinates it, which e-mail domains prove it.

Words: organisation, membership, coordinator, invitation, ROR id, e-mail domain.
Leaves sponsors and places to a later room, and audiences to ``people`` (each organisation keeps one circle in step).
"""
