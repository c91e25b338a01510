"""How long alerts wait for somebody."""

from tocsin.alerts.response.repository import acknowledged

__all__ = ["acknowledged"]
