"""Threads and posts: what people say to each other, who has read it, and what is done when it hurts.

Words: forum, thread, post, answer, mention, reaction, following, report, measure, appeal. Who a forum belongs to (a
community, an iteration of a course, a group) it does not know: that room keeps the forum's circle in step.
"""
