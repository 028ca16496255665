"""The only code that changes anything in a course: ``iterations``, ``enrolments``, ``projects``; ``groups`` and ``nudges``.

They are named here because the verbs that they declare are to be known as soon as the rooms are there.
"""

from collegium.courses.actions import enrolments, groups, iterations, nudges, projects, triggers

__all__ = ["enrolments", "groups", "iterations", "nudges", "projects", "triggers"]
