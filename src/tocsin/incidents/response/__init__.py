"""How long incidents take to be taken on, and to end."""

from tocsin.incidents.response.repository import ended, taken_on

__all__ = ["ended", "taken_on"]
