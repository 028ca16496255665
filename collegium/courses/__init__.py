"""Courses that are run again and again: open ones of thousands (cMOOC) and closed groups of eight who write (writing group).

Words: course, iteration, week, triggering event, activity, mapping, enrolment, goal, plan, catch-up, guide, project bank,
appreciation, writing group, meeting (a week of a writing group), mentor, critical friend, nudge, design decision. What is
written, and who reads it, is portfolios' own; what is said, conversations'; when one meets, events'.
"""
