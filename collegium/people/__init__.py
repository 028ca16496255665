"""Who is here: an Account signs in, a Person is seen, a Circle is an audience.

Words: account, person, circle, audience (public, signed-in, a circle, private), profile, consent.
Leaves institutions to ``organisations`` and every role in a scheme to ``schemes``.
"""
