"""The only code that changes anything in a course: ``iterations``, ``enrolments``, ``projects``; ``groups`` and ``nudges``."""
