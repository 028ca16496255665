"""What the pages of courses read: ``iterations``, ``weeks``, ``progress``, ``projects``, ``people``; ``groups``."""
