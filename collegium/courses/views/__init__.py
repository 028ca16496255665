"""The pages of courses, by whom they are for."""
