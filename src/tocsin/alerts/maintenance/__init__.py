"""Maintenance windows: planned ahead or at once, after which their alerts come back."""
