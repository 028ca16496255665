"""What else must change in the same moment when a community changes who can see it: rooms above ask to be told.

@follows
def set_audience_of_meetings(community): …      # in a ``panels.py``; runs in the transaction of the change
"""

from collections.abc import Callable

from collegium.communities.models import Community

Follower = Callable[[Community], None]
_followers: dict[str, Follower] = {}


def follows(function: Follower) -> Follower:
    """Call the function whenever the audience, the title or the address of a community has changed, or it was closed."""
    _followers[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def tell(community: Community) -> None:
    for function in _followers.values():
        function(community)
