"""Queries are answered in processes of their own: the door's interpreter is left to calls (ADR 23)."""
