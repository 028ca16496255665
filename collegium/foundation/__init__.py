"""Plumbing that knows nothing of the field: refusals, the clock, background work, rich text, outgoing HTTP, files,
the rule book, signed links, encryption, health.

Words: refusal (a sentence why not), blob (content kept under its hash), job (a piece of work that is owed), rule
(may this person do that?). Leaves to others whatever has a name in the glossary.
"""
