"""The pages: lists, writing, reading, the gap board, groups, the portfolio as a whole, sharing, export."""

from collegium.portfolios.views import board, export, groups, lists, reading, sharing, whole, writing

__all__ = ["board", "export", "groups", "lists", "reading", "sharing", "whole", "writing"]
