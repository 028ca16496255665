"""Webinars and meetings: when and where, who comes, who was there, and what stays of it.

Words: event (what is planned, once or again and again), occurrence (one of its times), answer, attendance, recording,
calendar feed. A moment is stored in UTC and planned in the event's own time zone, so that three o'clock stays three
o'clock when the clocks change.
"""
