"""Which incidents were open at an earlier moment, and how."""

from tocsin.incidents.past.repository import sharing_now, standing

__all__ = ["sharing_now", "standing"]
