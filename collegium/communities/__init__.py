"""Communities of practice: what binds them, who is in them, how one comes in, what they keep, and nobody left unanswered.

Words: community, domain, practice, convener, facilitator, member, repertoire, invitation, short link, participant map,
network. Threads and posts are conversations' own; meetings are events'.
"""
