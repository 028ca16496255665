"""Ecology of resources: what people publish in places of their own, gathered, talked about and kept.

Words: ecology (all that one community, course or week gathers), source (a feed that is followed), following (a source in an
ecology), claim (whose a source is, and how that is known), item (one thing that was published, once, wherever it was seen),
appearance (one of the places where it was), river (the stream of an ecology's items), flow (an item in a river), resource
(what a library keeps), reading list, map. Whose an ecology is (a community's, an iteration's, a week's) it does not know:
that room keeps the ecology's circles in step, as it does with a forum's.
"""
