"""Pages by who uses them: the candidate, referees, assessors, coordinators."""

from collegium.accreditation.views import assessors, candidates, coordinators, referees

__all__ = ["assessors", "candidates", "coordinators", "referees"]
