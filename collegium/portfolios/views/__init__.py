"""The pages: lists, writing, reading, the gap board, groups, the portfolio as a whole, its bibliography, sharing, export."""

from collegium.portfolios.views import (
    bibliography,
    board,
    export,
    groups,
    lists,
    reading,
    sharing,
    whole,
    writing,
)

__all__ = ["bibliography", "board", "export", "groups", "lists", "reading", "sharing", "whole", "writing"]
