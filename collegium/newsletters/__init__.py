"""Edited newsletters: issues drafted from what an ecology brought, edited by people, sent once and kept.

Words: newsletter, issue (drafted, scheduled, sent, or withdrawn), section, entry, nomination (somebody proposes a thing for the
next issue), subscription (of a person, or of an address without an account), delivery (one issue to one subscription). What
it is drafted from belongs to the rooms beneath; who takes back an address that letters return from is ``notifications``.
"""
