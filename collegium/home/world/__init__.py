"""The demo world: invented people, what they wrote, the files they show, and the years they went through.

``data`` holds the words, as YAML; ``faces``, ``scenes`` and ``making`` draw and write the files; ``loading`` lets it
all happen by the actions that people use, on a moved clock.
"""
