"""Asking advisors in an incident: when, what came of it, and what people decided about it."""
