"""What a pass earns: an award on the public register, and a credential that strangers can verify without us.

Words: award, post-nominals, credential, proof, status list, register, revocation, renewal, issuer key.
Wire formats live beside their door: ``openbadges``, ``proofs``, ``statuslists``, ``dids``, ``baking``, ``verification``.
"""
