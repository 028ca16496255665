"""The pages: lists, writing, the portfolio as a whole, sharing, export."""

from collegium.portfolios.views import export, lists, sharing, whole, writing

__all__ = ["export", "lists", "sharing", "whole", "writing"]
