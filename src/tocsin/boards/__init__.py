"""Boards: saved arrangements of panels, one a role; a room's default, and a person's own copy."""
