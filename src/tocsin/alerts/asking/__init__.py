"""Asking for alerts: as they stand, and as they stood."""

from tocsin.alerts.asking.repository import events, find, since

__all__ = ["events", "find", "since"]
