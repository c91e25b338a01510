"""Which alerts stood open at an earlier moment, and how."""

from tocsin.alerts.past.repository import sharing_now, standing

__all__ = ["sharing_now", "standing"]
