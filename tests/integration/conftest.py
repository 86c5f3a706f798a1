"""Fixtures that several files here share."""

from desk_newsroom import desk

__all__ = ["desk"]
