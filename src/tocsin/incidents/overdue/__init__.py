"""Looks after tasks whose time is over."""
