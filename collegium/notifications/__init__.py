"""Who is told and how: in the app and by e-mail, from the activity log and from nothing else.

Words: notification, letter. Reads what each verb says to whom (``activity.verbs``).
"""
