"""Queries that people keep under a name: their own, and those they share with their room."""
