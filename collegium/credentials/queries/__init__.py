"""Reads: the issuer and its keys, awards as credentials and as pages, the register."""
