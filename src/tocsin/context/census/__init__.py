"""What kinds of entities there are, how many, and what they report."""

from tocsin.context.census.repository import Kind, census

__all__ = ["Kind", "census"]
